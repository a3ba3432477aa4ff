import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RetrainError, systemCode } from '../base';
import type { Picture } from './picture';
import type { ColourTables } from './toSrgb';

/*
 * The decoder of plain JPEG files and the filter for all pictures are one WebAssembly module, made from libjpeg-turbo
 * and scripts/decoder: the same bytes come out on every machine, and no file, however made, reaches beyond its memory.
 */

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What scripts/decoder/decoder.c exports; places in memory are plain numbers. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  reserve(bytes: number): number;
  release(picture: number): void;
  begin(width: number, height: number, toWidth: number, toHeight: number): void;
  push(rows: number): void;
  finish(): number;
  colours(): number;
  decode(
    bytes: number,
    width: number,
    height: number,
    shrink: number,
    convert: number,
    toWidth: number,
    toHeight: number,
  ): number;
}

/** The file is damaged, or asks for what this decoder cannot do; `code` is libjpeg's number of the message. */
export class DecoderRefusal extends Error {
  constructor(readonly code: number) {
    super(`libjpeg-turbo: message ${code}`);
  }
}

/** Node's WebAssembly, of which its types know too little. */
const wasm = (
  globalThis as unknown as {
    WebAssembly: {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object, imports: object) => { readonly exports: unknown };
      RuntimeError: new () => Error;
    };
  }
).WebAssembly;

let compiled: object | undefined;
let instance: Exports | undefined;

/** An instance that has grown beyond this gives its memory back: it cannot shrink. */
const keptMemory = 64 * 2 ** 20;
/** Bytes of rows handed over at once. */
const chunk = 2 ** 20;

/** Beside the bundles when installed, at the top of the repository in the tests. */
function moduleFile(): string {
  const file = path.join('media', 'decoder', 'decoder.wasm');
  const bundled = path.join(__dirname, '..', file);
  const inRepository = path.join(__dirname, '..', '..', file);
  return existsSync(inRepository) && !existsSync(bundled) ? inRepository : bundled;
}

/** @throws DECODER_DAMAGED, also where it is missing */
function compile(): object {
  const file = moduleFile();
  try {
    return new wasm.Module(readFileSync(file));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const reason = systemCode(error) === 'ENOENT' ? 'it is missing' : (systemCode(error) ?? text);
    throw new RetrainError('DECODER_DAMAGED', { path: file, reason }, { cause: error });
  }
}

function start(): Exports {
  compiled ??= compile();
  const { exports } = new wasm.Instance(compiled, {
    env: {
      fail: (code: number) => {
        throw new DecoderRefusal(code);
      },
      emscripten_notify_memory_growth: () => undefined,
    },
  });
  // The one place that says what the module is.
  const started = exports as Exports;
  started._initialize();
  return started;
}

/** Runs `use` on the module. A failure may leave its memory in any state: then the next one gets another. */
function onModule(size: Size, use: (module: Exports) => number): Uint8Array {
  const module = (instance ??= start());
  instance = undefined;
  const place = use(module);
  const picture = new Uint8Array(module.memory.buffer, place, size.width * size.height * 3).slice();
  module.release(place);
  if (module.memory.buffer.byteLength <= keptMemory) instance = module;
  return picture;
}

/** Pixels from which on it is worth while to decode a picture smaller than it is. */
const large = 1e6;
/** What the filter must have left to do then, each way: with less, it shows in the pixels (docs/decoding.md). */
const leftToFilter = 2.5;

/**
 * How many times smaller, each way, a JPEG is decoded: libjpeg leaves out the frequencies that are not needed (its
 * scaled inverse DCT). It depends on nothing but the two sizes.
 */
export function shrinkOf({ width, height }: Size, size: Size): 1 | 2 | 4 | 8 {
  if (width * height < large) return 1;
  const ratio = Math.min(width / size.width, height / size.height) / leftToFilter;
  return ratio >= 8 ? 8 : ratio >= 4 ? 4 : ratio >= 2 ? 2 : 1;
}

/**
 * A JPEG file of `picture.width` x `picture.height`, as it is stored, its colours converted by `colours`, resized like
 * `resize`: `[height, width, 3]`.
 * @throws DecoderRefusal; DECODER_DAMAGED
 */
export function decodeJpeg(file: Uint8Array, picture: Size, size: Size, colours?: ColourTables): Uint8Array {
  return onModule(size, (module) => {
    const place = module.reserve(file.length);
    new Uint8Array(module.memory.buffer, place, file.length).set(file);
    if (colours !== undefined) {
      const { products, encoded } = colours;
      const tables = module.colours();
      new Int32Array(module.memory.buffer, tables, products.length).set(products);
      new Uint8Array(module.memory.buffer, tables + products.byteLength, encoded.length).set(encoded);
    }
    const { width, height } = picture;
    const shrink = shrinkOf(picture, size);
    try {
      const convert = colours === undefined ? 0 : 1;
      return module.decode(file.length, width, height, shrink, convert, size.width, size.height);
    } catch (error) {
      // Reading or writing outside its memory, or a stack that overflows, traps: no file should, but one may.
      if (error instanceof wasm.RuntimeError) throw new DecoderRefusal(0);
      throw error;
    }
  });
}

/**
 * A picture stretched to `width` x `height` by a half-pixel-centred antialiased triangle filter, `[height, width, 3]`.
 * Its rows pass through: nothing of the picture's size is kept in between.
 * @throws DECODER_DAMAGED
 */
export function resize({ width, height, data }: Picture, size: Size): Uint8Array {
  if (width === size.width && height === size.height) return data;
  return onModule(size, (module) => {
    const stride = width * 3;
    const rows = Math.max(1, Math.min(height, Math.floor(chunk / stride)));
    const place = module.reserve(rows * stride);
    module.begin(width, height, size.width, size.height);
    for (let row = 0; row < height; row += rows) {
      const part = data.subarray(row * stride, Math.min(height, row + rows) * stride);
      new Uint8Array(module.memory.buffer, place, part.length).set(part);
      module.push(part.length / stride);
    }
    return module.finish();
  });
}
