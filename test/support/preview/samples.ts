import { seededRandom } from '../../../src/base/random';
import { answersSureness, type Sureness } from '../../../src/evaluation/sureness';
import type {
  ClassifyState,
  ClassScore,
  DatasetFacts,
  EpochView,
  EvaluationView,
  HeadsView,
  InspectorState,
  LearningView,
  PanelState,
  PredictionView,
  RowValues,
  RunningView,
  RunView,
} from '../../../src/protocol';

import { headsView } from './headSamples';
import { learningView } from './learningSamples';

/** What the fake host of a preview page shows: its states by name. Photos are those of media/samples/flowers. */

export const flowers = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
export const hostileLabel = '<img src=x onerror=alert(1)>';
export const longLabel = `a label of two hundred letters ${'that goes on '.repeat(13)}`;
export const root = '/home/ada/photos/flowers';

function many(count: number): string[] {
  const words = ['oat', 'rye', 'leek', 'kale', 'plum', 'pear', 'fig', 'lime', 'chard', 'cress'];
  return Array.from(
    { length: count },
    (_, i) =>
      `${words[i % 10] ?? ''} ${['milk', 'bread', 'juice', 'soup', 'mix'][Math.floor(i / 10) % 5] ?? ''}`,
  );
}

/** `photos` are paths below media/samples/flowers; each prediction shows one of them. */
export function evaluationOf(
  labels: readonly string[],
  perClass: number,
  share: number,
  photos: readonly string[],
): EvaluationView {
  const random = seededRandom(7);
  const confusion = labels.map(() => labels.map(() => 0));
  const predictions: PredictionView[] = [];
  labels.forEach((label, truth) => {
    for (let i = 0; i < perClass; i++) {
      const near = (truth + 1 + Math.floor(random() ** 2 * Math.min(6, labels.length - 1))) % labels.length;
      const predicted = random() < share ? truth : near;
      const row = confusion[truth] ?? [];
      row[predicted] = (row[predicted] ?? 0) + 1;
      const photo = photos[(truth * 40 + i) % photos.length] ?? '';
      predictions.push({
        path: photo.length > 0 && labels === flowers ? photo : `${photo}?${truth}-${i}`,
        label,
        predicted: labels[predicted] ?? '',
        probability: 0.35 + 0.6 * random(),
      });
    }
  });
  const total = labels.length * perClass;
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const accuracy = total > 0 ? right / total : null;
  return {
    seconds: 0.06,
    labels,
    n: total,
    accuracy,
    interval: accuracy === null ? null : wilson(right, total),
    confusion,
    sureness: surenessOf(labels, predictions),
    classes: labels.map((label, i) => classScore(label, i, confusion)),
    predictions,
  };
}

function surenessOf(labels: readonly string[], predictions: readonly PredictionView[]): Sureness | null {
  const sureness = answersSureness(
    Int32Array.from(predictions, ({ label }) => labels.indexOf(label)),
    predictions.map(({ predicted, probability }) => ({ predicted: labels.indexOf(predicted), probability })),
  );
  const right = predictions.filter(({ label, predicted }) => label === predicted).length / predictions.length;
  const topK = [1, 3, 5]
    .filter((k) => k < labels.length)
    .map((k) => ({ k, accuracy: 1 - (1 - right) / k ** 1.5 }));
  return sureness && { ...sureness, topK };
}

function wilson(right: number, n: number): { low: number; high: number } {
  const z = 1.959964;
  const p = right / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { low: centre - half, high: centre + half };
}

function classScore(label: string, i: number, confusion: readonly (readonly number[])[]): ClassScore {
  const images = (confusion[i] ?? []).reduce((sum, n) => sum + n, 0);
  const said = confusion.reduce((sum, row) => sum + (row[i] ?? 0), 0);
  const hit = confusion[i]?.[i] ?? 0;
  const precision = said > 0 ? hit / said : null;
  const recall = images > 0 ? hit / images : null;
  const f1 =
    precision === null || recall === null || hit === 0
      ? images > 0 && said > 0
        ? 0
        : null
      : (2 * precision * recall) / (precision + recall);
  return { label, images, precision, recall, f1 };
}

