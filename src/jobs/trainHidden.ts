import { partFold, stratifiedFolds } from '../evaluation';
import type { HiddenSettings } from '../models';
import { hiddenDefaults } from './optimizerSettings';
import {
  trainByGradient,
  type GradientContinuation,
  type GradientPlace,
  type GradientTrained,
  type Product,
  type TrainingOptions,
  type TrainingSet,
} from '../training';

/** Where there is no validation, one training image in so many decides when the training ends. */
const validationFolds = 10;

export interface HiddenTask {
  /** Scaled values. */
  readonly training: TrainingSet;
  /** Null or empty: a tenth of the training images is kept aside. */
  readonly validation: TrainingSet | null;
  readonly dimension: number;
  readonly classes: number;
  readonly seed: number;
  readonly settings?: HiddenSettings;
  /** How much each training image counts, [n]; absent: 1 each. */
  readonly imageWeights?: Float64Array | undefined;
  /** Rows of one group, such as views of an image, are kept aside together, [n]. */
  readonly groups?: readonly string[];
  /** Goes on from there; the passes of the settings count those made there. */
  readonly from?: GradientContinuation;
}

/**
 * Trains a head of one hidden layer by Adam until its validation loss has not fallen for a while; the epochs of its
 * curve are passes over the training images.
 * @throws as `trainByGradient`
 */
export function trainHidden(
  task: HiddenTask,
  product: Product,
  options: Omit<TrainingOptions, 'afterStep'>,
): Promise<GradientTrained> {
  const { dimension, classes, seed, settings = hiddenDefaults, from } = task;
  const { training, validation, imageWeights } = task.validation?.labels.length ? task : withTenthAside(task);
  const { units, learningRate, passes, patience, labelSmoothing } = settings;
  const batchSize = settings.batchSize < 0 ? training.labels.length : settings.batchSize;
  const measureEvery = Math.ceil(training.labels.length / batchSize);
  return trainByGradient(
    {
      training,
      validation,
      dimension,
      classes,
      hidden: units,
      labelSmoothing,
      stepRule: { kind: 'adam', learningRate },
      batchSize,
      steps: passes * measureEvery + (from ? strayed(from.state, measureEvery) : 0),
      measureEvery,
      patience: patience > 0 ? patience : Infinity,
      seed,
      imageWeights,
      from,
    },
    product,
    options,
  );
}

/** How many steps more, or fewer, were made than as many passes have now: none, unless there are other images. */
function strayed({ steps, measured }: GradientPlace, perPass: number): number {
  const ahead = steps - (measured - 1) * perPass;
  return ahead >= 0 && ahead < perPass ? 0 : ahead;
}

function withTenthAside({
  training: all,
  classes,
  seed,
  imageWeights,
  groups,
}: HiddenTask): Pick<HiddenTask, 'training' | 'validation' | 'imageWeights'> {
  const foldOf = stratifiedFolds(all.labels, classes, validationFolds, seed, groups);
  const { training, held } = partFold(all, foldOf, 0);
  return {
    training: training.set,
    validation: held.set,
    imageWeights: imageWeights && Float64Array.from(training.rows, (row) => imageWeights[row] ?? 1),
  };
}
