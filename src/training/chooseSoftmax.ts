import type { TrainingOptions } from './continuation';
import type { Product } from './matrix';
import { trainSoftmax, type SoftmaxTask, type Trained } from './trainSoftmax';

export interface ChosenSoftmax extends Trained {
  readonly l2: number;
}

/**
 * `trainSoftmax` under each of the penalties, from the strongest on; returns the one of the least cross-entropy on
 * validation at its best epoch, of equals the strongest. Without validation there is nothing to choose by: the first.
 * @throws as `trainSoftmax`
 */
export async function chooseSoftmax(
  task: Omit<SoftmaxTask, 'l2'> & { readonly penalties: readonly [number, ...number[]] },
  product: Product,
  options: TrainingOptions = {},
): Promise<ChosenSoftmax> {
  const { penalties, ...rest } = task;
  const [first, ...others] = [...penalties].sort((a, b) => b - a);
  const train = async (l2: number): Promise<ChosenSoftmax> => ({
    ...(await trainSoftmax({ ...rest, l2 }, product, options)),
    l2,
  });
  let best = await train(first ?? penalties[0]);
  if (lossOf(best) === undefined) return best;
  for (const l2 of others) {
    const next = await train(l2);
    if ((lossOf(next) ?? Infinity) < (lossOf(best) ?? Infinity)) best = next;
  }
  return best;
}

function lossOf({ curve, bestEpoch }: Trained): number | undefined {
  return curve[bestEpoch]?.validation?.crossEntropy;
}
