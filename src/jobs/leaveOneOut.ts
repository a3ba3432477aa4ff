import { RetrainError, toFailure, type Report } from '../base';
import type { CachedImage } from '../bottlenecks';
import type { RunLeaveOneOut, RunPrediction } from '../models';
import { balancedWeights, chooseRidge, probabilitiesOf, ridgeWork, type Product64 } from '../training';
import type { Doubles } from '../runtimes';
import type { JobContext } from './context';
import { secondsSince, type FilledDataset, type ReadRows } from './fillCache';
import { labelledRows } from './labelledRows';
import { measureAnswers, predictionsOf } from './measureHead';
import type { RetrainProgress } from './results';

/**
 * Multiplications, by who does them: some 20,000 images of 2,912 values, which take 10 seconds on two cores, or 3,800,
 * which take 23: more photos have a testing side that says as much. Besides the values 0.5 GB are held for the systems of equations.
 */
const mostWork: Readonly<Record<Doubles, number>> = { native: 2.2e11, plain: 5e10 };
/** Scores, one a class and image: some six matrices of them are held, 1.2 GB at the most. */
const mostScores = 2.5e7;
/** Of less nobody waits to hear. */
const leastReported = 1e9;

/**
 * The answer to every image by a ridge classifier that is fitted to all the others (`ridgeSystem`), with the side
 * each image has in the run. An image that is there twice under one label counts once: its twin would give it away. So
 * would a view of it: rows whose side is null are left out.
 * `balanced`: every class counts as much as any other. `values` [n, D] are scaled; they are used up. Long work is reported.
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
  { signal, report }: Pick<JobContext<RetrainProgress>, 'signal' | 'report'>,
): Promise<RunLeaveOneOut> {
  const started = performance.now();
  const kept = firstOfEach(rows, (row) => sideOf(row) !== null);
  const work = ridgeWork(kept.length, dimension);
  const { doubles: product } = runtime;
  const isLarge = work > mostWork.native || kept.length * labels.length > mostScores;
  if (isLarge || work > mostWork[product]) {
    const code = isLarge ? 'LEAVE_ONE_OUT_LARGE' : 'LEAVE_ONE_OUT_SLOW';
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
    work < leastReported
      ? runtime.multiply64
      : reporting(runtime.multiply64, (done) =>
          report({ kind: 'leavingOut', images: kept.length, share: Math.min(1, done / work), product }),
        ),
    { signal },
  );
  const logits = solution.leaveOneOut.map((score) => score / temperature);
  const { answers, measured } = measureAnswers(probabilitiesOf(logits, labels.length), images.labels, labels);
  return {
    kind: 'measured',
    penalty,
    product,
    ...measured,
    seconds: secondsSince(started),
    predictions: predictionsOf(images, answers, labels, (i) => sideOf(kept[i] ?? -1) ?? 'training'),
  };
}

/** `product` that says at first, and after each, how many multiplications were done. */
function reporting(product: Product64, report: Report<number>): Product64 {
  let done = 0;
  report(done);
  return async (a, b, options) => {
    const result = await product(a, b, options);
    done += (a.data.length / (options?.transposeA ? a.columns : a.rows)) * result.data.length;
    report(done);
    return result;
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
