import path from 'node:path';
import type { Neighbours } from '../training';
import { readLabels, writeLabels } from './labelsFile';
import { damaged, readRunFile, runFiles } from './runFiles';

/** Bytes of the vectors that a run keeps at most, as of the weights of any other head. */
export const mostNeighbourBytes = 2 ** 28;
const headerSize = 128;
const mostLabelBytes = 2 ** 28;

/** What run.json says of them; the rest is in files of their own. */
export type NeighbourFacts = Pick<Neighbours, 'k' | 'temperature'>;

/** Bytes of neighbours.npy where `rows` images vote. */
export function neighbourBytes(rows: number, dimension: number): number {
  return headerSize + (2 + rows) * dimension * 4;
}

/**
 * neighbours.npy, NumPy's format 1.0: float32 LE [2 + m, D], the means and the deviations that scale raw values, then
 * the scaled values of the m images that vote, each brought to length 1; and neighbours.txt: the label of each.
 * @throws RangeError without a scaling
 */
export function writeNeighbours(
  { units, labels, scaling }: Neighbours,
  names: readonly string[],
): { vectors: Uint8Array; labels: string } {
  if (scaling === null) throw new RangeError('The neighbours of a run take raw values');
  const dimension = scaling.mean.length;
  const bytes = Buffer.alloc(neighbourBytes(labels.length, dimension));
  header(2 + labels.length, dimension).copy(bytes);
  let offset = headerSize;
  for (const part of [scaling.mean, scaling.deviation, units])
    for (const value of part) offset = bytes.writeFloatLE(value, offset);
  return { vectors: bytes, labels: writeLabels(Array.from(labels, (label) => names[label] ?? '')) };
}

/** @throws RUN_DAMAGED where the files do not hold what they should; FILE_UNREADABLE */
export async function readNeighbours(
  folder: string,
  { k, temperature }: NeighbourFacts,
  { dimension, labels: names }: { readonly dimension: number; readonly labels: readonly string[] },
): Promise<{ neighbours: Neighbours; vectors: Uint8Array; labels: Uint8Array }> {
  const labelBytes = await readRunFile(folder, runFiles.neighbourLabels, mostLabelBytes);
  const indexOf = new Map(names.map((name, i) => [name, i]));
  const wrongLabel = (row: number): Error =>
    damaged(
      path.join(folder, runFiles.neighbourLabels),
      `line ${row + 1} is a label that is not in ${runFiles.labels}`,
    );
  const labels = Int32Array.from(readLabels(labelBytes.toString('utf8')), (label, row) => {
    const index = indexOf.get(label);
    if (index === undefined) throw wrongLabel(row);
    return index;
  });

  const file = path.join(folder, runFiles.neighbours);
  const vectors = await readRunFile(folder, runFiles.neighbours, headerSize + mostNeighbourBytes);
  const size = neighbourBytes(labels.length, dimension);
  if (vectors.length !== size) throw damaged(file, `it has ${vectors.length} bytes, not ${size}`);
  if (!vectors.subarray(0, headerSize).equals(header(2 + labels.length, dimension)))
    throw damaged(file, `its header is not that of ${2 + labels.length} rows of ${dimension} numbers`);
  const values = new Float32Array((2 + labels.length) * dimension);
  for (let i = 0; i < values.length; i++) values[i] = vectors.readFloatLE(headerSize + 4 * i);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw damaged(file, `number ${wrong} is not a finite number`);
  return {
    neighbours: {
      units: values.subarray(2 * dimension),
      labels,
      classes: names.length,
      k,
      temperature,
      scaling: { mean: values.subarray(0, dimension), deviation: values.subarray(dimension, 2 * dimension) },
    },
    vectors,
    labels: labelBytes,
  };
}

/** 128 bytes, so that rows begin where they do in the parts of the cache. */
function header(rows: number, dimension: number): Buffer {
  const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
  const bytes = Buffer.alloc(headerSize, ' ');
  magic.copy(bytes);
  bytes.writeUInt16LE(headerSize - magic.length - 2, magic.length);
  bytes.write(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimension}), }`,
    magic.length + 2,
    'latin1',
  );
  bytes.write('\n', headerSize - 1, 'latin1');
  return bytes;
}
