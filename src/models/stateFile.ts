import { createHash } from 'node:crypto';
import path from 'node:path';
import type { GradientPlace, GradientState, Layers, Scaling } from '../training';
import { floatBytes, readWeights, weightBytes, type LayersHead } from './layersModel';
import { damaged, readRunFile, runFiles } from './runFiles';

/** A training by gradient between two steps, and the scaling of the values that it is trained on. */
export interface KeptState {
  readonly state: GradientState;
  readonly scaling: Scaling;
}

const checksumBytes = 32;

/**
 * state.bin, in little-endian float32: means and deviations [D] of the scaling; the layers, then the best head, then
 * Adam's means and its squares, if any, each laid out as weights.bin; then the sha256 of all that.
 */
export function writeState({ state, scaling }: KeptState): Uint8Array {
  const { layers, bestHead, moments } = state;
  const parts = [layers, layersOf(bestHead), ...(moments ? [moments.means, moments.squares] : [])];
  const bytes = floatBytes([
    scaling.mean,
    scaling.deviation,
    ...parts.flat().flatMap(({ weights, bias }) => [weights, bias]),
  ]);
  return Buffer.concat([bytes, sha256Of(bytes)]);
}

/**
 * @param head of the run, which says how many layers there are and how large
 * @throws RUN_DAMAGED where it is not as `writeState` makes it for such a head; FILE_UNREADABLE
 */
export async function readState(
  folder: string,
  {
    place,
    head,
    dimension,
    isAdam,
  }: {
    readonly place: GradientPlace;
    readonly head: LayersHead;
    readonly dimension: number;
    readonly isAdam: boolean;
  },
): Promise<KeptState> {
  const file = path.join(folder, runFiles.state);
  const [first, second] = layersOf(head);
  const shape = {
    dimension,
    hidden: second ? first.bias.length : null,
    classes: (second ?? first).bias.length,
    weightsFile: runFiles.state,
  };
  const part = weightBytes(shape);
  const scalingBytes = 8 * dimension;
  const expected = scalingBytes + (isAdam ? 4 : 2) * part + checksumBytes;
  const bytes = await readRunFile(folder, runFiles.state, expected);
  if (bytes.length !== expected) throw damaged(file, `it has ${bytes.length} bytes, not ${expected}`);
  const content = bytes.subarray(0, -checksumBytes);
  if (!sha256Of(content).equals(bytes.subarray(-checksumBytes)))
    throw damaged(file, 'its checksum is another');
  const takePart = (index: number): LayersHead => {
    const from = scalingBytes + index * part;
    return readWeights(content.subarray(from, from + part), shape, file);
  };
  const takeLayers = (index: number): Layers => layersOf(takePart(index));
  const [mean, deviation] = [0, 1].map((half) =>
    Float32Array.from({ length: dimension }, (_, i) => content.readFloatLE(4 * (half * dimension + i))),
  ) as [Float32Array, Float32Array];
  const squares = isAdam ? takeLayers(3) : null;
  const sound =
    mean.every(Number.isFinite) &&
    deviation.every((value) => value >= 0 && Number.isFinite(value)) &&
    (squares ?? []).every(({ weights, bias }) =>
      [weights, bias].every((all) => all.every((one) => one >= 0)),
    );
  if (!sound) throw damaged(file, 'it holds a number that cannot be');
  return {
    state: {
      ...place,
      layers: takeLayers(0),
      bestHead: takePart(1),
      moments: squares && { means: takeLayers(2), squares },
    },
    scaling: { mean, deviation },
  };
}

function layersOf(head: LayersHead): Layers {
  return head.kind === 'linear' ? [head.head] : [head.hidden, head.output];
}

function sha256Of(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
