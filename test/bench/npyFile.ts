/** An array as a NumPy file of format 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
export function npyFile(values: Float32Array | Int32Array, shape: readonly number[]): Buffer {
  const type = values instanceof Float32Array ? '<f4' : '<i4';
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([
    head,
    Buffer.from(padded, 'latin1'),
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ]);
}
