/** Decoded pixels: `[height, width, 3]`, sRGB, 8 bits a channel, upright, opaque. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * A picture turned upright by its EXIF orientation (1 to 8; TIFF 6.0, tag 274); the same one where that is 1 or
 * not an orientation.
 */
export function turnUpright(picture: Picture, orientation: number): Picture {
  if (!(orientation >= 2 && orientation <= 8)) return picture;
  const { width, height, data } = picture;
  const swapped = orientation >= 5;
  const outWidth = swapped ? height : width;
  const outHeight = swapped ? width : height;
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const column = swapped ? y : x;
      const row = swapped ? x : y;
      const sourceX = fromRight ? width - 1 - column : column;
      const sourceY = fromBottom ? height - 1 - row : row;
      let from = (sourceY * width + sourceX) * 3;
      out[to++] = data[from++] ?? 0;
      out[to++] = data[from++] ?? 0;
      out[to++] = data[from] ?? 0;
    }
  }
  return { width: outWidth, height: outHeight, data: out };
}
