import type { Untrusted } from '../base';
import type { Constant, Shape } from './graph';

type Encoding =
  | { readonly kind: 'float32' }
  | { readonly kind: 'float16' }
  | { readonly kind: 'int32' }
  /** value = integer * scale + least */
  | { readonly kind: 'uint8' | 'uint16'; readonly scale: number; readonly least: number };

const bytesOf = { float32: 4, float16: 2, int32: 4, uint8: 1, uint16: 2 } as const;

/** Where one tensor lies among the weight bytes. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: Shape;
  readonly encoding: Encoding;
  readonly offset: number;
  readonly bytes: number;
  readonly source: Untrusted;
}

export interface WeightManifest {
  /** Bare file names, in order. */
  readonly paths: readonly string[];
  readonly entries: readonly WeightEntry[];
  readonly bytes: number;
}

const maxTensors = 10_000;
const maxShards = 1_000;
/** Of all weights together, as stored and as widened to four bytes. */
const maxWeightBytes = 2 ** 29;

/**
 * The weights manifest of a TF.js model (format: tfjs-core `io/types.ts`), checked before a byte of
 * weights is read.
 * @throws BACKBONE_DAMAGED
 */
export function parseManifest(manifest: Untrusted): WeightManifest {
  const paths: string[] = [];
  const entries: WeightEntry[] = [];
  let bytes = 0;
  let widened = 0;
  const names = new Set<string>();
  for (const group of manifest.items(maxShards)) {
    for (const item of group.field('paths').items(maxShards)) paths.push(bareFileName(item));
    if (paths.length > maxShards) throw manifest.fail(`it names more than ${maxShards} files`);
    for (const source of group.field('weights').items(maxTensors)) {
      const name = source.field('name').name();
      if (names.has(name)) throw source.fail(`a second tensor is called ${name}`);
      names.add(name);
      if (names.size > maxTensors) throw manifest.fail(`it lists more than ${maxTensors} tensors`);
      const shape = source
        .field('shape')
        .items(8)
        .map((size) => size.integer(1, 2 ** 27));
      const encoding = parseEncoding(source);
      const size = shape.reduce((a, b) => a * b, 1);
      entries.push({ name, shape, encoding, offset: bytes, bytes: size * bytesOf[encoding.kind], source });
      bytes += size * bytesOf[encoding.kind];
      widened += size * 4;
      if (widened > maxWeightBytes) throw source.fail(`the weights are larger than ${maxWeightBytes} bytes`);
    }
  }
  return { paths, entries, bytes };
}

/** Windows' separators, streams and device prefixes are refused everywhere: the asset is the same everywhere. */
function bareFileName(item: Untrusted): string {
  const name = item.name(200);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) throw item.fail('a bare file name was expected');
  return name;
}

function parseEncoding(weight: Untrusted): Encoding {
  const dtype = weight.field('dtype').name();
  const quantization = weight.optional('quantization');
  if (dtype !== 'float32' && dtype !== 'int32')
    throw weight.fail(`values of type ${dtype} are not supported`);
  if (quantization === undefined) return { kind: dtype };
  const stored = quantization.field('dtype').name();
  if (dtype === 'float32' && stored === 'float16') return { kind: 'float16' };
  if (dtype === 'float32' && (stored === 'uint8' || stored === 'uint16'))
    return {
      kind: stored,
      scale: quantization.field('scale').finite(),
      least: quantization.field('min').finite(),
    };
  throw quantization.fail(`${dtype} stored as ${stored} is not supported`);
}

/**
 * The tensors of `data`, whose length is the manifest's, widened to float32 or int32.
 * @throws BACKBONE_DAMAGED where a weight is not a finite number
 */
export function decodeWeights(manifest: WeightManifest, data: Uint8Array): Map<string, Constant> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return new Map(manifest.entries.map((entry) => [entry.name, decode(entry, view)]));
}

function decode(entry: WeightEntry, view: DataView): Constant {
  const { shape, encoding, offset, bytes } = entry;
  const count = bytes / bytesOf[encoding.kind];
  if (encoding.kind === 'int32') {
    const values = new Int32Array(count);
    for (let i = 0; i < count; i++) values[i] = view.getInt32(offset + 4 * i, true);
    return { kind: 'int32', shape, values };
  }
  const values = new Float32Array(count);
  switch (encoding.kind) {
    case 'float32':
      for (let i = 0; i < count; i++) values[i] = view.getFloat32(offset + 4 * i, true);
      break;
    case 'float16': {
      const halves = halfFloats();
      for (let i = 0; i < count; i++) values[i] = halves[view.getUint16(offset + 2 * i, true)] as number;
      break;
    }
    case 'uint8':
      for (let i = 0; i < count; i++) values[i] = view.getUint8(offset + i) * encoding.scale + encoding.least;
      break;
    case 'uint16':
      for (let i = 0; i < count; i++)
        values[i] = view.getUint16(offset + 2 * i, true) * encoding.scale + encoding.least;
  }
  if (!areFinite(values)) throw entry.source.fail(`a value of ${entry.name} is not a finite number`);
  return { kind: 'float32', shape, values };
}

/** What is not finite less itself is not zero. Ten times as fast as a call for each value, of which there are millions. */
function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) - (values[i] as number);
  return sum === 0;
}

let table: Float32Array | undefined;

/** The value of each of the 65,536 half-precision numbers (IEEE 754 binary16), by its bits. */
function halfFloats(): Float32Array {
  return (table ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const magnitude =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return bits & 0x8000 ? -magnitude : magnitude;
  }));
}
