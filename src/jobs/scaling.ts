import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readBounded, writeAtomic } from '../base';
import type { Scaling } from '../backbones';
import { takeScaling } from '../training';
import { inWords } from './datasetFolder';
import type { FilledDataset } from './fillCache';

/**
 * The backbone's scaling, or where it came without one the dataset's: taken from the training images' `values` [n, D]
 * the first time and kept in the dataset, so that later images change no other row. float32, little endian: D means,
 * then D deviations.
 */
export async function scalingOf(
  { backbone, location: { retrain: folder } }: Pick<FilledDataset, 'backbone' | 'location'>,
  values: Float32Array,
): Promise<Scaling> {
  if (backbone.scaling !== undefined) return backbone.scaling;
  const { id, fingerprint, dimension } = backbone;
  const file = path.join(folder, `scaling-${id}-${fingerprint.slice(0, 16)}.bin`);
  const kept = await readScaling(file, dimension);
  if (kept !== undefined) return kept;
  const scaling = takeScaling(values, dimension);
  const bytes = Buffer.alloc(dimension * 8);
  [...scaling.mean, ...scaling.deviation].forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  await inWords(folder, async () => {
    await mkdir(folder, { recursive: true });
    await writeAtomic(file, bytes);
  });
  return scaling;
}

/** Undefined where there is none, or where it is damaged: then it is taken anew. */
async function readScaling(file: string, dimension: number): Promise<Scaling | undefined> {
  const bytes = await readBounded(file, dimension * 8).catch(() => undefined);
  if (bytes?.length !== dimension * 8) return undefined;
  const half = (start: number): Float32Array =>
    Float32Array.from({ length: dimension }, (_, i) => bytes.readFloatLE(4 * (start + i)));
  const [mean, deviation] = [half(0), half(dimension)];
  const sound =
    mean.every(Number.isFinite) && deviation.every((value) => value > 0 && Number.isFinite(value));
  return sound ? { mean, deviation } : undefined;
}
