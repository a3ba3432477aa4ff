import type {
  FlatSettings,
  RejectSettings,
  RetrainSettings,
  SettingsChoice,
  SettingsFacts,
} from './retrainSettings';
import type { RestoredSettings } from './runResults';
import type { SettingName } from './settingDescriptions';
import type { SettingInput } from './settingKinds';

/** A dataset whose retrain.json is meant, with the settings that are weaker: the editor's. */
export type SettingsPlace = Pick<
  SettingsChoice<RetrainSettings & Partial<RejectSettings>>,
  'settings' | 'workspace'
> & {
  readonly folder: string;
};

type SettingValue = FlatSettings[string];

/** One setting of a dataset as a form shows it. */
export interface SettingControl {
  readonly name: SettingName;
  readonly input: SettingInput;
  /** Of each value, where there are a few. */
  readonly choices: Readonly<Record<string, string>> | null;
  /** What retrain.json says, else the editor; null: nobody says anything. */
  readonly value: SettingValue | null;
  /** What holds where nobody says anything; null where that is no fixed value. */
  readonly usual: SettingValue | null;
  /** Whether it is retrain.json that says it. */
  readonly named: boolean;
}

/** By their names; null takes one out of the file, so that the editor's or the default holds. */
export type SettingChanges = { readonly [name in SettingName]?: FlatSettings[string] | null };

/** The jobs about the settings of a dataset. */
export interface SettingsJobs {
  /** What the retrain.json of a dataset says, null where it has none; what holds of it and `settings`, the editor's. */
  readSettingsFile: {
    params: SettingsPlace;
    progress: never;
    result: { readonly facts: SettingsFacts | null; readonly controls: readonly SettingControl[] };
  };
  /** Changes settings in the retrain.json of a dataset, and makes one where there is none. */
  changeSettings: {
    params: SettingsPlace & { readonly changes: SettingChanges };
    progress: never;
    result: { readonly file: string };
  };
  /** Where it is; one with these settings is made where there is none. */
  openSettingsFile: {
    params: SettingsPlace;
    progress: never;
    result: { readonly file: string };
  };
  /**
   * Puts the settings of a run into the retrain.json of the dataset `folder`, which is stronger than `settings`, the
   * editor's. What executes the network is this machine's affair, and no part of what a run came to.
   */
  restoreSettings: {
    params: SettingsPlace & { readonly run: string };
    progress: never;
    /** `none`: there is no retrain.json, and nothing was written. */
    result:
      | (RestoredSettings & { readonly kind: 'file' })
      | { readonly kind: 'none'; readonly values: FlatSettings };
  };
  /** The same for the dataset that the run is of; where there is no retrain.json, one is made in its folder. */
  writeRunSettings: {
    params: Omit<SettingsJobs['restoreSettings']['params'], 'folder'>;
    progress: never;
    result: RestoredSettings & { readonly made: boolean };
  };
  /** Below which probability the answers of a dataset's runs are unsure. */
  readReject: {
    params: SettingsChoice<RejectSettings> & { readonly folder: string };
    progress: never;
    result: RejectSettings;
  };
}
