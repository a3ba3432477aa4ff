import type { ComparedBackbone } from '../../protocol';

/** The most accurate and the fastest of some; of equals the faster, and the more accurate. */
export function leaders(compared: readonly ComparedBackbone[]): {
  best: ComparedBackbone | undefined;
  fastest: ComparedBackbone | undefined;
} {
  const by = (order: (a: ComparedBackbone, b: ComparedBackbone) => number) => [...compared].sort(order)[0];
  const accuracy = (a: ComparedBackbone, b: ComparedBackbone) => b.accuracy - a.accuracy;
  const time = (a: ComparedBackbone, b: ComparedBackbone) => a.millisecondsAnImage - b.millisecondsAnImage;
  return {
    best: by((a, b) => accuracy(a, b) || time(a, b)),
    fastest: by((a, b) => time(a, b) || accuracy(a, b)),
  };
}

/** Whether another one is as accurate and as fast, and better in one of them: then nothing speaks for this one. */
export function isOutdone(one: ComparedBackbone, compared: readonly ComparedBackbone[]): boolean {
  return compared.some(
    (other) =>
      other.accuracy >= one.accuracy &&
      other.millisecondsAnImage <= one.millisecondsAnImage &&
      (other.accuracy > one.accuracy || other.millisecondsAnImage < one.millisecondsAnImage),
  );
}
