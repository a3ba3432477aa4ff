import { centroid, neighbours } from './closedForm';
import type { JobContext } from './context';
import type { FilledDataset } from './fillCache';
import { hidden } from './hiddenHead';
import type { RetrainProgress } from './results';
import { ridge } from './ridgeHead';
import { softmax } from './softmaxHead';
import type { Continued, Sides, Snapshots, TrainedRun } from './trainedRun';

/**
 * Trains a head for raw values. On return the values of both sides are scaled, in place: a copy of a large dataset
 * would not fit beside it.
 * @param sides.continued a training of the same head to go on with
 */
export async function trainHead(
  filled: FilledDataset,
  classes: number,
  sides: Sides & {
    readonly continued?: Continued | undefined;
    readonly snapshots?: Snapshots | undefined;
  },
  context: JobContext<RetrainProgress>,
): Promise<TrainedRun> {
  const { head } = sides.settings;
  switch (head.kind) {
    case 'softmax':
      return softmax(filled, classes, { ...sides, optimizer: head.optimizer }, context);
    case 'ridge':
      return ridge(filled, classes, { ...sides, penalties: head.penalties }, context);
    case 'hidden':
      return hidden(filled, classes, { ...sides, hidden: head }, context);
    case 'neighbours':
      return neighbours(filled, classes, { ...sides, candidates: head.candidates }, context);
    case 'centroid':
      return centroid(filled, classes, sides, context);
  }
}
