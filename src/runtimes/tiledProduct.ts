import type { Matrix, ProductOptions, ProductSize } from './runtime';

/** Rows and columns of a tile of the result. */
const side = 1024;
/** Numbers of either factor that are handed over at once: 16 MB. */
const budget = 2 ** 22;

/** A rectangle of the result. */
export interface Tile {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** The tiles of a product, the same whoever computes them. */
export function tilesOf({ rows, columns }: ProductSize): Tile[] {
  const tiles: Tile[] = [];
  for (let row = 0; row < rows; row += side)
    for (let column = 0; column < columns; column += side)
      tiles.push({
        row,
        rows: Math.min(side, rows - row),
        column,
        columns: Math.min(side, columns - column),
      });
  return tiles;
}

/**
 * The factors of one tile, neither of them transposed any more, piece by piece: the sum of their products is the
 * tile. In TF.js' wasm backend a product with a transposed factor is 10 to 50 times as slow.
 */
export function* factorsOf(
  tile: Tile,
  a: Matrix,
  b: Matrix,
  { inner }: ProductSize,
  { transposeA = false, transposeB = false }: ProductOptions,
): Generator<{ a: Matrix; b: Matrix }> {
  const depth = Math.max(1, Math.floor(budget / Math.max(tile.rows, tile.columns)));
  for (let from = 0; from < inner; from += depth) {
    const terms = Math.min(depth, inner - from);
    yield {
      a: part(a, transposeA, { row: tile.row, rows: tile.rows, column: from, columns: terms }),
      b: part(b, transposeB, { row: from, rows: terms, column: tile.column, columns: tile.columns }),
    };
  }
}

/** Adds the values of a tile to where they belong in `result`, which is `columns` wide. */
export function addTile(result: Float32Array, columns: number, tile: Tile, values: Float32Array): void {
  for (let row = 0; row < tile.rows; row++) {
    const to = (tile.row + row) * columns + tile.column;
    const from = row * tile.columns;
    for (let i = 0; i < tile.columns; i++)
      result[to + i] = (result[to + i] as number) + (values[from + i] as number);
  }
}

/** A copy of a rectangle of `matrix`, or of `matrix` transposed. */
function part(
  { columns: width, data }: Matrix,
  transposed: boolean,
  { row, rows, column, columns }: Tile,
): Matrix {
  const copy = new Float32Array(rows * columns);
  if (!transposed) {
    for (let r = 0; r < rows; r++) {
      const from = (row + r) * width + column;
      copy.set(data.subarray(from, from + columns), r * columns);
    }
    return { rows, columns, data: copy };
  }
  // In blocks that stay in the processor's cache.
  const block = 32;
  for (let top = 0; top < columns; top += block)
    for (let left = 0; left < rows; left += block)
      for (let c = top; c < Math.min(columns, top + block); c++)
        for (let r = left; r < Math.min(rows, left + block); r++)
          copy[r * columns + c] = data[(column + c) * width + row + r] as number;
  return { rows, columns, data: copy };
}
