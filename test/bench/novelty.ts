import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { novelty, noveltyThreshold, stratifiedFolds } from '../../src/evaluation';
import {
  logitsOf,
  plainProduct,
  scaleInPlace,
  trainRidge,
  unitRows,
  type TrainingSet,
} from '../../src/training';
import { bottleneckValues, openNetwork, type OpenNetwork } from './bottleneckValues';

/** Images of another set that are asked about. */
const strangers = 200;

/**
 * How well novelty tells images of other sets, and of a class that was left out, from held out images of the own set:
 * area under the ROC curve, beside that of the largest score of a ridge classifier; and what share of each is refused
 * by a threshold that refuses 1 in 20 known ones. Prints the table of docs/heads.md.
 *
 *     npx tsx test/bench/novelty.ts [dataset...]
 */
async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const known = ['flowers', 'fruit-mini', 'customvision-mini', 'grocery-train']
    .map((name) => `../shared/data/${name}`)
    .filter((folder) => existsSync(folder));
  const network = await openNetwork();
  const sets: Loaded[] = [];
  for (const folder of positionals.length > 0 ? positionals : known) sets.push(await loaded(folder, network));
  console.log('| trained on | asked about | AUROC, nearest cosine | AUROC, largest ridge score | refused |');
  console.log('|---|---|---|---|---|');
  for (const set of sets) {
    const fold = stratifiedFolds(set.labels, set.classes, 4, 1);
    for (const other of sets)
      if (other !== set) {
        const asked = rowsOf(other, evenly(other.labels.length, strangers));
        const [training, held] = [
          rowsWhere(set, (row) => fold[row] !== 0),
          rowsWhere(set, (row) => fold[row] === 0),
        ];
        show(`${set.name} | ${other.name}`, [await measure(set, training, held, asked, network)]);
      }
    if (set.classes < 4) continue;
    const classes = evenly(set.classes, 10);
    const parts = classes.map((left) => ({
      training: rowsWhere(set, (row) => fold[row] !== 0 && set.labels[row] !== left),
      held: rowsWhere(set, (row) => fold[row] === 0 && set.labels[row] !== left),
      asked: rowsWhere(set, (row) => set.labels[row] === left),
    }));
    const results = [];
    for (const { training, held, asked } of parts)
      results.push(await measure(set, training, held, asked, network));
    show(`${set.name} | a class left out, mean of ${classes.length}`, results);
  }
  await network.runtime.dispose();
}

interface Loaded extends TrainingSet {
  readonly name: string;
  readonly classes: number;
  readonly dimension: number;
}

interface Result {
  readonly nearest: number;
  readonly score: number;
  readonly refused: number;
}

async function measure(
  { dimension, classes }: Loaded,
  training: TrainingSet,
  held: TrainingSet,
  asked: TrainingSet,
  { runtime }: OpenNetwork,
): Promise<Result> {
  const units = unitRows(training.values, dimension);
  const [own, strange] = [held, asked].map(({ values }) => novelty(values, units, dimension));
  const task = { training, dimension, classes, penalties: [0.1] };
  const { head } = await trainRidge(task, runtime.multiply64);
  const scoresOf = async ({ values, labels }: TrainingSet): Promise<Float64Array> => {
    const logits = await logitsOf({ kind: 'linear', head }, values, labels.length, plainProduct);
    return Float64Array.from(
      labels,
      (_, row) => -Math.max(...logits.subarray(row * classes, (row + 1) * classes)),
    );
  };
  const [ownScore, strangeScore] = [await scoresOf(held), await scoresOf(asked)];
  if (!own || !strange) throw new RangeError('nothing to compare');
  const threshold = noveltyThreshold(own, 0.05);
  return {
    nearest: areaUnderRoc(own, strange),
    score: areaUnderRoc(ownScore, strangeScore),
    refused: strange.filter((value) => value > threshold).length / strange.length,
  };
}

/** The chance that one of `high` is above one of `low`. */
function areaUnderRoc(low: Float64Array, high: Float64Array): number {
  let above = 0;
  for (const a of high) for (const b of low) above += a > b ? 1 : a === b ? 0.5 : 0;
  return above / (low.length * high.length);
}

function show(title: string, results: readonly Result[]): void {
  const mean = (name: keyof Result): string =>
    (results.reduce((sum, result) => sum + result[name], 0) / results.length).toFixed(3);
  console.log(`| ${title} | ${mean('nearest')} | ${mean('score')} | ${mean('refused')} |`);
}

async function loaded(folder: string, network: OpenNetwork): Promise<Loaded> {
  const { rows, values } = await bottleneckValues(folder, network);
  scaleInPlace(values, network.backbone.scaling);
  const names = [...new Set(rows.map(({ image }) => image.label))];
  const labels = Int32Array.from(rows, ({ image }) => names.indexOf(image.label));
  const dimension = values.length / rows.length;
  const all = { name: folder.split('/').at(-1) ?? '', classes: names.length, dimension, values, labels };
  return { ...all, ...rowsOf(all, evenly(labels.length, 1000)) };
}

/** `wanted` of the numbers below `n`, or all, evenly spread. */
function evenly(n: number, wanted: number): number[] {
  const count = Math.min(n, wanted);
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}

function rowsWhere(set: Loaded, chosen: (row: number) => boolean): TrainingSet {
  return rowsOf(set, [...set.labels.keys()].filter(chosen));
}

function rowsOf({ values, labels, dimension }: Loaded, rows: readonly number[]): TrainingSet {
  const taken = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => taken.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension));
  return { values: taken, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) };
}

void main();
