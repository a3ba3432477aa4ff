/** An axis of the plot: where a value stands on it, 0 to 1, and which values are written beside it. */
export interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Milliseconds, each step as many times as much as the last: 4 and 140 are told apart as well as 4 and 8. */
export function timeAxis(times: readonly number[]): Axis {
  const low = Math.max(1e-6, Math.min(...times)) / 1.4;
  const high = Math.max(low, ...times) * 1.4;
  const place = (value: number) => Math.log(value / low) / Math.log(high / low);
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++)
    for (const step of [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return { place, ticks };
}

/** Shares of 1, from a round one below the least to one above the most. */
export function shareAxis(lows: readonly number[], highs: readonly number[]): Axis {
  const [least, most] = [Math.min(1, ...lows), Math.max(0, ...highs)];
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((size) => (most - least) / size <= 6) ?? 0.25;
  const from = Math.max(0, Math.floor(least / step + 1e-9));
  const to = Math.min(Math.round(1 / step), Math.max(from + 1, Math.ceil(most / step - 1e-9)));
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step);
  return { place: (value) => (value / step - from) / (to - from), ticks };
}
