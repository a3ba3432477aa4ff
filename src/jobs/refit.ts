import { RetrainError, type ErrorCode } from '../base';
import { findRefit, readRun, type RunRecord } from '../models';
import type { JobContext } from './context';
import { datasetAround } from './datasetFolder';
import type { Network } from './networks';
import type { RefitProgress } from './results';
import { readDataset, trainRun } from './retrain';
import { retrainFolders } from './runs';
import { withDifferentViews } from './settings';

interface SavedRun {
  readonly run: RunRecord;
  readonly folder: string;
}

/**
 * The run that stands in for a saved one on another network: one that was made before, else a new one, trained with the
 * same settings and split on the same dataset and saved among its runs.
 * @throws REFIT_IMPOSSIBLE where the run does not lie in its dataset, or the photos are gone; as a retraining does
 */
export async function refit(
  { run, folder }: SavedRun,
  { backbone }: Network,
  runtime: string,
  context: JobContext<RefitProgress>,
): Promise<SavedRun> {
  const impossible = (): RetrainError =>
    new RetrainError('REFIT_IMPOSSIBLE', { path: folder, backbone: run.backbone.id });
  const { cacheDirectory } = context.places;
  const root = await datasetAround(folder, cacheDirectory);
  if (root === undefined) throw impossible();
  const made = await findRefit(run, backbone.fingerprint, ...retrainFolders(root, cacheDirectory));
  if (made !== undefined) return { run: await readRun(made), folder: made };

  const { name, created, evaluation } = run;
  const original = { name, backbone: run.backbone.id, accuracy: evaluation.accuracy };
  context.report({ kind: 'refitting', original, datasetName: run.dataset.name, backbone: backbone.id });
  const network = { backbone: backbone.id, runtime };
  const settings = withDifferentViews(run.settings);
  const dataset = await readDataset(root, network, settings, context, settings.distortions).catch(
    (error: unknown) => {
      throw error instanceof RetrainError && noDataset.has(error.code) ? impossible() : error;
    },
  );
  const fitted = new Set(run.fittedOn);
  if (!dataset.filled.rows.some(({ sha256 }) => fitted.has(sha256))) throw impossible();
  const refitOf = { run: name, created, backbone: original.backbone, accuracy: original.accuracy };
  return await trainRun(dataset, settings, context, { refitOf });
}

/** What a scan says of a folder that holds no dataset any more. */
const noDataset: ReadonlySet<ErrorCode> = new Set([
  'FOLDER_NOT_FOUND',
  'NO_CLASSES',
  'ONE_CLASS',
  'ONE_CLASS_TRAINED',
]);