export function curveOf(epochs: number, validated = true): EpochView[] {
  const random = seededRandom(3);
  return Array.from({ length: epochs }, (_, i) => {
    const learned = 1 - Math.exp(-(i + 0.6) / 6);
    const seen = 1 - Math.exp(-(i + 0.6) / 16);
    return {
      epoch: i + 1,
      training: { accuracy: Math.min(1, 0.3 + 0.7 * learned), crossEntropy: 1.6 * (1 - seen) + 0.08 },
      validation: validated
        ? {
            accuracy: Math.round((0.25 + 0.62 * learned + 0.02 * random()) * 40) / 40,
            crossEntropy: 1.3 * (1 - seen) + 0.42,
          }
        : null,
    };
  });
}

function datasetOf(labels: readonly string[], perClass: number, troubled: boolean): DatasetFacts {
  const skipped: DatasetFacts['skipped'] = troubled
    ? [
        {
          path: 'roses/IMG_0231.HEIC',
          code: 'FORMAT_UNSUPPORTED',
          params: {},
          message: 'roses/IMG_0231.HEIC: HEIC is not supported; save it as JPEG or PNG.',
        },
        {
          path: 'tulips/empty.jpg',
          code: 'FILE_EMPTY',
          params: {},
          message: 'tulips/empty.jpg is empty; download it again or delete it.',
        },
        ...Array.from({ length: 11 }, (_, i) => ({
          path: `tulips/DSC_00${i + 10}.jpg`,
          code: 'IMAGE_DAMAGED' as const,
          params: {},
          message: `tulips/DSC_00${i + 10}.jpg is damaged (premature end of JPEG); restore it or save it anew.`,
        })),
      ]
    : [];
  return {
    root,
    name: 'flowers',
    classes: labels.map((label) => ({ label, count: perClass })),
    images: labels.length * perClass,
    skipped,
    duplicates: troubled
      ? [['roses/14810868100_87eb739f26_m.jpg', 'tulips/copy of 14810868100_87eb739f26_m.jpg']]
      : [],
    warnings: troubled
      ? [
          {
            code: 'SMALL_CLASS',
            params: {},
            message: 'The class “tulips” has few images, 12; 20 or more train better.',
          },
        ]
      : [],
  };
}

const lbfgs = {
  kind: 'iterative',
  unit: 'epoch',
  splitRule: { kind: 'content' },
  head: { kind: 'softmax', optimizer: { kind: 'l-bfgs', l2: 1e-5, maxEpochs: 100 } },
} as const;

const ridge: Extract<RunView['training'], { kind: 'ridge' }> = {
  kind: 'ridge',
  splitRule: { kind: 'content' },
  head: { kind: 'ridge', penalties: [0.01, 0.03, 0.1, 0.3, 1] },
  seed: 42,
  curve: [],
  chosenOn: null,
  penalty: 0.03,
  temperature: 0.147,
  trials: [
    { penalty: 0.1, error: 0.842 },
    { penalty: 0.3, error: 0.901 },
    { penalty: 0.03, error: 0.829 },
    { penalty: 0.01, error: 0.836 },
  ],
  seconds: 0.04,
};

const neighbours: RunView['training'] = {
  kind: 'neighbours',
  splitRule: { kind: 'content' },
  head: { kind: 'neighbours', candidates: [1, 3, 5, 10, 20] },
  seed: 42,
  k: 5,
  temperature: 0.83,
  trials: [
    { k: 1, error: 0.181, crossEntropy: 0.742 },
    { k: 3, error: 0.169, crossEntropy: 0.561 },
    { k: 5, error: 0.163, crossEntropy: 0.544 },
    { k: 10, error: 0.175, crossEntropy: 0.589 },
    { k: 20, error: 0.2, crossEntropy: 0.667 },
  ],
  seconds: 0.02,
};

