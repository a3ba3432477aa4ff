import type { CrossValidatedHead, CrossValidationView } from '../jobs';
import { percent, printable, seconds } from './text';

export function crossValidationText(result: CrossValidationView): string {
  const { datasetName, images, labels, folds, repeats, heads } = result;
  const times = repeats === 1 ? 'once' : `${repeats} times`;
  const width = Math.max(...heads.map((each) => nameOf(each).length));
  return [
    `${datasetName}: ${images} images of ${labels.length} classes in ${folds} folds, dealt out ${times} (${seconds(result.seconds)})`,
    ...weightLines(result),
    '',
    ...heads.map((each) =>
      [
        nameOf(each).padEnd(width),
        `${percent(each.accuracy)} (95 %: ${percent(each.interval.low)} to ${percent(each.interval.high)})`,
        ...(result.classWeights ? [`recall, mean of classes, ${percent(each.macroRecall)}`] : []),
        `cross-entropy ${each.crossEntropy.toFixed(3)}`,
        `calibration error ${percent(each.calibrationError)}`,
        seconds(each.seconds),
      ].join('  '),
    ),
  ]
    .map(printable)
    .join('\n');
}

function nameOf({ head, asSet }: CrossValidatedHead): string {
  if (!asSet) return head;
  return asSet.kind === 'hidden' ? `${head}, as set` : `${head}, as set (${asSet.kind})`;
}

function weightLines({ classWeights, heads }: CrossValidationView): string[] {
  if (!classWeights) return [];
  const named = (balanced: boolean): string =>
    heads
      .filter((each) => (each.classWeights !== undefined) === balanced)
      .map(nameOf)
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
