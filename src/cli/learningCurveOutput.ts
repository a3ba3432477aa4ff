import type { Forecast, LearningClass, LearningCurve, PowerLaw } from '../jobs';
import { percent, printable, seconds } from './text';

/** Classes that are listed on the terminal. */
const most = 10;

export function learningCurveText(result: LearningCurve): string {
  const { datasetName, head, points, forecast, classes, images: all, testedImages, folds, repeats } = result;
  const lines = [
    `${datasetName}: ${head} head, ${testedImages} of ${all} images tested, each by trainings on others; ${folds} folds, dealt out ${repeats === 1 ? 'once' : `${repeats} times`} (${seconds(result.seconds)})`,
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
      `${String(all).padStart(8)} images  ${percent(forecast.accuracy - forecast.gain)} by the curve`,
      `${String(forecast.n).padStart(8)} images  ${percent(forecast.accuracy)} by the curve; 95 %: ${percent(forecast.interval.low)} to ${percent(forecast.interval.high)}`,
      '',
      verdict(forecast),
    );
  const gaining = byGain(classes);
  if (gaining.length > 0)
    lines.push(
      '',
      'Recall by class as the curve of each has it, now and with twice the images; what would gain most first',
      ...gaining
        .slice(0, most)
        .map(
          ({ label, forecast: own }) =>
            `  ${label}: ${percent(own.accuracy - own.gain)} -> ${percent(own.accuracy)} (${percent(own.interval.low)} to ${percent(own.interval.high)})`,
        ),
    );
  const unlisted = [
    ...(gaining.length > most ? [`and ${gaining.length - most} more (--json has all)`] : []),
    ...(forecast === null ? [] : tooFew(classes.length - gaining.length)),
  ];
  lines.push(...unlisted.map((line) => `  ${line}`));
  return lines.map(printable).join('\n');
}

function tooFew(classes: number): string[] {
  if (classes === 0) return [];
  return [
    classes === 1
      ? '1 class has too few photos to be forecast by itself'
      : `${classes} classes have too few photos to be forecast by themselves`,
  ];
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
