/** Which photos the gallery shows: the wrong answers, those of a cell of the matrix, or all of a class. */
export type Choice =
  | { readonly kind: 'mistakes' }
  | { readonly kind: 'cell'; readonly truth: string; readonly predicted: string }
  | { readonly kind: 'class'; readonly truth: string };

export const mistakes: Choice = { kind: 'mistakes' };
