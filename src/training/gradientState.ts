import { stepsOf, type Continuation } from './continuation';
import type { Head } from './head';
import type { Layers } from './layers';
import type { Epoch } from './trainSoftmax';
import type { TrainedHead } from './trainedHead';

/** How far a training by gradient has come. */
export interface GradientPlace {
  /** Steps made. */
  readonly steps: number;
  /** Of those, such after which the order of the images and Adam's moments began anew; 0: they never did. */
  readonly before: number;
  /** How much of the curve was measured in its turn: where a training ends between two turns, it adds one more. */
  readonly measured: number;
  /** The index of the best of those. */
  readonly best: number;
  /** The index from which early stopping counts. */
  readonly patientSince: number;
}

/** With these numbers a training goes on as if it had never ended: the same head and curve, bit for bit. */
export interface GradientState extends GradientPlace {
  /** As training has them: on scaled values divided by sqrt(D). */
  readonly layers: Layers;
  /** The head of `best`, on scaled values. */
  readonly bestHead: Exclude<TrainedHead, { kind: 'neighbours' }>;
  /** Adam's; null: plain gradient descent has none, and those of a training without its state begin anew. */
  readonly moments: Moments | null;
}

/** Running means of gradients and of their squares, each laid out as the layers. */
export interface Moments {
  readonly means: Layers;
  readonly squares: Layers;
}

export function placeOf({ steps, before, measured, best, patientSince }: GradientPlace): GradientPlace {
  return { steps, before, measured, best, patientSince };
}

export interface GradientContinuation {
  /** So far as it was measured in its turn. */
  readonly curve: readonly Epoch[];
  readonly state: GradientState;
}

/** Goes on from the heads of a softmax regression whose training left no more than them. */
export function withoutState({ curve, bestEpoch, best, last }: Continuation): GradientContinuation {
  const unit = Math.sqrt(last.weights.length / last.bias.length);
  const steps = stepsOf(curve);
  return {
    curve,
    state: {
      steps,
      before: steps,
      measured: curve.length,
      best: curve.findIndex(({ epoch }) => epoch === bestEpoch),
      patientSince: curve.length - 1,
      layers: [{ weights: last.weights.map((weight) => weight * unit), bias: last.bias }],
      bestHead: { kind: 'linear', head: best },
      moments: null,
    },
  };
}

/** @throws RangeError where `layers` are not laid out as `like` */
export function copyLayers(layers: Layers, like: Layers): Layers {
  const copies = like.map(({ weights, bias }, i): Head => {
    const layer = layers[i];
    if (layer?.weights.length !== weights.length || layer.bias.length !== bias.length)
      throw new RangeError(`What is gone on from is not ${weights.length / bias.length} x ${bias.length}`);
    return { weights: layer.weights.slice(), bias: layer.bias.slice() };
  });
  const [first, second] = copies;
  if (first === undefined || layers.length !== like.length)
    throw new RangeError(`${layers.length} layers are not ${like.length}`);
  return second === undefined ? [first] : [first, second];
}