const centroid: RunView['training'] = {
  kind: 'centroid',
  splitRule: { kind: 'content' },
  head: { kind: 'centroid' },
  seed: 42,
  temperature: 91.5,
  seconds: 0.01,
};

const hidden: RunView['training'] = {
  kind: 'iterative',
  unit: 'epoch',
  splitRule: { kind: 'content' },
  head: {
    kind: 'hidden',
    units: 128,
    batchSize: 32,
    learningRate: 0.003,
    passes: 100,
    patience: 10,
    labelSmoothing: 0,
  },
  seed: 42,
  epochs: 40,
  bestEpoch: 30,
  seconds: 2.4,
  curve: curveOf(41, true),
};

const regularised: RunView['training'] = {
  ...hidden,
  head: {
    kind: 'softmax',
    optimizer: { kind: 'l-bfgs', l2: 1e-5, maxEpochs: 100, penalties: [1e-6, 1e-5, 1e-4, 1e-3] },
  },
  regularisation: {
    l2: 0.0001,
    trials: [
      { l2: 0.001, crossEntropy: 0.41 },
      { l2: 0.0001, crossEntropy: 0.36 },
      { l2: 0.00001, crossEntropy: 0.38 },
      { l2: 0.000001, crossEntropy: 0.39 },
    ],
  },
};

/** Heads besides those that have states of their own. */
const trainings = { neighbours, centroid, hidden, regularised };

function runOf(
  labels: readonly string[],
  perClass: number,
  evaluation: EvaluationView,
  changes: Partial<RunView> = {},
): RunView {
  const images = labels.length * perClass;
  return {
    folder: `${root}/.retrain/runs/2026-11-23-1`,
    name: '2026-11-23-1',
    created: '2026-11-23T14:05:00.000Z',
    dataset: datasetOf(labels, perClass, false),
    scanSeconds: 0.04,
    refitOf: null,
    backbone: {
      id: 'efficientnet-lite2',
      name: 'EfficientNet-Lite2',
      dimension: 2912,
      fingerprint: 'ab'.repeat(32),
    },
    runtime: 'onnx',
    bottlenecks: { cached: Math.max(0, images - 12), computed: Math.min(12, images), seconds: 0.31 },
    split: { training: images - 2 * evaluation.n, validation: evaluation.n, testing: evaluation.n },
    training: { ...lbfgs, epochs: 60, bestEpoch: 41, seconds: 0.22, seed: 42, curve: curveOf(60) },
    evaluation,
    leaveOneOut: null,
    calibration: null,
    known: { threshold: 0.712, images: 180 },
    continuable: false,
    ...changes,
  };
}

function leftOut(photos: readonly string[]): Extract<RunView['leaveOneOut'], { kind: 'measured' }> {
  return { kind: 'measured', penalty: 0.1, ...evaluationOf(flowers, 40, 0.87, photos) };
}

const subject = { name: 'flowers', shownPath: 'photos/flowers', root };
const groceries = { name: 'groceries', shownPath: 'photos/groceries', root: '/home/ada/photos/groceries' };

const computing: RunningView = {
  step: 'bottlenecks',
  scan: { files: 4775, seconds: 0.1 },
  dataset: { ...datasetOf(many(43), 111, true), name: 'groceries' },
  bottlenecks: {
    done: 1240,
    of: 3012,
    cached: 1760,
    perSecond: 184.3,
    secondsLeft: 9.6,
    path: 'vegetables/leek/img_0412.jpg',
    counts: null,
  },
  training: null,
};
const training: RunningView = {
  ...computing,
  step: 'training',
  bottlenecks: {
    done: 3012,
    of: 3012,
    cached: 1760,
    perSecond: 184,
    secondsLeft: 0,
    path: '',
    counts: { cached: 1760, computed: 3012, seconds: 16.4 },
  },
  training: {
    kind: 'iterative',
    unit: 'epoch',
    curve: curveOf(34),
    maxEpochs: 200,
    bestEpoch: null,
    seconds: null,
  },
};

const underway = { kind: 'running', subject: groceries, cancelling: false, stopping: false } as const;

