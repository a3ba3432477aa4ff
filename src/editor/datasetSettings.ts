import * as vscode from 'vscode';
import type { SettingChanges, SettingControl, SettingName, SettingsFacts } from '../protocol';
import { changeSettings } from './changeSettings';
import type { EngineClient } from './engineClient';
import { settingsPlace } from './settings';

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

  /** @throws as `changeSettings` */
  change(changes: SettingChanges): Promise<void> {
    const change = this.#changes.then(async () => {
      await this.refresh();
      const file = this.#facts?.kind === 'read' ? this.#facts.file : undefined;
      await changeSettings(this.engine, this.root, changes, file);
      await this.refresh();
    });
    this.#changes = change.catch(() => undefined);
    return change;
  }

  /** Opens retrain.json; one that says what holds now is made where there is none. */
  async edit(): Promise<vscode.TextEditor> {
    const { file } = await this.engine.run('openSettingsFile', settingsPlace(this.root));
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    await this.refresh();
    return editor;
  }
}
