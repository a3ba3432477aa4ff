import type { CrossValidationView } from '../jobs';
import { percent, printable, seconds } from './text';

export function crossValidationText(result: CrossValidationView): string {
  const { datasetName, images, labels, folds, repeats, heads } = result;
  const times = repeats === 1 ? 'once' : `${repeats} times`;
  const width = Math.max(...heads.map(({ head }) => head.length));
  return [
    `${datasetName}: ${images} images of ${labels.length} classes in ${folds} folds, dealt out ${times} (${seconds(result.seconds)})`,
    '',
    ...heads.map(({ head, accuracy, interval, crossEntropy, calibrationError, seconds: taken }) =>
      [
        head.padEnd(width),
        `${percent(accuracy)} (95 %: ${percent(interval.low)} to ${percent(interval.high)})`,
        `cross-entropy ${crossEntropy.toFixed(3)}`,
        `calibration error ${percent(calibrationError)}`,
        seconds(taken),
      ].join('  '),
    ),
  ]
    .map(printable)
    .join('\n');
}

export function crossValidationDocument(result: CrossValidationView): object {
  const { root, datasetName, ...document } = result;
  return { format: 1, dataset: { folder: root, name: datasetName }, ...document };
}
