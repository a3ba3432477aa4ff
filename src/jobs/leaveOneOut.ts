import { RetrainError, toFailure } from '../base';
import type { CachedImage } from '../bottlenecks';
import type { RunLeaveOneOut, RunPrediction } from '../models';
import { balancedWeights, chooseRidge, probabilitiesOf, ridgeWork } from '../training';
import type { Doubles } from '../runtimes';
import { secondsSince, type FilledDataset, type ReadRows } from './fillCache';
import { labelledRows } from './labelledRows';
import { measureAnswers, predictionsOf } from './measureHead';

/**
 * Multiplications that take some seconds on two cores, by who does them: some 4,500 images of 2,912 values, or 1,700.
 * What is held besides the values stays below 0.5 GB within them.
 */
const mostWork: Readonly<Record<Doubles, number>> = { native: 1e11, plain: 1e10 };

/**
 * The answer to every image by a ridge classifier that is fitted to all the others (`ridgeSystem`), with the side
 * each image has in the run. An image that is there twice under one label counts once: its twin would give it away. So
 * would a view of it: rows whose side is null are left out.
 * `balanced`: every class counts as much as any other. `values` [n, D] are scaled; they are used up.
 * @throws the signal's reason once aborted
 */
export async function leaveOneOut(
  { backbone: { dimension }, runtime }: FilledDataset,
  { rows, values }: ReadRows,
  labels: readonly string[],
  {
    penalty,
    balanced,
    sideOf,
  }: { penalty: number; balanced: boolean; sideOf: (row: number) => RunPrediction['side'] | null },
  signal: AbortSignal,
): Promise<RunLeaveOneOut> {
  const started = performance.now();
  const kept = firstOfEach(rows, (row) => sideOf(row) !== null);
  if (ridgeWork(kept.length, dimension) > mostWork[runtime.doubles]) {
    const code = runtime.doubles === 'native' ? 'LEAVE_ONE_OUT_LARGE' : 'LEAVE_ONE_OUT_SLOW';
    const error = new RetrainError(code, { count: kept.length, runtime: runtime.id });
    return { kind: 'skipped', reason: toFailure(error) };
  }
  kept.forEach((row, i) => values.copyWithin(i * dimension, row * dimension, (row + 1) * dimension));
  const images = labelledRows(
    {
      rows: kept.map((row) => rows[row] as CachedImage),
      values: values.subarray(0, kept.length * dimension),
    },
    labels,
  );
  const { solution, temperature } = await chooseRidge(
    {
      training: images,
      dimension,
      classes: labels.length,
      penalties: [penalty],
      imageWeights: balanced ? balancedWeights(images.labels, labels.length) : undefined,
    },
    runtime.multiply64,
    { signal },
  );
  const logits = solution.leaveOneOut.map((score) => score / temperature);
  const { answers, measured } = measureAnswers(probabilitiesOf(logits, labels.length), images.labels, labels);
  return {
    kind: 'measured',
    penalty,
    ...measured,
    seconds: secondsSince(started),
    predictions: predictionsOf(images, answers, labels, (i) => sideOf(kept[i] ?? -1) ?? 'training'),
  };
}

/** The rows of the images that are not there before under the same label. */
function firstOfEach(rows: readonly CachedImage[], isImage: (row: number) => boolean): number[] {
  const seen = new Set<string>();
  return [...rows.keys()].filter((row) => {
    if (!isImage(row)) return false;
    const { image, sha256 } = rows[row] as CachedImage;
    const key = `${sha256} ${image.label}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
