import type { Picture } from './picture';

/**
 * Windows and OS/2 bitmaps, to the headers' documentation of Microsoft ("Bitmap Header Types", BITMAPINFOHEADER to
 * BITMAPV5HEADER): 1, 4, 8, 16, 24 and 32 bits, bit fields, RLE4 and RLE8.
 */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: Compression;
  /** Where the pixels begin. */
  readonly offset: number;
  /** `[r, g, b]` of each colour, one after the other. */
  readonly palette: Uint8Array;
  /** Where red, green, blue and alpha sit in a pixel of 16 or 32 bits; 0 where there is none. */
  readonly masks: Masks;
}

type Compression = 'none' | 'rle8' | 'rle4' | 'fields';
type Masks = readonly [red: number, green: number, blue: number, alpha: number];

const compressions: ReadonlyMap<number, Compression> = new Map([
  [0, 'none'],
  [1, 'rle8'],
  [2, 'rle4'],
  [3, 'fields'],
  [6, 'fields'],
]);

/** What is wrong with a bitmap, in a few words. */
export class BmpError extends Error {}

const noMasks: Masks = [0, 0, 0, 0];
const fiveBitMasks: Masks = [0x7c00, 0x03e0, 0x001f, 0];
const eightBitMasks: Masks = [0xff0000, 0x00ff00, 0x0000ff, 0];

/** @throws BmpError */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = bytes.length >= 18 ? view.getUint32(14, true) : 0;
  const headerEnd = 14 + headerSize;
  if (headerSize < 12 || headerEnd > bytes.length) throw new BmpError('its header is cut short');
  const core = headerSize === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new BmpError(`its size is ${width} x ${signedHeight}`);
  const code = headerSize >= 20 ? view.getUint32(30, true) : 0;
  const compression = compressions.get(code);
  if (compression === undefined) throw new BmpError(`its compression is ${code}`);
  const bits = view.getUint16(core ? 24 : 28, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new BmpError(`it has ${bits} bits a pixel`);
  const runs = compression === 'rle8' ? 8 : compression === 'rle4' ? 4 : bits;
  if (runs !== bits || (compression === 'fields' && bits < 16) || (compression === 'fields' && bits === 24))
    throw new BmpError(`its compression ${code} does not go with ${bits} bits a pixel`);

  let masks = bits === 16 ? fiveBitMasks : bits === 32 ? eightBitMasks : noMasks;
  let paletteStart = headerEnd;
  if (compression === 'fields') {
    // With the shortest header the masks follow it; longer ones hold them at the same place.
    const count = headerSize >= 56 || code === 6 ? 4 : 3;
    if (54 + count * 4 > bytes.length) throw new BmpError('its header is cut short');
    const mask = (index: number) => (index < count ? view.getUint32(54 + index * 4, true) : 0);
    masks = [mask(0), mask(1), mask(2), mask(3)];
    paletteStart = Math.max(headerEnd, 54 + count * 4);
  }
  const offset = view.getUint32(10, true);
  if (offset < headerEnd || offset > bytes.length) throw new BmpError('its pixels begin outside the file');
  const palette =
    bits <= 8 ? readPalette(bytes.subarray(paletteStart, offset), core ? 3 : 4, 2 ** bits) : new Uint8Array();
  return { width, height, topDown: signedHeight < 0, bits, compression, offset, palette, masks };
}

function readPalette(bytes: Uint8Array, entry: number, colours: number): Uint8Array {
  const count = Math.min(Math.floor(bytes.length / entry), colours);
  if (count === 0) throw new BmpError('it has no palette');
  const palette = new Uint8Array(colours * 3);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < 3; k++) palette[i * 3 + k] = bytes[i * entry + 2 - k] as number;
  }
  return palette;
}

/**
 * The pixels of a bitmap whose size has been found bearable.
 * @throws BmpError
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Picture {
  const { width, height } = header;
  const data =
    header.compression === 'rle4' || header.compression === 'rle8'
      ? fromIndices(decodeRuns(bytes, header), header)
      : decodeRows(bytes, header);
  return { width, height, data };
}

/** The row of the picture, from the top, that stands at `index` in the file. */
function rowOf({ height, topDown }: BmpHeader, index: number): number {
  return topDown ? index : height - 1 - index;
}

