import { throwIfAborted, type Report } from '../base';
import type { Matrix, Product } from './matrix';
import { directions, nearestRows } from './nearest';
import { scale, type Scaling } from './scaling';
import { measure } from './softmaxLoss';
import { fitTemperature } from './temperature';
import type { TrainingSet } from './trainSoftmax';

/** The classes of the nearest training images answer. */
export interface Neighbours {
  /** The scaled values of the training images, each brought to length 1, [m, D]. */
  readonly units: Float32Array;
  /** [m] */
  readonly labels: Int32Array;
  readonly classes: number;
  /** How many vote. */
  readonly k: number;
  readonly temperature: number;
  /** Of the values it is asked about; null: they come scaled. */
  readonly scaling: Scaling | null;
}

export interface NeighboursTask {
  /** Scaled values. */
  readonly training: TrainingSet;
  readonly dimension: number;
  readonly classes: number;
  /** The numbers of neighbours among which leave-one-out chooses. */
  readonly candidates?: readonly number[];
  /** The first so many rows are asked by leave-one-out; absent: all. */
  readonly asked?: number;
  /** Rows of one group, such as views of one image, do not vote on each other, [m]; absent: each is its own. */
  readonly groups?: readonly string[];
}

/** A number of neighbours that was tried, with the answers to each image where it does not vote itself. */
export interface NeighboursTrial {
  readonly k: number;
  /** The share of wrong answers. */
  readonly error: number;
  /** With the probabilities calibrated. */
  readonly crossEntropy: number;
}

export interface TrainedNeighbours {
  readonly neighbours: Neighbours;
  /** In the order of the candidates. */
  readonly trials: readonly NeighboursTrial[];
}

interface NeighboursOptions {
  readonly signal?: AbortSignal;
  readonly compared?: Report<{ done: number; of: number }>;
  readonly report?: Report<NeighboursTrial>;
}

export const neighbourCandidates: readonly number[] = [1, 3, 5, 10, 20];

/**
 * k nearest neighbours by the cosine of scaled values (Cover and Hart, "Nearest neighbor pattern classification",
 * 1967). How many vote, and the temperature, are those that give the training images the least cross-entropy when
 * none votes on itself. Reports how many images have found their neighbours, then each number that was tried.
 * @param product for the cosines of all pairs, some rows at a time
 * @throws RangeError without an image; the signal's reason once aborted
 */
export async function trainNeighbours(
  { training, dimension, classes, candidates = neighbourCandidates, ...task }: NeighboursTask,
  product: Product,
  { signal, compared, report }: NeighboursOptions = {},
): Promise<TrainedNeighbours> {
  const { values, labels } = training;
  const m = labels.length;
  if (m === 0 || values.length !== m * dimension)
    throw new RangeError(`${values.length} values are not ${m} rows of ${dimension}`);
  const { asked = m, groups } = task;
  const units = directions(values, dimension);
  const rows: Matrix = { rows: m, columns: dimension, data: units };
  const queries: Matrix = { ...rows, rows: asked, data: units.subarray(0, asked * dimension) };
  const most = Math.max(1, ...candidates);
  const lists = await nearestRows(queries, rows, most, product, {
    apart: kin(m, groups),
    signal,
    report: compared,
  });
  throwIfAborted(signal);

  const truth = labels.subarray(0, asked);
  const trials: NeighboursTrial[] = [];
  let best: { k: number; temperature: number; crossEntropy: number } | undefined;
  for (const k of candidates.filter((each) => each < m)) {
    const scores = votes(lists, labels, classes, k);
    const temperature = fitTemperature(scores, truth, classes);
    const tempered = scores.map((score) => score / temperature);
    const { accuracy, crossEntropy } = measure(tempered, truth, classes);
    const trial = { k, error: 1 - accuracy, crossEntropy };
    trials.push(trial);
    report?.(trial);
    if (best === undefined || crossEntropy < best.crossEntropy) best = { k, temperature, crossEntropy };
  }
  const { k = 1, temperature = 1 } = best ?? {};
  return {
    neighbours: { units, labels: labels.slice(), classes, k, temperature, scaling: null },
    trials,
  };
}

/** Logits [n, C] of values [n, D]. */
export async function neighbourLogits(
  { units, labels, classes, k, temperature, scaling }: Neighbours,
  values: Float32Array,
  product: Product,
): Promise<Float64Array> {
  const columns = units.length / labels.length;
  const data = directions(scaling ? scale(values, scaling) : values, columns);
  const queries: Matrix = { rows: data.length / columns, columns, data };
  const lists = await nearestRows(queries, { rows: labels.length, columns, data: units }, k, product);
  return votes(lists, labels, classes, k).map((score) => score / temperature);
}

/** The rows that do not vote on one: itself, and those of its group. */
function kin(m: number, groups: readonly string[] | undefined): (row: number) => readonly number[] {
  if (groups === undefined) return (row) => [row];
  const members = new Map<string, number[]>();
  for (let row = 0; row < m; row++) {
    const group = groups[row] ?? '';
    const known = members.get(group);
    if (known) known.push(row);
    else members.set(group, [row]);
  }
  return (row) => members.get(groups[row] ?? '') ?? [row];
}

/**
 * The logarithm of each class' share of the votes, [n, C]; every class has one vote shared among all beforehand, so
 * that none is impossible.
 * @param lists of the nearest rows, `k` or more where there are so many
 */
function votes(
  lists: readonly (readonly number[])[],
  labels: Int32Array,
  classes: number,
  k: number,
): Float64Array {
  const shares = new Float64Array(lists.length * classes).fill(1 / classes);
  lists.forEach((nearest, query) => {
    const voters = nearest.slice(0, k);
    const own = shares.subarray(query * classes, (query + 1) * classes);
    for (const row of voters) {
      const label = labels[row] as number;
      own[label] = (own[label] as number) + 1;
    }
    for (let c = 0; c < classes; c++) own[c] = Math.log((own[c] as number) / (voters.length + 1));
  });
  return shares;
}
