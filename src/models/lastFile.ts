import path from 'node:path';
import type { Head } from '../training';
import { floatBytes, readWeights, weightBytes } from './layersModel';
import { damaged, readRunFile, runFiles } from './runFiles';
import type { KeptState } from './stateFile';

/** What a run keeps of its training to go on with; where there is no state, the last head on raw values. */
export type Resumption =
  { readonly kind: 'head'; readonly head: Head } | ({ readonly kind: 'state' } & KeptState);

/** last.bin: the head that training had come to in the end, on raw values; laid out as weights.bin. */
export function writeLast({ weights, bias }: Head): Uint8Array {
  return floatBytes([weights, bias]);
}

/** @throws RUN_DAMAGED where it is not [dimension, classes] and [classes] of finite numbers; FILE_UNREADABLE */
export async function readLast(
  folder: string,
  sizes: { readonly dimension: number; readonly classes: number },
): Promise<Head> {
  const shape = { ...sizes, hidden: null, weightsFile: runFiles.last };
  const bytes = await readRunFile(folder, runFiles.last, weightBytes(shape));
  const file = path.join(folder, runFiles.last);
  const last = readWeights(bytes, shape, file);
  if (last.kind !== 'linear') throw damaged(file, 'it is not one layer');
  return last.head;
}
