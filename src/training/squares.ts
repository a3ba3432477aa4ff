/** Square matrices of as many rows as there are classes, row after row. */

/** The share of its square below which a column is taken for spanned by those before it: rounding is all that is left. */
const spanned = 1e-8;

/**
 * The Cholesky factor R of the upper triangle of `gram` [size, size], R^T R, and its inverse. Where a column of what
 * `gram` is of is spanned by those before it, its row of R and its row and column of the inverse are zero: what is
 * multiplied by the inverse has a column of zeros there, and times R it is what it was.
 * @param scale the square of a column beside which others are nothing but rounding, where that is known
 */
export function factorGram(
  gram: Float64Array,
  size: number,
  scale = 0,
): { factor: Float64Array; inverse: Float64Array; rank: number } {
  let rank = 0;
  const factor = new Float64Array(size * size);
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    // What is left of this row of the Gram matrix, less what the rows of the factor above explain.
    const rest = gram.slice(row * size, (row + 1) * size);
    for (let above = 0; above < row; above++) {
      const share = factor[above * size + row] as number;
      if (share !== 0) subtractScaled(rest, share, factor, above * size, row);
    }
    const square = rest[row] as number;
    if (!(square > spanned * Math.max(gram[row * size + row] as number, scale))) continue;
    rank++;
    const length = Math.sqrt(square);
    for (let column = row; column < size; column++)
      factor[row * size + column] = (rest[column] as number) / length;
  }
  for (let column = 0; column < size; column++) {
    const length = factor[column * size + column] as number;
    if (length === 0) continue;
    inverse[column * size + column] = 1 / length;
    for (let row = 0; row < column; row++) {
      let sum = 0;
      for (let i = row; i < column; i++)
        sum += (inverse[row * size + i] as number) * (factor[i * size + column] as number);
      inverse[row * size + column] = -sum / length;
    }
  }
  return { factor, inverse, rank };
}

/** rest -= share * the row of `matrix` at `start`, from the column `from` on. */
function subtractScaled(
  rest: Float64Array,
  share: number,
  matrix: Float64Array,
  start: number,
  from: number,
): void {
  for (let column = from; column < rest.length; column++)
    rest[column] = (rest[column] as number) - share * (matrix[start + column] as number);
}

export function transposedSquare(square: Float64Array, size: number): Float64Array {
  return square.map((_, i) => square[(i % size) * size + Math.floor(i / size)] as number);
}
