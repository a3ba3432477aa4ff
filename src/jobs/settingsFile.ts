import path from 'node:path';
import { isInside, jsonPosition, readBounded, RetrainError, systemCode, Untrusted, writeNew } from '../base';
import type { Job, JobContext } from './context';
import { asOutput } from './outputs';
import type {
  FlatSettings,
  NetworkSettings,
  RejectSettings,
  RetrainSettings,
  SettingsChoice,
} from './retrainSettings';
import type { RetrainProgress } from './results';
import {
  readSettingValues,
  settingDescriptions,
  type SettingName,
  type SettingValues,
} from './settingDescriptions';
import { companyText } from './settingCompany';
import { overlaid, valuesOf, withValues } from './settingValues';

/** What a person keeps the settings of a dataset in, for editor and terminal alike. */
const fileName = 'retrain.json';

const largest = 2 ** 20;

interface SettingsFile {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly values: SettingValues;
  /** What it says of its schema. */
  readonly schema: string | undefined;
}

/** The retrain.json of a dataset: its own, else the nearest above it up to `workspace`. @throws as reading it does */
export async function findSettings(
  folder: string,
  workspace: string | undefined,
): Promise<SettingsFile | null> {
  for (const file of candidates(folder, workspace)) {
    const text = await readText(file);
    if (text === null) continue;
    const damaged = (reason: string, place: string) =>
      new RetrainError('SETTINGS_DAMAGED', { path: file, reason, ...jsonPosition(text, place) });
    const object = Untrusted.parse(text, damaged);
    return { file, text, values: readSettingValues(object), schema: object.optional('$schema')?.text() };
  }
  return null;
}

/** Where a dataset has its own. */
export function settingsFileIn(folder: string): string {
  return path.join(path.resolve(folder), fileName);
}

/** Nearest first. As many steps up as there are: where case says nothing, the workspace may be written in another. */
function candidates(folder: string, workspace: string | undefined): string[] {
  const own = path.resolve(folder);
  const top = workspace === undefined ? own : path.resolve(workspace);
  const between = isInside(top, own) ? path.relative(top, own).split(path.sep).filter(Boolean) : [];
  return [own, ...between.map((_, i) => path.join(own, '../'.repeat(i + 1)))].map(settingsFileIn);
}

/** Null where there is none. A byte order mark, as some editors of Windows write it, is no part of the text. */
async function readText(file: string): Promise<string | null> {
  try {
    return (await readBounded(file, largest, { allowEmpty: true })).toString().replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof RetrainError && error.code === 'FILE_MISSING') return null;
    throw error;
  }
}

/**
 * The settings of a job on the dataset at `folder`: what was said for it alone, then its retrain.json, then what
 * holds otherwise. A file that was found is reported.
 * @throws SETTINGS_DAMAGED, SHARES_TOO_LARGE, VIEWS_WITHOUT_DISTORTION, SETTING_UNUSED, FILE_UNREADABLE, NOT_A_FILE, FILE_TOO_LARGE
 */
export async function chosenSettings(
  folder: string,
  { settings, workspace, options, implied }: SettingsChoice<RetrainSettings>,
  report: JobContext<RetrainProgress>['report'],
): Promise<RetrainSettings> {
  const found = await findSettings(folder, workspace);
  if (found) report({ kind: 'settings', file: found.file, names: namesOf(found.values) });
  const { head, optimizer } = found?.values ?? {};
  const stepped = (optimizer === 'adam' || optimizer === 'sgd') && (head ?? 'softmax') === 'softmax';
  const following = stepped || head === 'hidden' ? {} : implied;
  const chosen = withValues(settings, overlaid(found?.values ?? {}, { ...following, ...options }), folder);
  if (options?.views !== undefined && !chosen.distortions)
    throw new RetrainError('VIEWS_WITHOUT_DISTORTION', { views: options.views });
  const held = valuesOf(chosen);
  for (const setting of ofSomeTrainings) {
    const { default: usual } = settingDescriptions[setting];
    const value = options?.[setting] ?? usual;
    // 0 switches something off that may not be there.
    if (value !== usual && value !== 0 && held[setting] === undefined)
      throw new RetrainError('SETTING_UNUSED', {
        setting,
        company: companyText(settingDescriptions[setting]),
      });
  }
  return chosen;
}

/** Settings that a person may say without a head or an optimizer, and that not every one has. */
const ofSomeTrainings = [
  'regularisation',
  'classWeights',
  'hiddenUnits',
  'trainingPasses',
  'trainingSteps',
  'learningRate',
  'trainBatchSize',
  'evalStepInterval',
  'earlyStopping',
  'labelSmoothing',
] as const;

/** Like `chosenSettings`, for a job that needs no more than a network. */
export async function chosenNetwork(
  folder: string,
  { settings, workspace, options }: SettingsChoice<NetworkSettings>,
  report?: JobContext<RetrainProgress>['report'],
): Promise<NetworkSettings> {
  const found = await findSettings(folder, workspace);
  const values = { ...found?.values, ...options };
  if (found) report?.({ kind: 'settings', file: found.file, names: namesOf(found.values) });
  return {
    backbone: values.backbone ?? settings.backbone,
    runtime: values.runtime ?? settings.runtime,
  };
}

/** The probability below which answers of the dataset's runs are unsure: said for the job, else in retrain.json. */
export async function chosenReject(
  folder: string,
  { settings, workspace, options }: SettingsChoice<RejectSettings>,
): Promise<number> {
  const said = options?.reject ?? (await findSettings(folder, workspace))?.values.reject;
  return said ?? settings.reject;
}

/** The same for what has no other use of settings. */
export const readReject: Job<'readReject'> = async ({ folder, ...choice }) => ({
  reject: await chosenReject(folder, choice),
});

export function namesOf(values: SettingValues): SettingName[] {
  return Object.keys(values) as SettingName[];
}

/**
 * The path of the dataset's retrain.json; where it has none, one is made in its folder that says what holds now.
 * @throws OUTPUT_UNWRITABLE
 */
export const openSettingsFile: Job<'openSettingsFile'> = async ({ folder, workspace, settings }) => {
  for (const file of candidates(folder, workspace))
    if (await readText(file).then((text) => text !== null, isDamaged)) return { file };
  const file = settingsFileIn(folder);
  await asOutput(file, async () => {
    try {
      await writeNew(file, settingsText(valuesOf(settings)));
    } catch (error) {
      // Somebody else was faster: theirs is opened.
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  });
  return { file };
};

/** A file that is there and cannot be read is opened all the same: the editor says why it cannot. */
function isDamaged(error: unknown): boolean {
  return error instanceof RetrainError;
}

/** Of a settings file that is ours. */
export function settingsText(values: FlatSettings): string {
  return `${JSON.stringify(values, null, 2)}\n`;
}
