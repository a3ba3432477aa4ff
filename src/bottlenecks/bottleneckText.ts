/** The values of an image as retrain.py keeps them: decimal numbers joined by commas, nothing else. */
export type ParsedValues =
  | { readonly kind: 'values'; readonly values: Float32Array }
  | { readonly kind: 'damaged'; readonly reason: string };

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads such a text; white space around a number is allowed, as in Python. What is no finite float32 is refused, and
 * so is a text that ends in the middle of its values, as far as that can be seen: where the last number itself is cut
 * short but still a number, it cannot.
 */
export function parseBottleneckText(text: string): ParsedValues {
  const parts = text.split(',');
  const values = new Float32Array(parts.length);
  for (const [i, part] of parts.entries()) {
    const number = part.trim();
    values[i] = Number(number);
    if (!decimal.test(number) || !Number.isFinite(values[i]))
      return { kind: 'damaged', reason: `value ${i + 1} is no finite number` };
  }
  return { kind: 'values', values };
}

/** Writes such a text: of each value the shortest decimal that is read back as the same float32. */
export function writeBottleneckText(values: Float32Array): string {
  return Array.from(values, shortest).join(',');
}

function shortest(value: number): string {
  if (Object.is(value, -0)) return '-0';
  // seven digits are too few for some numbers, nine are enough for all
  for (const digits of [6, 7, 8]) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
