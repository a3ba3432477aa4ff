import path from 'node:path';
import { RetrainError } from '../base';
import { readAll, type RunList } from './listRuns';
import { readRunMetrics } from './readRun';
import {
  isContinuable,
  type HeadSettings,
  type MeasuredLeaveOneOut,
  type RefitOf,
  type RunEvaluation,
} from './runRecord';
import { readRunTitle, type RunTitle } from './runTitle';

/** What a list says of a run. */
export interface RunSummary extends RunTitle, Pick<RunEvaluation, 'accuracy' | 'interval'> {
  readonly folder: string;
  /** The name of the folder. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly images: number;
  readonly classes: number;
  readonly testingImages: number;
  /** On all its images, by ridge heads whatever its own is; null where it was not measured. */
  readonly leaveOneOut: (Pick<RunEvaluation, 'n' | 'interval'> & { readonly accuracy: number }) | null;
  readonly head: HeadSettings['kind'];
  /** The id of its backbone. */
  readonly backbone: string;
  readonly refitOf: RefitOf | null;
  /** Its training can be gone on with. */
  readonly continuable: boolean;
}

/** The runs of a dataset, those that are pinned first, then the newest, and the folders that cannot be read. */
export async function summariseRuns(
  ...retrainFolders: readonly string[]
): Promise<{ runs: readonly RunSummary[]; damaged: RunList['damaged'] }> {
  const { runs, damaged } = await readAll(retrainFolders);
  const summaries: RunSummary[] = [];
  const broken = [...damaged];
  for (const { folder, facts } of runs)
    try {
      const { evaluation, training, leaveOneOut } = await readRunMetrics(folder);
      summaries.push({
        folder,
        name: path.basename(folder),
        created: facts.created,
        ...(await readRunTitle(folder)),
        images: facts.dataset.images,
        classes: facts.dataset.classes.length,
        accuracy: evaluation.accuracy,
        interval: evaluation.interval,
        testingImages: evaluation.n,
        leaveOneOut: leaveOneOut?.kind === 'measured' ? scoreOf(leaveOneOut) : null,
        head: facts.settings.head.kind,
        backbone: facts.backbone.id,
        refitOf: facts.refitOf,
        continuable: isContinuable(training, facts.settings.head),
      });
    } catch (error) {
      if (!(error instanceof RetrainError)) throw error;
      broken.push({ folder, error });
    }
  // The sort is stable: among equals the newest stays first.
  summaries.sort((a, b) => Number(b.pinned) - Number(a.pinned));
  return { runs: summaries, damaged: broken };
}

function scoreOf({ n, accuracy, interval }: MeasuredLeaveOneOut): RunSummary['leaveOneOut'] {
  return accuracy === null ? null : { n, accuracy, interval };
}
