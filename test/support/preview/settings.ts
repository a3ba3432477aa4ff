import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RetrainError } from '../../../src/base';
import { defaultSettings, type SettingChanges } from '../../../src/jobs';
import { changeSettings } from '../../../src/jobs/changeSettings';
import { readSettingsFile } from '../../../src/jobs/settingsForm';
import type { SettingsView, ToPanel } from '../../../src/protocol';

/** What the retrain.json of a scenario says at first; the others have none. */
const files: Readonly<Record<string, string>> = {
  poor: '{ "seed": 7, "testingPercentage": 20, "optimizer": "retrain.py" }\n',
  untested: '{ "seed": -1 }\n',
  stoppedEarly:
    '{\n  "head": "softmax",\n  "optimizer": "adam",\n  "trainingSteps": 500,\n  "randomCrop": 10\n}\n',
};

/** Neither of the jobs needs any. */
const context = undefined as never;

/** The settings of the scenarios, in files of their own and changed by the real jobs. */
export class PreviewSettings {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<PreviewSettings> {
    return new PreviewSettings(await mkdtemp(path.join(tmpdir(), 'retrain-preview-')));
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** As a page of the scenario finds them. */
  async begin(scenario: string): Promise<SettingsView> {
    const file = path.join(this.folder, 'retrain.json');
    const text = files[scenario];
    await (text === undefined ? rm(file, { force: true }) : writeFile(file, text));
    return this.#view();
  }

  async change(changes: SettingChanges, name: keyof SettingChanges): Promise<SettingsView | ToPanel> {
    try {
      await changeSettings({ ...this.#place, changes }, context);
      return await this.#view();
    } catch (error) {
      if (!(error instanceof RetrainError)) throw error;
      return { kind: 'settingRefused', name, message: error.message };
    }
  }

  get #place() {
    return { folder: this.folder, settings: defaultSettings };
  }

  async #view(): Promise<SettingsView> {
    const { facts, controls } = await readSettingsFile(this.#place, context);
    return facts?.kind === 'damaged'
      ? { kind: 'damaged', message: facts.failure.message.replace(`${this.folder}/`, '') }
      : { kind: 'read', shownPath: facts && 'photos/retrain.json', controls };
  }
}
