import path from 'node:path';
import * as vscode from 'vscode';
import { toFailure } from '../base';
import type { FromInspector, InspectorState, RowValues, ToInspector } from '../protocol';
import type { EngineClient } from './engineClient';
import { tellFailure } from './failures';
import { openImage } from './imageActions';
import { datasetThumbnail } from './thumbnails';
import { ViewPage } from './viewPage';
import { webviewOptions } from './webviewPage';
import { failureText, translations } from './wording';

const bottleneckEditorType = 'retrain.bottlenecks';

/** The read-only editor of the .npy files under `.bottlenecks`. */
export class BottleneckEditors implements vscode.CustomReadonlyEditorProvider {
  readonly #open = new Map<string, Set<BottleneckEditor>>();
  /** Rows to choose in editors that are only just opening. */
  readonly #rows = new Map<string, number>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly engine: EngineClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(bottleneckEditorType, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  /** Opens `file` with `row` chosen; null: with no row chosen. */
  async open(file: string, row: number | null): Promise<void> {
    const uri = vscode.Uri.file(file);
    const key = uri.toString();
    if (row !== null) this.#rows.set(key, row);
    await vscode.commands.executeCommand('vscode.openWith', uri, bottleneckEditorType);
    const editors = this.#open.get(key);
    if (row !== null) for (const editor of editors ?? []) editor.choose(row);
    this.#rows.delete(key);
  }

  /** What the editors of `file` show. */
  states(file: string): readonly InspectorState[] {
    const editors = this.#open.get(vscode.Uri.file(file).toString()) ?? [];
    return [...editors].flatMap((editor) => editor.state ?? []);
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const key = document.uri.toString();
    const { extension, engine, log } = this;
    const row = this.#rows.get(key) ?? null;
    const editor = new BottleneckEditor(document.uri.fsPath, row, panel, { extension, engine, log });
    const siblings = this.#open.get(key) ?? new Set();
    this.#open.set(key, siblings.add(editor));
    panel.onDidDispose(() => {
      siblings.delete(editor);
      if (siblings.size === 0) this.#open.delete(key);
    });
  }
}

interface Surroundings {
  readonly extension: vscode.Uri;
  readonly engine: EngineClient;
  readonly log: vscode.LogOutputChannel;
}

class BottleneckEditor {
  readonly #page: ViewPage;
  #ready = false;
  #state: InspectorState | undefined;

  constructor(
    private readonly file: string,
    private row: number | null,
    panel: vscode.WebviewPanel,
    private readonly around: Surroundings,
  ) {
    const { webview } = panel;
    webview.options = webviewOptions(around.extension);
    webview.onDidReceiveMessage((message: FromInspector) => void this.#receive(message));
    const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(file)), path.basename(file));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const reload = () => void this.#load();
    watcher.onDidChange(reload);
    watcher.onDidDelete(reload);
    panel.onDidDispose(() => {
      watcher.dispose();
    });
    this.#page = new ViewPage(panel, around.extension, 'inspector', around.log);
    void this.#load();
  }

  get state(): InspectorState | undefined {
    return this.#state;
  }

  choose(row: number): void {
    this.row = row;
    if (this.#state?.kind === 'part') this.#state = { ...this.#state, row };
    if (this.#ready) this.#send({ kind: 'choose', row });
  }

  async #load(): Promise<void> {
    try {
      const part = await this.around.engine.run('inspectPart', { file: this.file });
      const { mean, deviation } = part;
      this.#state = {
        kind: 'part',
        part: { ...part, mean: new Float32Array(mean), deviation: new Float32Array(deviation) },
        row: this.row,
      };
    } catch (error) {
      this.around.log.warn(String(error));
      this.#state = { kind: 'failed', message: failureText(toFailure(error)) };
    }
    this.#post();
  }

  #post(): void {
    if (this.#ready && this.#state) this.#send({ kind: 'state', state: this.#state, words: translations() });
  }

  #send(message: ToInspector): void {
    this.#page.send(message);
  }

  async #receive(message: FromInspector): Promise<void> {
    try {
      await this.#act(message);
    } catch (error) {
      tellFailure(error, this.around.log);
    }
  }

  async #act(message: FromInspector): Promise<unknown> {
    switch (message.kind) {
      case 'ready':
        this.#page.ready();
        this.#ready = true;
        return this.#post();
      case 'rows':
        return this.#rows(message.from, message.to);
      case 'thumbnail': {
        const { path: image, size } = message;
        const root = this.#dataset;
        const bytes =
          root === undefined ? null : await datasetThumbnail(this.around.engine, root, image, size);
        return this.#send({ kind: 'thumbnail', path: image, size, bytes });
      }
      case 'openImage':
        return this.#dataset !== undefined && openImage(this.#dataset, message.path);
    }
  }

  get #dataset(): string | undefined {
    return this.#state?.kind === 'part' ? this.#state.part.dataset : undefined;
  }

  async #rows(from: number, to: number): Promise<void> {
    const { rows } = await this.around.engine.run('readRows', { file: this.file, from, to });
    // Copies: a view into the engine's message would take all of it along to the page.
    const copies: RowValues[] = rows.map((row) => ({ ...row, values: new Float32Array(row.values) }));
    this.#send({ kind: 'rows', rows: copies });
  }
}
