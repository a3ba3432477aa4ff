import type { TrainingOptions } from './continuation';
import type { Product } from './matrix';
import { trainSoftmax, type SoftmaxTask, type Trained } from './trainSoftmax';

export interface ChosenSoftmax extends Trained {
  readonly l2: number;
  /** In the order in which they were tried; none without validation. */
  readonly trials: readonly SoftmaxTrial[];
}

/** A penalty that was tried, and the cross-entropy on validation at its best epoch. */
export interface SoftmaxTrial {
  readonly l2: number;
  readonly crossEntropy: number;
}

/** Decades about the usual one; the best on the sets of docs/heads.md lies among them. */
export const softmaxPenalties = [1e-6, 1e-5, 1e-4, 1e-3] as const;

/**
 * `trainSoftmax` under each of the penalties, from the strongest on; returns the one of the least cross-entropy on
 * validation at its best epoch, of equals the strongest; those that were tried before it was stopped. Without validation there is nothing to choose by: the first.
 * @throws as `trainSoftmax`
 */
export async function chooseSoftmax(
  task: Omit<SoftmaxTask, 'l2'> & { readonly penalties: readonly [number, ...number[]] },
  product: Product,
  options: TrainingOptions = {},
): Promise<ChosenSoftmax> {
  const { penalties, ...rest } = task;
  const [first, ...others] = [...penalties].sort((a, b) => b - a);
  const trials: SoftmaxTrial[] = [];
  const train = async (l2: number): Promise<Omit<ChosenSoftmax, 'trials'>> => {
    const trained = await trainSoftmax({ ...rest, l2 }, product, options);
    const crossEntropy = lossOf(trained);
    if (crossEntropy !== undefined) trials.push({ l2, crossEntropy });
    return { ...trained, l2 };
  };
  let best = await train(first ?? penalties[0]);
  if (lossOf(best) === undefined) return { ...best, trials };
  for (const l2 of others) {
    // What was stopped tries no more: one step under each of the others would say nothing of them.
    if (options.stop?.aborted === true) break;
    const next = await train(l2);
    if ((lossOf(next) ?? Infinity) < (lossOf(best) ?? Infinity)) best = next;
  }
  return { ...best, trials };
}

function lossOf({ curve, bestEpoch }: Trained): number | undefined {
  return curve[bestEpoch]?.validation?.crossEntropy;
}
