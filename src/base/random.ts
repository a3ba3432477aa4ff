/** A source of numbers in [0, 1). Never global: it comes in as an argument, so that a seed repeats a run. */
export type Random = () => number;

/**
 * A small, fast, seeded generator: sfc32 of PractRand (Chris Doty-Humphrey, public domain), its state filled
 * from `seed` and warmed up with 12 steps.
 */
export function seededRandom(seed: number): Random {
  let a = seed | 0;
  let b = (seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next: Random = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
