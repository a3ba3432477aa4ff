import { RetrainError, Untrusted, writeAtomic, writeNew } from '../base';
import { readRun } from '../models';
import type { Job } from './context';
import { datasetAround } from './datasetFolder';
import { choiceOf } from './optimizerSettings';
import { asOutput } from './outputs';
import type { FlatSettings, RetrainSettings } from './retrainSettings';
import { readSettingValues, settingDescriptions, settingNames } from './settingDescriptions';
import { findSettings, settingsFileIn, settingsText } from './settingsFile';
import { valuesOf, withValues } from './settingValues';

/**
 * Has the dataset's retrain.json say what a run was made with; schema, runtime and reject in it stay. Where it has none, gives
 * what that is.
 * @throws RUN_DAMAGED; as reading retrain.json does; OUTPUT_UNWRITABLE
 */
export const restoreSettings: Job<'restoreSettings'> = async ({ run, folder, workspace, settings }) => {
  const values = await valuesOfRun(run);
  const found = await findSettings(folder, workspace);
  if (found === null) return { kind: 'none', values };
  const { file, schema } = found;
  const changed = changedBy(values, withValues(settings, found.values, folder));
  if (Object.keys(changed).length > 0) {
    const { runtime, reject } = found.values;
    const kept = {
      ...(schema !== undefined && { $schema: schema }),
      ...(runtime !== undefined && { runtime }),
      ...(reject !== undefined && { reject }),
    };
    await asOutput(file, () => writeAtomic(file, settingsText({ ...kept, ...values })));
  }
  return { kind: 'file', file, changed };
};

/**
 * The same for the dataset that the run is of; where that has no retrain.json, one is made in its folder.
 * @throws as `restoreSettings` does; NOT_A_RUN where the run stands among those of no dataset
 */
export const writeRunSettings: Job<'writeRunSettings'> = async (asked, context) => {
  const { run, settings } = asked;
  const folder = await datasetAround(run, context.places.cacheDirectory);
  if (folder === undefined) throw new RetrainError('NOT_A_RUN', { path: run });
  const restored = await restoreSettings({ ...asked, folder }, context);
  if (restored.kind === 'file') return { file: restored.file, changed: restored.changed, made: false };
  const { values } = restored;
  const file = settingsFileIn(folder);
  await asOutput(file, () => writeNew(file, settingsText(values)));
  const changed = Object.entries(changedBy(values, settings)).filter(
    ([name, value]) => value !== usual.get(name),
  );
  return { file, changed: Object.fromEntries(changed), made: true };
};

/** What each setting is where nobody says anything, where that does not go by others. */
const usual = new Map<string, unknown>(settingNames.map((name) => [name, settingDescriptions[name].default]));

/** What a run was made with, as retrain.json would say it. @throws RUN_DAMAGED also where that could not */
async function valuesOfRun(run: string): Promise<FlatSettings> {
  const { backbone, settings } = await readRun(run);
  const values = valuesOf({ backbone: backbone.id, ...settings, head: choiceOf(settings.head) });
  const damaged = (reason: string) => new RetrainError('RUN_DAMAGED', { path: run, reason });
  readSettingValues(Untrusted.parse(JSON.stringify(values), damaged));
  return values;
}

function changedBy(values: FlatSettings, settings: RetrainSettings): FlatSettings {
  const held = valuesOf(settings);
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => held[name] !== value));
}
