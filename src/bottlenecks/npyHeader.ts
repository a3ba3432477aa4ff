/** The bytes before the first value: enough for any count of rows, so the header is rewritten in place. */
export const headerSize = 128;

/** No network has more values; a file that says so is not ours. */
export const largestDimension = 2 ** 20;

const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
const dictionary = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d{1,15}), (\d{1,9})\), \} *\n$/;

/**
 * The header of a float32 matrix [rows, dimension], 128 bytes long, as NumPy's format 1.0 has it
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
export function npyHeader(rows: number, dimension: number): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimension}), }`;
  const header = Buffer.alloc(headerSize, ' ');
  magic.copy(header);
  header.writeUInt16LE(headerSize - magic.length - 2, magic.length);
  header.write(text, magic.length + 2, 'latin1');
  header.write('\n', headerSize - 1, 'latin1');
  return header;
}

/** The shape a header states; undefined where it is not one that `npyHeader` writes. */
export function parseNpyHeader(header: Buffer): { rows: number; dimension: number } | undefined {
  if (header.length < headerSize || !header.subarray(0, magic.length).equals(magic)) return undefined;
  if (header.readUInt16LE(magic.length) !== headerSize - magic.length - 2) return undefined;
  const match = dictionary.exec(header.toString('latin1', magic.length + 2, headerSize));
  if (match === null) return undefined;
  const rows = Number(match[1]);
  const dimension = Number(match[2]);
  return dimension > 0 && dimension <= largestDimension ? { rows, dimension } : undefined;
}

/** How many whole rows a file of `size` bytes has room for. */
export function rowsIn(size: number, dimension: number): number {
  return Math.max(0, Math.floor((size - headerSize) / (4 * dimension)));
}
