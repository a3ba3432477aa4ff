import type { ComparedRun, ComparisonState, TestedImage } from '../../../src/protocol';
import { curveOf, evaluationOf, flowers, hostileLabel, longLabel, root } from './samples';

/** Two runs of flowers, or of hostile labels, as the comparison page gets them. */
export function comparisonState(name: string, photos: readonly string[]): ComparisonState {
  if (name === 'busy') return { kind: 'busy' };
  if (name === 'failed')
    return {
      kind: 'failed',
      message: 'The run file 2026-11-23-1/weights.bin is damaged (it is 12 bytes short); retrain.',
    };
  const many = Array.from({ length: 60 }, (_, i) => `species ${i}`);
  const labels =
    name === 'labels' ? [hostileLabel, longLabel, '', '__proto__', 'c++'] : name === 'many' ? many : flowers;
  const [first, second] = [evaluationOf(labels, 8, 0.72, photos), evaluationOf(labels, 8, 0.86, photos)];
  const run = (title: string | null, day: number, evaluation: typeof first): ComparedRun => ({
    folder: `${root}/.retrain/runs/2026-11-${day}-1`,
    root,
    name: `2026-11-${day}-1`,
    title,
    pinned: title !== null,
    datasetName: 'flowers',
    created: `2026-11-${day}T14:05:00.000Z`,
    ...(title === null ? trainedBefore(name) : trainedAfter(name)),
    bestEpoch: 30,
    evaluation: { n: evaluation.n, accuracy: evaluation.accuracy, interval: evaluation.interval },
  });
  const said = (i: number, predicted: number, probability: number): TestedImage => ({
    sha256: i.toString(16).padStart(64, '0'),
    path: photos[i] ?? '',
    label: labels[0] ?? '',
    predicted: labels[predicted] ?? '',
    probability,
  });
  const pairs = (from: number, n: number, before: number, after: number) =>
    Array.from({ length: n }, (_, i) => ({
      before: said(from + i, before, 0.9 - i / 40),
      after: said(from + i, after, 0.95 - i / 40),
    }));
  const same = name === 'same';
  const image = (path: string) => ({ sha256: 'ab'.repeat(32), label: path.split('/')[0] ?? '', path });
  return {
    kind: 'comparison',
    comparison: {
      before: run(null, 22, first),
      after: run(name === 'labels' ? hostileLabel : 'more tulips, less penalty', 23, second),
      settings: [
        { key: 'backbone', before: 'efficientnet-lite2', after: 'efficientnet-lite2-int8' },
        { key: 'runtime', before: 'onnx', after: 'onnx' },
        { key: 'seed', before: 42, after: 42 },
        { key: 'head.optimizer.l2', before: 0.00001, after: 0.0001 },
        { key: 'optimizer.kind', before: null, after: 'adam' },
      ],
      metrics: [
        { key: 'accuracy', before: first.accuracy, after: second.accuracy },
        { key: 'validationAccuracy', before: 0.85, after: 0.85 },
        { key: 'validationCrossEntropy', before: 0.48, after: 0.391 },
        { key: 'trainingAccuracy', before: 1, after: 1 },
        { key: 'epochs', before: 40, after: 60 },
        { key: 'images', before: 198, after: 200 },
      ],
      classes: labels.map((label, i) => ({
        label,
        images: { before: 40, after: i === 4 ? 44 : 40 },
        recall: { before: first.classes[i]?.recall ?? null, after: second.classes[i]?.recall ?? null },
        f1: { before: first.classes[i]?.f1 ?? null, after: second.classes[i]?.f1 ?? null },
      })),
      confusion: {
        labels,
        before: first.confusion,
        after: second.confusion,
        difference: second.confusion.map((row, i) =>
          row.map((count, j) => (same ? 0 : count - (first.confusion[i]?.[j] ?? 0))),
        ),
      },
      flips: {
        both: 40,
        bothRight: 26,
        bothWrong: 3,
        toWrong: same ? [] : pairs(0, 3, 0, 1),
        toRight: same ? [] : pairs(10, 8, 2, 0),
        pValue: same ? 1 : 0.2266,
      },
      dataset:
        name === 'old'
          ? { kind: 'unknown', of: 'before' }
          : {
              kind: 'known',
              added: same ? [] : Array.from({ length: 11 }, (_, i) => image(`tulips/new ${i}.jpg`)),
              removed: same ? [] : [image('roses/blurred.jpg')],
              relabelled: same
                ? []
                : [
                    {
                      before: image('daisy/one.jpg'),
                      after: image(`dandelion/${name === 'labels' ? hostileLabel : 'one.jpg'}`),
                    },
                  ],
              unchanged: 196,
            },
    },
  };
}

type Trained = Pick<ComparedRun, 'head' | 'curve' | 'unit'>;

/** The run before: 40 epochs, or in another scenario no curve, or 4,000 steps that were measured every 100. */
function trainedBefore(name: string): Trained {
  if (name === 'curveless' || name === 'none')
    return { head: { kind: 'neighbours', candidates: [1, 3, 5] }, curve: [], unit: 'epoch' };
  if (name === 'steps')
    return {
      head: {
        kind: 'softmax',
        optimizer: {
          kind: 'retrain.py',
          steps: 4000,
          learningRate: 0.01,
          trainBatchSize: 100,
          validationBatchSize: 100,
          evalStepInterval: 100,
          keep: 'best',
        },
      },
      curve: worse(curveOf(41)).map((point) => ({ ...point, epoch: (point.epoch - 1) * 100 })),
      unit: 'step',
    };
  return {
    head: { kind: 'softmax', optimizer: { kind: 'l-bfgs', l2: 1e-5, maxEpochs: 100 } },
    curve: worse(curveOf(40)),
    unit: 'epoch',
  };
}

/** The run after: 60 epochs of its head, or no curve either. */
function trainedAfter(name: string): Trained {
  if (name === 'curves' || name === 'steps')
    return { head: { kind: 'ridge', penalties: [0.1, 1] }, curve: curveOf(60), unit: 'epoch' };
  if (name === 'none') return { head: { kind: 'centroid' }, curve: [], unit: 'epoch' };
  return {
    head: { kind: 'softmax', optimizer: { kind: 'l-bfgs', l2: 1e-4, maxEpochs: 100 } },
    curve: curveOf(60),
    unit: 'epoch',
  };
}

function worse(curve: ComparedRun['curve']): ComparedRun['curve'] {
  const score = (of: ComparedRun['curve'][number]['training']) => {
    return { accuracy: of.accuracy * 0.93, crossEntropy: of.crossEntropy * 1.25 };
  };
  return curve.map(({ epoch, training, validation }) => {
    return { epoch, training: score(training), validation: validation && score(validation) };
  });
}
