import { RetrainError, toFailure } from '../base';
import type { Job } from './context';
import { wholeHead } from './optimizerSettings';
import type { FlatSettings, HeadChoice, RetrainSettings } from './retrainSettings';
import { serves, settingDescriptions, settingNames, type SettingName } from './settingDescriptions';
import type { SettingControl } from './settingsRequests';
import { distortionsOf, mostViews } from './settings';
import { findSettings, namesOf } from './settingsFile';
import { valuesOf, withValues } from './settingValues';

/** What the retrain.json of a dataset says, or what is wrong with it; and the settings that hold, file or no file. */
export const readSettingsFile: Job<'readSettingsFile'> = async ({ folder, workspace, settings }) => {
  try {
    const found = await findSettings(folder, workspace);
    const names = namesOf(found?.values ?? {});
    const held = withValues(settings, found?.values ?? {}, folder);
    return {
      facts: found && { kind: 'read', file: found.file, names },
      controls: controlsOf(held, found?.values.reject ?? settings.reject ?? null, new Set(names)),
    };
  } catch (error) {
    if (!(error instanceof RetrainError)) throw error;
    return { facts: { kind: 'damaged', failure: toFailure(error) }, controls: [] };
  }
};

/** Those of the settings that change something beside the others. */
function controlsOf(
  settings: RetrainSettings,
  reject: number | null,
  named: ReadonlySet<SettingName>,
): SettingControl[] {
  const held: FlatSettings = { ...valuesOf(settings), ...(reject !== null && { reject }) };
  const usual = usualValues(settings);
  return settingNames
    .filter((name) => serves(name, held) && (name !== 'views' || hasViews(settings)))
    .map((name): SettingControl => {
      const { input, choices, default: value } = settingDescriptions[name];
      return {
        name,
        input,
        choices,
        value: held[name] ?? null,
        usual: value ?? usual[name] ?? null,
        named: named.has(name),
      };
    });
}

/** Whether their number makes a difference. */
function hasViews({ distortions }: RetrainSettings): boolean {
  const most = distortions && distortionsOf({ ...distortions, views: mostViews });
  return most?.views === mostViews;
}

/** What holds of a head of this kind where nobody says anything. */
function usualValues(settings: RetrainSettings): FlatSettings {
  const { head } = settings;
  const bare: HeadChoice =
    head.kind === 'softmax'
      ? { kind: head.kind, optimizer: { kind: head.optimizer.kind } }
      : { kind: head.kind };
  return valuesOf({ ...settings, head: wholeHead(bare) });
}
