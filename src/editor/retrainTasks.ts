import path from 'node:path';
import * as vscode from 'vscode';
import { workspaceDatasets } from './datasets';
import type { EngineClient } from './engineClient';
import { listText } from './plainText';

const type = 'retrain';

/** Of files, and of places in them. */
const matchers = ['$retrain', '$retrain-position'];

const commands = ['train', 'bottlenecks', 'evaluate', 'verify'] as const;

type TaskCommand = (typeof commands)[number];

/** What tasks.json says of a task of this type; package.json describes it. */
interface RetrainTask {
  readonly command: TaskCommand;
  /** Relative to the workspace folder. */
  readonly folder: string;
  readonly run: string | undefined;
  readonly assertAccuracy: number | undefined;
  readonly assertRecall: number | undefined;
  readonly junit: string | undefined;
  readonly args: readonly string[];
}

/**
 * Tasks of the type `retrain`: the extension's own command line in a terminal of the editor. One is offered for each
 * dataset of the workspace, others are made from what tasks.json says. They go by retrain.json, as in the terminal.
 */
export function registerRetrainTasks(
  extension: vscode.Uri,
  engine: EngineClient,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const script = vscode.Uri.joinPath(extension, 'dist', 'cli.js').fsPath;
  return vscode.tasks.registerTaskProvider(type, {
    async provideTasks(): Promise<vscode.Task[]> {
      try {
        const datasets = await workspaceDatasets(engine);
        return datasets.flatMap((root) => {
          const home = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(root));
          if (!home) return [];
          const folder = path.relative(home.uri.fsPath, root).split(path.sep).join('/') || '.';
          const task = makeTask(script, { type, command: 'train', folder }, home);
          return task ? [task] : [];
        });
      } catch (error) {
        // Other providers' tasks are shown all the same.
        log.warn(String(error));
        return [];
      }
    },
    resolveTask({ definition, scope }: vscode.Task): vscode.Task | undefined {
      const home = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
      return home && makeTask(script, definition, home);
    },
  });
}

/** Undefined where the definition, which a person wrote, is none. */
function makeTask(
  script: string,
  definition: vscode.TaskDefinition,
  home: vscode.WorkspaceFolder,
): vscode.Task | undefined {
  const said = readDefinition(definition);
  if (!said) return undefined;
  const name = `${said.command} ${listText(said.folder === '.' ? home.name : said.folder)}`;
  const execution = new vscode.ProcessExecution(process.execPath, [script, ...argumentsOf(said)], {
    cwd: home.uri.fsPath,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const task = new vscode.Task(definition, home, name, type, execution, matchers);
  task.presentationOptions = { clear: true };
  return task;
}

function readDefinition(definition: vscode.TaskDefinition): RetrainTask | undefined {
  const command = commands.find((one) => one === definition['command']);
  const text = (key: string): string | undefined => {
    const value: unknown = definition[key];
    return typeof value === 'string' ? value : undefined;
  };
  const share = (key: string): number | undefined => {
    const value: unknown = definition[key];
    return typeof value === 'number' ? value : undefined;
  };
  const args: unknown = definition['args'];
  return (
    command && {
      command,
      folder: text('folder') ?? '.',
      run: text('run'),
      assertAccuracy: share('assertAccuracy'),
      assertRecall: share('assertRecall'),
      junit: text('junit'),
      args: Array.isArray(args) ? args.map(String) : [],
    }
  );
}

function argumentsOf(task: RetrainTask): string[] {
  const { command, folder, run, assertAccuracy, assertRecall, junit, args } = task;
  return [
    command,
    ...(run === undefined ? [] : [`--run=${run}`]),
    ...(assertAccuracy === undefined ? [] : [`--assert-accuracy=${assertAccuracy}`]),
    ...(assertRecall === undefined ? [] : [`--assert-recall=${assertRecall}`]),
    ...(junit === undefined ? [] : [`--junit=${junit}`]),
    ...args,
    // A folder whose name begins with a dash is none of the options.
    '--',
    folder,
  ];
}
