import { createHash } from 'node:crypto';
import type { NewRun } from '../../src/models';
import { clouds } from './softmaxProblem';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A whole run of a small head, its labels as given. */
export function runWith(labels: readonly string[], change: Partial<NewRun> = {}): NewRun {
  const dimension = 6;
  const classes = labels.length;
  const score = { accuracy: 0.5, crossEntropy: 0.7 };
  const [first = '', second = ''] = labels;
  return {
    created: '2026-11-05T10:11:12.345Z',
    dataset: {
      name: 'flowers',
      classes: labels.map((label) => ({ label, count: 3 })),
      images: 3 * classes,
      skipped: [
        {
          path: 'a/b.jpg',
          code: 'FILE_EMPTY',
          params: { path: 'a/b.jpg', n: 2 },
          message: 'a/b.jpg is empty.',
        },
      ],
      duplicates: [['a/1.jpg', 'b/1.jpg']],
      warnings: [{ code: 'SMALL_CLASS', params: { label: first, count: 3 }, message: 'Only 3.' }],
    },
    scanSeconds: 0.25,
    backbone: { id: 'tiny', name: 'Tiny', dimension, fingerprint: sha256('tiny') },
    runtime: { id: 'onnx', version: '1.30.0' },
    settings: {
      seed: 42,
      validationPercentage: 10,
      testingPercentage: 10,
      splitRule: { kind: 'content' },
      head: { kind: 'softmax', optimizer: { kind: 'l-bfgs', l2: 1e-5, maxEpochs: 100 } },
    },
    split: { training: classes, validation: classes, testing: classes },
    bottlenecks: { cached: 1, computed: 2, seconds: 0.5 },
    training: {
      kind: 'iterative',
      unit: 'epoch',
      epochs: 1,
      bestEpoch: 1,
      seconds: 0.125,
      curve: [
        { epoch: 0, training: score, validation: null },
        { epoch: 1, training: score, validation: score },
      ],
    },
    evaluation: {
      on: 'testing',
      labels,
      n: 2,
      accuracy: 0.5,
      interval: { low: 0.1, high: 0.9 },
      confusion: labels.map((_, t) => labels.map((__, p) => (p === 0 && t < 2 ? 1 : 0))),
      perClass: labels.map((label, i) => ({
        label,
        images: i < 2 ? 1 : 0,
        precision: i === 0 ? 0.5 : null,
        recall: i === 0 ? 1 : 0,
        f1: i === 0 ? 2 / 3 : null,
      })),
      sureness: null,
      seconds: 0.01,
    },
    calibration: null,
    known: null,
    predictions: [
      {
        path: 'a "b", c/é\n.jpg',
        sha256: sha256('1'),
        side: 'testing',
        label: first,
        predicted: first,
        probability: Math.fround(0.9),
      },
      {
        path: '=1+1.jpg',
        sha256: sha256('2'),
        side: 'testing',
        label: second,
        predicted: first,
        probability: 1e-9,
      },
    ],
    leaveOneOut: null,
    fittedOn: [sha256('3'), sha256('4')],
    refitOf: null,
    head: {
      kind: 'linear',
      head: {
        weights: clouds(dimension, classes, 1, 1).values,
        bias: clouds(1, classes, 1, 2).values,
      },
    },
    ...change,
  };
}
