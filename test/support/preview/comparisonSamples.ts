import type { ComparedAnswers, ComparedRun, ComparisonState, TestedImage } from '../../../src/protocol';
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
  const [firstLeft, secondLeft] = [
    evaluationOf(labels, 40, 0.84, photos),
    evaluationOf(labels, 40, 0.915, photos),
  ];
  const score = ({ n, accuracy, interval }: typeof first) => ({ n, accuracy, interval });
  const run = (
    title: string | null,
    day: number,
    evaluation: typeof first,
    leftOut: typeof first,
  ): ComparedRun => ({
    folder: `${root}/.retrain/runs/2026-11-${day}-1`,
    root,
    name: `2026-11-${day}-1`,
    title,
    pinned: title !== null,
    datasetName: 'flowers',
    created: `2026-11-${day}T14:05:00.000Z`,
    ...(title === null ? trainedBefore(name) : trainedAfter(name)),
    bestEpoch: 30,
    evaluation: score(evaluation),
    // Two of the photos came later.
    leaveOneOut: name === 'old' ? null : { ...score(leftOut), n: leftOut === firstLeft ? 198 : leftOut.n },
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
  const answers = (
    before: typeof first,
    after: typeof first,
    flips: Omit<ComparedAnswers['flips'], 'toWrong' | 'toRight'>,
    [wrong, right]: readonly [number, number],
  ): ComparedAnswers => ({
    classes: labels.map((label, i) => ({
      label,
      images: { before: 40, after: i === 4 ? 44 : 40 },
      recall: { before: before.classes[i]?.recall ?? null, after: after.classes[i]?.recall ?? null },
      f1: { before: before.classes[i]?.f1 ?? null, after: after.classes[i]?.f1 ?? null },
    })),
    confusion: {
      labels,
      before: before.confusion,
      after: after.confusion,
      difference: after.confusion.map((row, i) =>
        row.map((count, j) => (same ? 0 : count - (before.confusion[i]?.[j] ?? 0))),
      ),
    },
    flips: {
      ...flips,
      toWrong: same ? [] : pairs(0, wrong, 0, 1),
      toRight: same ? [] : pairs(10, right, 2, 0),
      pValue: same ? 1 : flips.pValue,
    },
  });
  const image = (path: string) => ({ sha256: 'ab'.repeat(32), label: path.split('/')[0] ?? '', path });
  return {
    kind: 'comparison',
    comparison: {
      before: run(null, 22, first, firstLeft),
      after: run(name === 'labels' ? hostileLabel : 'more tulips, less penalty', 23, second, secondLeft),
      settings: [
        { key: 'backbone', before: 'efficientnet-lite2', after: 'efficientnet-lite2-int8' },
        { key: 'runtime', before: 'onnx', after: 'onnx' },
        { key: 'seed', before: 42, after: 42 },
        { key: 'head.optimizer.l2', before: 0.00001, after: 0.0001 },
        { key: 'optimizer.kind', before: null, after: 'adam' },
      ],
      metrics: [
        {
          key: 'accuracy',
          before: first.accuracy,
          after: second.accuracy,
          interval: { before: first.interval, after: second.interval },
        },
        {
          key: 'leaveOneOutAccuracy',
          before: name === 'old' ? null : firstLeft.accuracy,
          after: secondLeft.accuracy,
          interval: { before: name === 'old' ? null : firstLeft.interval, after: secondLeft.interval },
        },
        { key: 'top3Accuracy', before: 0.95, after: 0.975 },
        { key: 'leaveOneOutTop3Accuracy', before: 0.985, after: 0.99 },
        { key: 'calibrationError', before: 0.112, after: 0.094 },
        { key: 'leaveOneOutCalibrationError', before: 0.031, after: 0.024 },
        { key: 'temperature', before: 0.108, after: 0.121 },
        { key: 'validationAccuracy', before: 0.85, after: 0.85 },
        { key: 'validationCrossEntropy', before: 0.48, after: 0.391 },
        { key: 'trainingAccuracy', before: 1, after: 1 },
        { key: 'epochs', before: 40, after: 60 },
        { key: 'images', before: 198, after: 200 },
      ],
      ...answers(first, second, { both: 40, bothRight: 26, bothWrong: 3, pValue: 0.2266 }, [3, 8]),
      leaveOneOut:
        name === 'old'
          ? null
          : {
              ...answers(
                firstLeft,
                secondLeft,
                { both: 196, bothRight: 158, bothWrong: 7, pValue: 0.0106 },
                [8, 23],
              ),
              ofHeads: name === 'ridge',
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
  if (name === 'ridge')
    return { head: { kind: 'ridge', penalties: [0.1] }, curve: worse(curveOf(40)), unit: 'epoch' };
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
  if (name === 'curves' || name === 'steps' || name === 'ridge')
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
