import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Every row on disk below a cache, by its sha256: the bytes of its values. Fails on a key that stands twice. */
export function rowsById(cache: string): Map<string, Buffer> {
  const rows = new Map<string, Buffer>();
  for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.npy')) continue;
    const matrix = readFileSync(path.join(cache, name));
    const [head = '', , ...lines] = readFileSync(path.join(cache, name.replace(/npy$/, 'csv')), 'utf8')
      .trimEnd()
      .split('\n');
    const rowSize = 4 * Number(head.split(',')[4]);
    for (const line of lines) {
      const [row = '', sha256 = ''] = line.split(',');
      if (rows.has(sha256)) throw new Error(`${sha256} stands twice`);
      const start = 128 + Number(row) * rowSize;
      rows.set(sha256, matrix.subarray(start, start + rowSize));
    }
  }
  return rows;
}
