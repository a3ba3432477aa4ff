/** What a bitmap of a test is made of; what is left out has the usual value. */
export interface BmpParts {
  readonly width: number;
  /** Negative: the rows go from top to bottom. */
  readonly height: number;
  readonly bits: number;
  /** 0 none, 1 RLE8, 2 RLE4, 3 bit fields. */
  readonly compression?: number;
  /** `[red, green, blue]`. */
  readonly palette?: readonly (readonly [number, number, number])[];
  /** Red, green, blue and, with a header of 56 bytes, alpha. */
  readonly masks?: readonly number[];
  /** As they stand in the file, rows padded to four bytes. */
  readonly pixels: Uint8Array;
}

/** A BMP file with a BITMAPINFOHEADER (or BITMAPV3INFOHEADER, where there are four masks). */
export function bmpFile({
  width,
  height,
  bits,
  compression = 0,
  palette = [],
  masks = [],
  pixels,
}: BmpParts): Buffer {
  const headerSize = masks.length === 4 ? 56 : 40;
  const offset = 14 + headerSize + (headerSize === 40 ? masks.length * 4 : 0) + palette.length * 4;
  const head = Buffer.alloc(offset);
  head.write('BM', 'latin1');
  head.writeUInt32LE(offset + pixels.length, 2);
  head.writeUInt32LE(offset, 10);
  head.writeUInt32LE(headerSize, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  head.writeUInt32LE(palette.length, 46);
  masks.forEach((mask, i) => head.writeUInt32LE(mask, 54 + i * 4));
  palette.forEach(([red, green, blue], i) => {
    head.set([blue, green, red, 0], offset - (palette.length - i) * 4);
  });
  return Buffer.concat([head, pixels]);
}
