import type { Forecast, LearningClass, LearningCurve, PowerLaw } from '../jobs';
import { percent, printable, seconds } from './text';

/** Classes that are listed on the terminal. */
const most = 10;

export function learningCurveText(result: LearningCurve): string {
  const { datasetName, head, points, forecast, classes, trainingImages, testedImages, repeats } = result;
  const lines = [
    `${datasetName}: ${head} head, ${trainingImages} training images, tested on ${testedImages} of validation and testing; ${repeats === 1 ? 'one training' : `up to ${repeats} trainings`} a size (${seconds(result.seconds)})`,
    ...(result.classWeights
      ? ['Classes balanced: every class counts as much as any other in each training.']
      : []),
    '',
    ...points.map(({ images, accuracy }) => {
      const curve = forecast ? `, ${percent(1 - errorOf(forecast.law, images))} by the curve` : '';
      return `${String(images).padStart(8)} images  ${percent(accuracy)} measured${curve}`;
    }),
  ];
  if (forecast === null) lines.push('', 'There are too few images for a curve, and so for a forecast.');
  else
    lines.push(
      `${String(forecast.n).padStart(8)} images  ${percent(forecast.accuracy)} by the curve; 95 %: ${percent(forecast.interval.low)} to ${percent(forecast.interval.high)}`,
      '',
      verdict(forecast),
    );
  const gaining = byGain(classes).slice(0, most);
  if (gaining.length > 0)
    lines.push(
      '',
      'Recall by class as the curve of each has it, now and with twice the images; what would gain most first',
      ...gaining.map(
        ({ label, forecast: own }) =>
          `  ${label}: ${percent(own.accuracy - own.gain)} -> ${percent(own.accuracy)} (${percent(own.interval.low)} to ${percent(own.interval.high)})`,
      ),
    );
  return lines.map(printable).join('\n');
}

function errorOf({ a, b, c }: PowerLaw, n: number): number {
  return Math.min(1, a + b * n ** -c);
}

function verdict({ gain, gainInterval }: Forecast): string {
  const points = (share: number): string => (share * 100).toFixed(1);
  return `Twice the images: ${points(gain)} points more expected (95 %: ${points(gainInterval.low)} to ${points(gainInterval.high)}).`;
}

/** Classes with a forecast, that with the largest gain first. */
function byGain(classes: readonly LearningClass[]): (LearningClass & { readonly forecast: Forecast })[] {
  return classes
    .flatMap((one) => (one.forecast === null ? [] : [{ ...one, forecast: one.forecast }]))
    .sort((a, b) => b.forecast.gain - a.forecast.gain);
}

export function learningCurveDocument(result: LearningCurve): object {
  const { root, datasetName, ...document } = result;
  return { format: 1, dataset: { folder: root, name: datasetName }, ...document };
}
