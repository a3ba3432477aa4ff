import type { CrossValidationView } from '../jobs';
import { percent, printable, seconds } from './text';

export function crossValidationText(result: CrossValidationView): string {
  const { datasetName, images, labels, folds, repeats, heads } = result;
  const times = repeats === 1 ? 'once' : `${repeats} times`;
  const width = Math.max(...heads.map(({ head }) => head.length));
  return [
    `${datasetName}: ${images} images of ${labels.length} classes in ${folds} folds, dealt out ${times} (${seconds(result.seconds)})`,
    ...weightLines(result),
    '',
    ...heads.map(
      ({ head, accuracy, interval, macroRecall, crossEntropy, calibrationError, seconds: taken }) =>
        [
          head.padEnd(width),
          `${percent(accuracy)} (95 %: ${percent(interval.low)} to ${percent(interval.high)})`,
          ...(result.classWeights ? [`recall, mean of classes, ${percent(macroRecall)}`] : []),
          `cross-entropy ${crossEntropy.toFixed(3)}`,
          `calibration error ${percent(calibrationError)}`,
          seconds(taken),
        ].join('  '),
    ),
  ]
    .map(printable)
    .join('\n');
}

function weightLines({ classWeights, heads }: CrossValidationView): string[] {
  if (!classWeights) return [];
  const named = (balanced: boolean): string =>
    heads
      .filter((each) => (each.classWeights !== undefined) === balanced)
      .map(({ head }) => head)
      .join(', ');
  const [weighted, others] = [named(true), named(false)];
  return [
    ...(weighted === '' ? [] : [`Classes balanced in the trainings of: ${weighted}`]),
    ...(others === '' ? [] : [`Take no class weights: ${others}`]),
  ];
}

export function crossValidationDocument(result: CrossValidationView): object {
  const { root, datasetName, ...document } = result;
  return { format: 1, dataset: { folder: root, name: datasetName }, ...document };
}
