import * as vscode from 'vscode';
import type { JobResult, SettingChanges, SettingControl, SettingName, SettingsFacts } from '../protocol';
import { changeSettings, refuseUnsaved } from './changeSettings';
import type { EngineClient } from './engineClient';
import { chooseSetting } from './settingChoice';
import { settingsChoice, settingsPlace } from './settings';

/** The settings of one dataset: what its retrain.json says, as it was read last, over the editor's. */
export class DatasetSettings {
  #facts: SettingsFacts | null = null;
  #controls: readonly SettingControl[] = [];
  /** Changes are made one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: EngineClient,
    private readonly root: string,
    private readonly changed: () => void,
  ) {}

  /** What retrain.json says; null where there is none. */
  get facts(): SettingsFacts | null {
    return this.#facts;
  }

  /** What can be changed; none while a damaged file is there, and before the first reading. */
  get controls(): readonly SettingControl[] {
    return this.#controls;
  }

  /** What holds; null where it is not known, or where nobody has said anything. */
  value(name: SettingName): SettingControl['value'] {
    return this.#controls.find((control) => control.name === name)?.value ?? null;
  }

  /** Reads retrain.json and the editor's settings again. */
  async refresh(): Promise<void> {
    const { facts, controls } = await this.engine.run('readSettingsFile', settingsPlace(this.root));
    this.#facts = facts;
    this.#controls = controls;
    this.changed();
  }

  /** In retrain.json. @throws as `changeSettings` */
  change(changes: SettingChanges): Promise<void> {
    return this.#inTurn((file) => changeSettings(this.engine, this.root, changes, file));
  }

  /** In retrain.json, else in the editor's settings. @throws as `chooseSetting` */
  choose(name: SettingName, value: string): Promise<void> {
    return this.#inTurn(() => chooseSetting(this.engine, name, value, vscode.Uri.file(this.root)));
  }

  /** Has retrain.json, where there is one, say what a run was made with. @throws SETTINGS_UNSAVED; as the job */
  restore(run: string): Promise<JobResult<'restoreSettings'>> {
    return this.#inTurn((file) => {
      refuseUnsaved(file);
      return this.engine.run('restoreSettings', { run, folder: this.root, ...settingsChoice(this.root) });
    });
  }

  /** Resolves once all changes that were asked for are made or refused. */
  async settled(): Promise<void> {
    await this.#changes;
  }

  /** Opens retrain.json; one that says what holds now is made where there is none. */
  async edit(): Promise<vscode.TextEditor> {
    const { file } = await this.engine.run('openSettingsFile', settingsPlace(this.root));
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    await this.refresh();
    return editor;
  }

  #inTurn<T>(change: (file: string | undefined) => Promise<T>): Promise<T> {
    const result = this.#changes.then(async () => {
      await this.refresh();
      const made = await change(this.#facts?.kind === 'read' ? this.#facts.file : undefined);
      await this.refresh();
      return made;
    });
    this.#changes = result.catch(() => undefined);
    return result;
  }
}
