import { readBounded } from '../base';

/** Bytes; an uncompressed TIFF of as many pixels as are decoded at all is smaller. */
const largestFile = 256 * 2 ** 20;

/**
 * The bytes of an image file.
 * @param shown the name errors give it
 * @throws FILE_EMPTY, FILE_MISSING, FILE_UNREADABLE, FILE_TOO_LARGE, NOT_A_FILE
 */
export function readImage(file: string, shown = file): Promise<Buffer> {
  return readBounded(file, largestFile, { shown });
}