export function panelState(name: string, photos: readonly string[]): PanelState {
  const done = (
    run: RunView,
    learning: LearningView = { kind: 'none' },
    heads: HeadsView = { kind: 'none' },
  ): PanelState => {
    return { kind: 'done', subject, run, learning, heads, head: 'softmax' };
  };
  switch (name) {
    case 'done': {
      return done(
        runOf(
          flowers,
          40,
          { ...evaluationOf(flowers, 4, 0.72, photos), unknown: 1 },
          {
            dataset: datasetOf(flowers, 40, true),
            leaveOneOut: leftOut(photos),
          },
        ),
      );
    }
    case 'ridge':
    case 'ridgeCurve':
      return done(
        runOf(flowers, 40, evaluationOf(flowers, 4, 0.72, photos), {
          training: name === 'ridge' ? ridge : { ...ridge, curve: curveOf(28), chosenOn: 160 },
          leaveOneOut: leftOut(photos),
          calibration: { temperature: 0.147, on: 'leave-one-out', images: 160 },
        }),
      );
    case 'neighbours':
    case 'centroid':
    case 'hidden':
    case 'regularised':
      return done(
        runOf(flowers, 40, evaluationOf(flowers, 4, 0.72, photos), {
          training: trainings[name],
          leaveOneOut: leftOut(photos),
        }),
      );
    case 'leftOut': {
      const evaluation = { ...evaluationOf(flowers, 0, 1, photos), predictions: [] };
      const split = { training: 200, validation: 0, testing: 0 };
      const leaveOneOut = { ...leftOut(photos), product: 'plain' as const };
      return done(runOf(flowers, 40, evaluation, { split, runtime: 'wasm', training: ridge, leaveOneOut }));
    }
    case 'learned':
    case 'learning':
    case 'unlearned':
      return done(runOf(flowers, 40, evaluationOf(flowers, 4, 0.72, photos)), learningView(name));
    case 'heads':
    case 'headsRead':
    case 'headsRunning':
    case 'headsCancelled':
    case 'headsOne':
    case 'headsAsSet':
    case 'headsEqual':
    case 'headsBalanced':
    case 'headsFailed': {
      const run = runOf(flowers, 40, evaluationOf(flowers, 4, 0.72, photos));
      return done(run, { kind: 'none' }, headsView(name));
    }
    case 'two': {
      const labels = ['cat', 'dog'];
      const reason = {
        code: 'LEAVE_ONE_OUT_LARGE',
        params: {},
        message:
          'Leave-one-out was not measured: 12,000 images take too long; the testing images say how good the model is.',
      };
      return done(
        runOf(labels, 400, evaluationOf(labels, 120, 0.93, photos), {
          leaveOneOut: { kind: 'skipped', reason },
        }),
      );
    }
    case 'fifty': {
      const labels = many(50);
      return done(
        runOf(labels, 60, evaluationOf(labels, 12, 0.86, photos), { dataset: datasetOf(labels, 60, true) }),
      );
    }
    case 'thousand': {
      const labels = Array.from({ length: 300 }, (_, i) => `species ${i}`);
      return done(runOf(labels, 20, evaluationOf(labels, 2, 0.8, photos)));
    }
    case 'labels': {
      const labels = [hostileLabel, longLabel, '', 'וְרָדִים', '🌷 tulipe\u0301', 'c++', '__proto__'];
      return done(runOf(labels, 30, evaluationOf(labels, 6, 0.7, photos)));
    }
    case 'poor': {
      return done(runOf(flowers, 40, evaluationOf(flowers, 4, 0.15, photos)));
    }
    case 'refit': {
      const refitOf = { name: '2026-11-22-3', backbone: 'efficientnet-lite2-int8', accuracy: 0.9 };
      return done(runOf(flowers, 40, evaluationOf(flowers, 4, 0.72, photos), { refitOf }));
    }
    case 'stoppedEarly': {
      const curve = curveOf(34);
      const continues = { run: '2026-11-22-3', created: '2026-11-22T10:00:00.000Z', epochs: 20 };
      return done(
        runOf(flowers, 40, evaluationOf(flowers, 4, 0.72, photos), {
          training: { ...lbfgs, epochs: 34, bestEpoch: 30, seconds: 0.2, seed: 42, curve, ended: 'stopped' },
          continues,
          continuable: true,
        }),
      );
    }
    case 'untested': {
      const evaluation = { ...evaluationOf(flowers, 0, 1, photos), predictions: [] };
      const curve = curveOf(60, false);
      const split = { training: 10, validation: 0, testing: 0 };
      return done(
        runOf(flowers, 2, evaluation, {
          split,
          training: { ...lbfgs, epochs: 60, bestEpoch: 60, seconds: 0.1, seed: 42, curve },
        }),
      );
    }
    case 'scanning':
      return {
        kind: 'running',
        subject: groceries,
        cancelling: false,
        stopping: false,
        running: {
          step: 'scan',
          scan: { files: 1312, seconds: null },
          dataset: null,
          bottlenecks: null,
          training: null,
        },
      };
    case 'computing':
      return { ...underway, running: computing };
    case 'training':
      return { ...underway, running: training };
    case 'leavingOut': {
      const leavingOut = { images: 3012, share: 0.42, product: 'plain' } as const;
      return { ...underway, running: { ...training, step: 'evaluation', leavingOut } };
    }
    case 'stopping':
      return { ...underway, running: training, stopping: true };
    case 'cancelling':
      return { ...underway, running: computing, cancelling: true };
    case 'cancelled':
      return { kind: 'stopped', subject: groceries, running: computing, reason: { kind: 'cancelled' } };
    case 'failed':
      return {
        kind: 'stopped',
        subject: groceries,
        running: computing,
        reason: {
          kind: 'failed',
          failure: {
            code: 'CACHE_UNWRITABLE',
            params: {},
            message:
              'The cache folder /home/ada/photos/groceries/.bottlenecks cannot be written (ENOSPC: no space left on device); free some space or choose another cache directory.',
          },
        },
      };
    case 'noBackbone': {
      const message =
        'There is no backbone mobilenet-v9 on this machine; known are: efficientnet-lite2, efficientnet-lite2-int8.';
      const failure = { code: 'BACKBONE_UNKNOWN', params: {}, message } as const;
      return { kind: 'stopped', subject: groceries, running: computing, reason: { kind: 'failed', failure } };
    }
    default:
      return { kind: 'empty' };
  }
}

