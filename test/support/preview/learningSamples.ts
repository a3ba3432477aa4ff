import type { Forecast, LearningCurve, LearningView } from '../../../src/protocol';

const sizes = [16, 23, 34, 51, 74, 109, 160];

function forecastOf(a: number, b: number, c: number): Forecast {
  const at = (n: number) => 1 - a - b * n ** -c;
  const [accuracy, gain] = [at(400), at(400) - at(200)];
  const interval = { low: accuracy - 0.06, high: Math.min(1, accuracy + 0.04) };
  return {
    law: { a, b, c },
    n: 400,
    accuracy,
    interval,
    gain,
    gainInterval: { low: gain / 3, high: gain * 2 },
  };
}

const curve: LearningCurve = {
  datasetName: 'flowers',
  root: '/home/ada/photos/flowers',
  backbone: 'efficientnet-lite2-int8',
  runtime: 'onnx',
  seed: 42,
  folds: 5,
  repeats: 2,
  head: 'ridge',
  classWeights: 'balanced',
  images: 200,
  testedImages: 200,
  points: sizes.map((images, i) => {
    const accuracy = 1 - 0.05 - 1.9 * images ** -0.62 + (i % 2 === 0 ? 0.008 : -0.006);
    return { images, accuracy, repeats: [accuracy] };
  }),
  forecast: forecastOf(0.05, 1.9, 0.62),
  interval: { low: 0.74, high: 0.95 },
  classes: ['daisy', 'dandelion', 'roses', 'sunflowers', '<b>tulips</b>'].map((label, i) => ({
    label,
    images: i === 1 ? 3 : 49,
    testedImages: i === 1 ? 3 : 49,
    recall: sizes.map((_, place) => 0.4 + 0.06 * place + 0.02 * i),
    forecast: i === 1 ? null : forecastOf(0.02 * i, 1.5 + 0.3 * i, 0.6),
  })),
  seconds: 2.4,
};

export function learningView(scenario: string): LearningView {
  if (scenario === 'learning')
    return { kind: 'running', progress: { values: null, done: 7, of: 31 }, cancelling: false };
  if (scenario === 'learned') return { kind: 'done', answer: curve };
  return {
    kind: 'failed',
    failure: {
      code: 'NOTHING_TO_TEST',
      params: {},
      message:
        '/home/ada/photos/flowers has too few photos to test any: a class needs two different ones, one to test and one to train on; add photos.',
    },
  };
}
