import type { CrossValidatedHead, CrossValidationView, HeadKind, HeadsView } from '../../../src/protocol';

const headOf = (
  head: HeadKind,
  [accuracy, low, high]: readonly [number, number, number],
  [crossEntropy, calibrationError, seconds]: readonly [number, number, number],
): CrossValidatedHead => ({
  head,
  accuracy,
  interval: { low, high },
  macroRecall: accuracy - 0.004,
  accuracies: [accuracy],
  crossEntropy,
  calibrationError,
  confusion: [],
  seconds,
});

/** Those of flowers in docs/heads.md. */
const flowers: readonly CrossValidatedHead[] = [
  headOf('softmax', [0.873, 0.786, 0.959], [0.337, 0.055, 0.12]),
  headOf('ridge', [0.888, 0.812, 0.963], [0.323, 0.054, 0.1]),
  headOf('neighbours', [0.834, 0.743, 0.925], [0.544, 0.075, 0.05]),
  headOf('centroid', [0.695, 0.606, 0.784], [0.842, 0.067, 0.04]),
  headOf('hidden', [0.869, 0.799, 0.938], [0.353, 0.047, 12.1]),
];

const perfect = flowers.map((one) => ({
  ...one,
  accuracy: 1,
  macroRecall: 1,
  interval: { low: 0.93, high: 1 },
  crossEntropy: one.crossEntropy / 100,
}));

const answer: CrossValidationView = {
  datasetName: 'flowers',
  root: '/home/ada/photos/flowers',
  backbone: 'efficientnet-lite2-int8',
  runtime: 'onnx',
  labels: ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'],
  images: 200,
  folds: 5,
  repeats: 1,
  seed: 42,
  heads: flowers,
  seconds: 12.6,
};

/** What the panel is sent about heads, by the name of the scenario. */
export function headsView(scenario: string): HeadsView {
  const progress = { values: null, done: 20, of: 25, head: 'hidden' as const, heads: flowers.slice(0, 4) };
  switch (scenario) {
    case 'headsRead': {
      const values = { done: 40, of: 200 };
      const nothing = { ...progress, values, done: 0, of: 0, head: null, heads: [] };
      return { kind: 'running', progress: nothing, cancelling: false };
    }
    case 'headsRunning':
      return { kind: 'running', progress, cancelling: false };
    case 'headsCancelled':
      return { kind: 'cancelled', progress };
    case 'headsOne':
      return { kind: 'done', answer: { ...answer, heads: flowers.slice(1, 2) } };
    case 'headsAsSet': {
      const asSet = {
        kind: 'adam',
        steps: 2000,
        learningRate: 0.005,
        trainBatchSize: 100,
        evalStepInterval: 10,
        labelSmoothing: 0,
        earlyStopping: 20,
      } as const;
      const heads = flowers.flatMap((one) =>
        one.head === 'softmax' ? [one, { ...one, asSet, accuracy: 0.89 }] : [one],
      );
      return { kind: 'done', answer: { ...answer, heads } };
    }
    case 'headsEqual':
      return { kind: 'done', answer: { ...answer, heads: perfect, repeats: 5 } };
    case 'headsBalanced': {
      const heads = flowers.map((one) =>
        one.head === 'neighbours' || one.head === 'centroid'
          ? one
          : { ...one, classWeights: 'balanced' as const },
      );
      return { kind: 'done', answer: { ...answer, heads, classWeights: 'balanced' } };
    }
    case 'headsFailed': {
      const message =
        '/home/ada/photos/flowers has 4 different photos, which cannot be dealt out to 5 folds; take fewer folds or add photos.';
      return { kind: 'failed', failure: { code: 'TOO_FEW_FOR_FOLDS', params: {}, message } };
    }
    default:
      return { kind: 'done', answer };
  }
}