const dimension = 2912;

const checksumOf = (row: number) => (row === 11 ? 'wrong' : 'right');

/** Rows as the inspector of a part with `rows` rows shows them; row 11 is damaged, row 5 is of a photo that is gone. */
export function inspectorState(name: string, photos: readonly string[]): InspectorState {
  if (name === 'failed') {
    return {
      kind: 'failed',
      message:
        'part-1.npy is not a bottleneck file of this version (its header says 3 dimensions); delete it to have its values computed again.',
    };
  }
  const rows = name === 'huge' ? 100_000 : 40;
  const own = photos.filter((photo) => photo.startsWith('roses/'));
  return {
    kind: 'part',
    row: name === 'chosen' ? 3 : null,
    part: {
      dataset: root,
      file: `${root}/.bottlenecks/v1/efficientnet-lite2/roses/part-1.npy`,
      label: name === 'labels' ? hostileLabel : 'roses',
      backbone: 'efficientnet-lite2',
      runtime: 'onnx',
      dimension,
      bytes: 128 + rows * dimension * 4,
      rows: Array.from({ length: rows }, (_, row) => {
        const photo = own[row % own.length] ?? '';
        const path = row < own.length ? photo : `${photo}?${row}`;
        return {
          row,
          checksum: checksumOf(row),
          sha256: row.toString(16).padStart(64, '0'),
          view: 0,
          path: row === 5 ? null : path,
          pathWhenComputed: path,
        };
      }),
      mean: new Float32Array(dimension).fill(0.12),
      deviation: new Float32Array(dimension).fill(0.9),
    },
  };
}

