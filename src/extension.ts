import * as vscode from 'vscode';
import {
  Backbones,
  BottleneckEditors,
  BottleneckTree,
  BottleneckUpkeep,
  cacheDirectory,
  ClassifyImage,
  ClassifyView,
  DatasetSessions,
  EngineClient,
  Exports,
  holdsTensorflow,
  pickFolder,
  registerBottleneckImport,
  registerChooseHead,
  registerCommand,
  registerInstallTensorflow,
  registerOpenSampleDataset,
  registerPanelSerializer,
  registerRetrainTasks,
  registerShowBottleneckValues,
  registerShowDiagnostics,
  ResultsPanels,
  Retraining,
  RunChoice,
  Runs,
  tensorflowFolder,
} from './editor';

/** What the tests inside the extension host look at; nobody else is given it. */
export interface TestingDoor {
  readonly engine: EngineClient;
  readonly sessions: DatasetSessions;
  readonly classifyImage: ClassifyImage;
  readonly classifyView: ClassifyView;
  readonly bottleneckEditors: BottleneckEditors;
  readonly bottleneckTree: BottleneckTree;
  readonly runs: Runs;
  readonly backbones: Backbones;
  readonly exports: Exports;
}

/** The table of contents: each part owns its commands, its views and their end. */
export function activate(context: vscode.ExtensionContext): TestingDoor | undefined {
  const { extensionUri: extension, globalStorageUri: storage, workspaceState } = context;
  const tensorflow = tensorflowFolder(storage);
  const log = vscode.window.createOutputChannel('Retrain Classifier', { log: true });
  const engine = new EngineClient(
    () => ({
      script: vscode.Uri.joinPath(extension, 'dist', 'engine.js').fsPath,
      assets: vscode.Uri.joinPath(extension, 'media').fsPath,
      cacheDirectory: cacheDirectory(),
      tensorflowFolder: holdsTensorflow(tensorflow) ? tensorflow : null,
    }),
    log,
  );
  const sessions = new DatasetSessions(engine, log);
  const runChoice = new RunChoice(engine, workspaceState);

  // The views ask the commands and the commands show the views: each is made before the first is used.
  const panels: ResultsPanels = new ResultsPanels(extension, engine, sessions, log, {
    retrain: (session) => (session ? retraining.retrainDataset(session) : retraining.retrain(undefined)),
    continueTraining: (session, run) => retraining.continueDataset(session, run),
    pickFolder: async () => {
      const folder = await pickFolder();
      return folder && retraining.retrain(folder);
    },
    openSample: async () => vscode.commands.executeCommand('retrain.openSampleDataset'),
    classify: (run) => classifyImage.classifyOthers(run),
    exportRun: (run) => exports.run(run),
  });
  const retraining: Retraining = new Retraining(engine, sessions, panels);

  const classifyView: ClassifyView = new ClassifyView(extension, engine, log, {
    openRun: (run) => retraining.showRun(run.folder),
    classify: (run) => classifyImage.classifyOthers(run),
    cancel: () => classifyImage.cancel(),
  });
  const classifyImage: ClassifyImage = new ClassifyImage(engine, runChoice, classifyView);

  const bottleneckEditors = new BottleneckEditors(extension, engine, log);
  const bottleneckTree = new BottleneckTree(engine, sessions, log);
  const runs = new Runs(extension, engine, sessions, log, {
    open: (run) => retraining.showRun(run),
    goOn: (run) => retraining.continueRun(run),
  });

  const backbones = new Backbones(extension, engine, log, () => sessions.retraining);
  const exports = new Exports(engine);

  context.subscriptions.push(
    log,
    engine,
    sessions,
    panels,
    classifyView,
    classifyImage,
    registerPanelSerializer(panels),
    retraining.register(log),
    classifyImage.register(log),
    runChoice.register(log),
    bottleneckEditors.register(),
    bottleneckTree.register(bottleneckEditors),
    runs.register(log),
    backbones.register(),
    exports.register(log),
    registerChooseHead(engine, log),
    registerBottleneckImport(engine, log),
    new BottleneckUpkeep(engine, sessions).register(log),
    registerShowBottleneckValues(engine, bottleneckEditors, log),
    registerOpenSampleDataset(extension, log),
    registerShowDiagnostics(engine, log),
    registerRetrainTasks(extension, engine, log),
    registerInstallTensorflow(storage, log),
    registerCommand('retrain.showLog', log, () => log.show()),
  );
  return context.extensionMode === vscode.ExtensionMode.Test
    ? {
        engine,
        sessions,
        classifyImage,
        classifyView,
        bottleneckEditors,
        bottleneckTree,
        runs,
        backbones,
        exports,
      }
    : undefined;
}