function decodeRows(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bits, offset } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  // The padding of the last row may be missing.
  const needed = offset + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (needed > bytes.length) throw new BmpError(`it ends after ${bytes.length} of ${needed} bytes`);
  if (bits <= 8) {
    const indices = new Uint8Array(width * height);
    const mask = 2 ** bits - 1;
    for (let line = 0; line < height; line++) {
      const from = offset + line * stride;
      const to = rowOf(header, line) * width;
      for (let x = 0; x < width; x++) {
        const bit = x * bits;
        indices[to + x] = ((bytes[from + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & mask;
      }
    }
    return fromIndices(indices, header);
  }
  const out = new Uint8Array(width * height * 3);
  if (bits === 24) {
    for (let line = 0; line < height; line++) {
      let from = offset + line * stride;
      let to = rowOf(header, line) * width * 3;
      for (let x = 0; x < width; x++, from += 3) {
        out[to++] = bytes[from + 2] as number;
        out[to++] = bytes[from + 1] as number;
        out[to++] = bytes[from] as number;
      }
    }
    return out;
  }
  decodeFields(bytes, header, stride, out);
  return out;
}

function decodeFields(bytes: Uint8Array, header: BmpHeader, stride: number, out: Uint8Array): void {
  const { width, height, bits, offset, masks } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = masks.map((mask) => {
    const shift = mask === 0 ? 0 : Math.clz32(mask & -mask) ^ 31;
    return { mask, shift, largest: mask >>> shift };
  });
  const step = bits / 8;
  const pixelAt = (at: number) => (step === 2 ? view.getUint16(at, true) : view.getUint32(at, true));
  const alphaMask = masks[3];
  // Many writers announce alpha and leave it 0 everywhere: such a picture is opaque.
  let transparent = alphaMask !== 0;
  for (let line = 0; transparent && line < height; line++) {
    const from = offset + line * stride;
    for (let x = 0; x < width; x++) {
      if ((pixelAt(from + x * step) & alphaMask) !== 0) {
        transparent = false;
        break;
      }
    }
  }
  const blend = alphaMask !== 0 && !transparent;
  for (let line = 0; line < height; line++) {
    const from = offset + line * stride;
    let to = rowOf(header, line) * width * 3;
    for (let x = 0; x < width; x++) {
      const pixel = pixelAt(from + x * step);
      const share = (index: number) => {
        const field = fields[index];
        return field === undefined || field.mask === 0
          ? 0
          : ((pixel & field.mask) >>> field.shift) / field.largest;
      };
      const alpha = blend ? share(3) : 1;
      for (let k = 0; k < 3; k++) out[to++] = Math.round(255 * (1 + (share(k) - 1) * alpha));
    }
  }
}

/** Runs of equal pixels; pixels that no run reaches keep colour 0. */
function decodeRuns(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, compression, offset } = header;
  const nibbles = compression === 'rle4';
  const indices = new Uint8Array(width * height);
  let at = offset;
  let x = 0;
  let line = 0;
  const next = () => {
    const value = bytes[at++];
    if (value === undefined) throw new BmpError('its pixels are cut short');
    return value;
  };
  const put = (index: number) => {
    if (x < width && line < height) indices[rowOf(header, line) * width + x] = index;
    x++;
  };
  while (line < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(nibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      x = 0;
      line++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += next();
      line += next();
    } else {
      const start = at;
      let pair = 0;
      for (let i = 0; i < value; i++) {
        if (!nibbles) put(next());
        else {
          if (i % 2 === 0) pair = next();
          put(i % 2 === 0 ? pair >> 4 : pair & 15);
        }
      }
      at += (at - start) % 2;
    }
  }
  return indices;
}

function fromIndices(indices: Uint8Array, { palette }: BmpHeader): Uint8Array {
  const out = new Uint8Array(indices.length * 3);
  for (let i = 0, to = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * 3;
    out[to++] = palette[from] as number;
    out[to++] = palette[from + 1] as number;
    out[to++] = palette[from + 2] as number;
  }
  return out;
}