export function rowValues(row: number): RowValues {
  const random = seededRandom(row + 1);
  const values = new Float32Array(dimension);
  for (let i = 0; i < dimension; i++) {
    const bell = random() + random() + random() - 1.5;
    values[i] = random() < 0.15 ? 0 : 0.12 + bell * 1.6 + (i < 900 ? 0.4 * Math.sin(row) : 0);
  }
  return { row, checksum: checksumOf(row), values };
}

export function classifyState(name: string, photos: readonly string[]): ClassifyState {
  const run = {
    folder: `${root}/.retrain/runs/2026-11-23-1`,
    name: '2026-11-23-1',
    created: '2026-11-23T14:05:00.000Z',
    datasetName: 'flowers',
    accuracy: 0.9,
    testingImages: 20,
    head: 'softmax' as const,
    backbone: 'efficientnet-lite2',
    refitOf: null,
  };
  const random = seededRandom(5);
  const item = (path: string, labels: readonly string[]) => {
    const weights = labels.map(() => random() ** 6);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const scores = labels
      .map((label, i) => ({ label, probability: (weights[i] ?? 0) / total }))
      .sort((a, b) => b.probability - a.probability);
    return {
      path,
      name: path.split('/').at(-1) ?? '',
      folder: 'photos/new',
      answer: {
        kind: 'answered' as const,
        path,
        label: scores[0]?.label ?? '',
        confidence: scores[0]?.probability ?? 0,
        scores,
      },
    };
  };
  switch (name) {
    case 'failed':
      return {
        kind: 'failed',
        message: 'The run file 2026-11-23-1/weights.bin is damaged (it is 12 bytes short); retrain.',
      };
    case 'refitting':
      return {
        kind: 'refitting',
        refit: {
          original: { name: '2026-11-23-1', backbone: 'efficientnet-lite2-int8', accuracy: 0.9 },
          datasetName: 'groceries',
          backbone: 'efficientnet-lite2',
        },
        running: computing,
        cancelling: false,
        items: photos.slice(0, 3).map((path) => ({ ...item(path, flowers), answer: null })),
      };
    case 'unknown':
    case 'unsure': {
      const [first, ...others] = photos.slice(0, 3).map((path) => item(path, flowers));
      if (first === undefined) throw new RangeError('no photo');
      const withheld =
        name === 'unknown'
          ? { kind: 'unknown' as const, novelty: 0.93, threshold: 0.712 }
          : { kind: 'unsure' as const, reject: 0.6 };
      const items = [{ ...first, answer: { ...first.answer, ...withheld } }];
      return { kind: 'answers', run, items: name === 'unknown' ? items : [...items, ...others] };
    }
    case 'busy':
      return {
        kind: 'answers',
        run: null,
        items: photos.slice(0, 1).map((path) => ({ ...item(path, flowers), answer: null })),
      };
    case 'several': {
      const items = photos.slice(0, 50).map((path) => item(path, flowers));
      const failure = {
        code: 'IMAGE_DAMAGED' as const,
        params: {},
        message: 'broken.jpg is damaged (premature end of JPEG); restore it or save it anew.',
      };
      items.splice(2, 0);
      return {
        kind: 'answers',
        run,
        items: items.map((one, i) =>
          i === 2
            ? {
                ...one,
                path: 'broken.jpg',
                name: 'broken.jpg',
                answer: { kind: 'failed', path: 'broken.jpg', failure },
              }
            : i > 46
              ? { ...one, answer: null }
              : one,
        ),
      };
    }
    case 'labels':
      return {
        kind: 'answers',
        run: {
          ...run,
          refitOf: { name: hostileLabel, backbone: 'efficientnet-lite2-int8', accuracy: 0.85 },
        },
        items: photos
          .slice(0, 2)
          .map((path) => item(path, [hostileLabel, longLabel, '', 'וְרָדִים', '🌷 tulipe\u0301'])),
      };
    default:
      return { kind: 'answers', run, items: photos.slice(0, 1).map((path) => item(path, flowers)) };
  }
}
