import { throwIfAborted, type Report } from '../base';
import type { RidgeProblem } from './centre';
import type { Head } from './head';
import { abortable, type Product64 } from './matrix64';
import { ridgeSystem, type RidgeSolution } from './ridgeSystem';
import { fitTemperature } from './temperature';

/**
 * Half decades about the penalty that is best on most sets (docs/heads.md). Values are divided by sqrt(D) before, so a
 * penalty means the same for every backbone.
 */
export const ridgePenalties: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

export interface RidgeTask extends RidgeProblem {
  /** Rising, all above zero; one alone is taken without a search. */
  readonly penalties?: readonly number[];
  /**
   * What the head is fitted to in place of `training`, under the penalty and the temperature chosen by that: where rows
   * of one image would answer for each other in leave-one-out.
   */
  readonly fitted?: Pick<RidgeProblem, 'training' | 'imageWeights'>;
}

/** A penalty that was tried, and its mean squared error where each image is left out. */
export interface RidgeTrial {
  readonly penalty: number;
  readonly error: number;
}

export interface TrainedRidge {
  /** On scaled values; its logits are calibrated: the scores divided by the temperature. */
  readonly head: Head;
  readonly penalty: number;
  readonly temperature: number;
  /** In the order in which they were tried. */
  readonly trials: readonly RidgeTrial[];
  /** Calibrated logits [n, C] of every image, each from a fit to all other images. */
  readonly leaveOneOut: Float64Array;
}

/** A ridge classifier whose penalty was chosen by leave-one-out. */
export interface ChosenRidge extends Pick<TrainedRidge, 'penalty' | 'temperature' | 'trials'> {
  readonly solution: RidgeSolution;
}

/**
 * Chooses the penalty of the least leave-one-out error: from the middle of the rising `penalties` it goes to either
 * side as long as that falls. The temperature is fitted to the answers of leave-one-out, which are the ones the
 * penalty was chosen by: two numbers fitted to n answers. Nothing is random. Reports each penalty that was tried.
 * @throws RangeError where shapes disagree, or with fewer than two images; the signal's reason once aborted
 */
export async function chooseRidge(
  task: Omit<RidgeTask, 'fitted'>,
  product: Product64,
  { signal, report }: { signal?: AbortSignal | undefined; report?: Report<RidgeTrial> | undefined } = {},
): Promise<ChosenRidge> {
  const { penalties = ridgePenalties, classes } = task;
  if (penalties.length === 0 || !penalties.every((penalty) => penalty > 0))
    throw new RangeError('Penalties are numbers above zero');
  const system = await ridgeSystem(task, abortable(product, signal));
  const trials: RidgeTrial[] = [];
  const attempt = async (index: number): Promise<RidgeSolution | undefined> => {
    const penalty = penalties[index];
    if (penalty === undefined) return undefined;
    const solution = await system.solve(penalty);
    const trial = { penalty, error: solution.error };
    trials.push(trial);
    report?.(trial);
    return solution;
  };

  const middle = Math.floor(penalties.length / 2);
  let best = await attempt(middle);
  if (best === undefined) throw new RangeError('Penalties are numbers above zero');
  for (const side of [1, -1]) {
    const start: number = best.penalty;
    for (let index = middle + side; ; index += side) {
      const next = await attempt(index);
      if (next === undefined || !(next.error < best.error)) break;
      best = next;
    }
    if (best.penalty !== start) break;
  }
  const temperature = fitTemperature(best.leaveOneOut, task.training.labels, classes);
  return { solution: best, penalty: best.penalty, temperature, trials };
}

/** Trains a ridge classifier in closed form (`ridgeSystem`) under the penalty that `chooseRidge` takes, and as it does. */
export async function trainRidge(
  task: RidgeTask,
  product: Product64,
  options: { signal?: AbortSignal | undefined; report?: Report<RidgeTrial> | undefined } = {},
): Promise<TrainedRidge> {
  const { fitted, dimension, classes } = task;
  const { solution, penalty, temperature, trials } = await chooseRidge(task, product, options);
  const within = abortable(product, options.signal);
  const final = fitted
    ? await (await ridgeSystem({ ...fitted, dimension, classes }, within)).solve(penalty)
    : solution;
  const { weights, bias } = await final.head();
  throwIfAborted(options.signal);
  return {
    head: {
      weights: Float32Array.from(weights, (weight) => weight / temperature),
      bias: Float32Array.from(bias, (value) => value / temperature),
    },
    penalty,
    temperature,
    trials,
    leaveOneOut: solution.leaveOneOut.map((score) => score / temperature),
  };
}
