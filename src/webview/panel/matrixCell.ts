import { percent } from '../numbers';
import { quoted } from '../text';
import { plural } from '../words';

/** One cell as it is read aloud and under the matrix: `roses taken for tulips: 3 of 40 (8 %)`. */
export function cellSentence(cell: {
  readonly truth: string;
  readonly predicted: string;
  readonly images: number;
  readonly total: number;
}): string {
  const params = {
    truth: quoted(cell.truth),
    predicted: quoted(cell.predicted),
    images: cell.images,
    percent: percent(cell.total > 0 ? cell.images / cell.total : 0),
  };
  return cell.truth === cell.predicted
    ? plural(
        cell.total,
        '{truth} named rightly: {images} of {n} photo ({percent} %)',
        '{truth} named rightly: {images} of {n} photos ({percent} %)',
        params,
      )
    : plural(
        cell.total,
        '{truth} taken for {predicted}: {images} of {n} photo ({percent} %)',
        '{truth} taken for {predicted}: {images} of {n} photos ({percent} %)',
        params,
      );
}

/** Where an arrow or other key leads from a cell of a square of `size`; undefined: the key is not ours. */
export function nextCell(
  key: string,
  at: { readonly row: number; readonly column: number },
  size: number,
  whole: boolean,
): { row: number; column: number } | undefined {
  const last = size - 1;
  const { row, column } = at;
  switch (key) {
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(last, row + 1), column };
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(last, column + 1) };
    case 'Home':
      return { row: whole ? 0 : row, column: 0 };
    case 'End':
      return { row: whole ? last : row, column: last };
    case 'PageUp':
      return { row: 0, column };
    case 'PageDown':
      return { row: last, column };
    default:
      return undefined;
  }
}
