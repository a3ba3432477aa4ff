import path from 'node:path';
import type { Untrusted } from '../base';
import type { Scaling } from '../training';
import { count } from './numbers';
import { damaged, readRunFile, runFiles } from './runFiles';

/** How a run tells what is like nothing it was trained on. */
export interface KnownImages {
  /** The novelty above which a picture is unknown, and how many known images that rests on. */
  readonly threshold: number;
  readonly images: number;
  /** Of raw values, before they are compared. */
  readonly scaling: Scaling;
  /** The direction of the mean of each class [C, D]: rows of length 1, in the order of the labels. */
  readonly directions: Float32Array;
}

/** What run.json says of them; the rest is in known.bin. */
export type KnownFacts = Pick<KnownImages, 'threshold' | 'images'>;

/** known.bin: float32 LE [2 + C, D]: the means, the deviations, then the directions. */
export function writeKnown({ scaling, directions }: KnownImages): Uint8Array {
  const parts = [scaling.mean, scaling.deviation, directions];
  const bytes = Buffer.alloc(parts.reduce((sum, part) => sum + part.length, 0) * 4);
  let offset = 0;
  for (const part of parts) for (const value of part) offset = bytes.writeFloatLE(value, offset);
  return bytes;
}

export function readKnownFacts(known: Untrusted): KnownFacts {
  // Novelty is 1 less a cosine.
  return { threshold: known.field('threshold').number(0, 2), images: count(known.field('images')) };
}

/** @throws RUN_DAMAGED where the file is not [2 + classes, dimension] of finite numbers; FILE_UNREADABLE */
export async function readKnown(
  folder: string,
  facts: KnownFacts,
  { dimension, classes }: { readonly dimension: number; readonly classes: number },
): Promise<KnownImages> {
  const length = (2 + classes) * dimension;
  const bytes = await readRunFile(folder, runFiles.known, length * 4);
  const file = path.join(folder, runFiles.known);
  if (bytes.length !== length * 4) throw damaged(file, `it has ${bytes.length} bytes, not ${length * 4}`);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = bytes.readFloatLE(4 * i);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw damaged(file, `number ${wrong} is not a finite number`);
  const [mean, deviation] = [values.subarray(0, dimension), values.subarray(dimension, 2 * dimension)];
  return { ...facts, scaling: { mean, deviation }, directions: values.subarray(2 * dimension) };
}
