/** How an error falls with the number of images: error(n) = a + b n^-c. */
export interface PowerLaw {
  /** What is left with endless images, in [0, 1]. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A measured error; `weight` says how much it counts. */
export interface ErrorPoint {
  /** Images trained on, at least 1. */
  readonly n: number;
  readonly error: number;
  readonly weight: number;
}

/**
 * Bounds of the exponent: measured curves have 0.07 to 0.35 for deep networks (Hestness and others, "Deep learning
 * scaling is predictable, empirically", 2017), up to 1 where a simple learner nears its limit (Cortes and others,
 * "Learning curves: asymptotic values and rate of convergence", 1993).
 */
const slowest = 0.05;
const fastest = 2;
const steps = 60;
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The power law with the least weighted sum of squares, 0 <= a <= 1, b >= 0, 0.05 <= c <= 2. For a given c it is
 * linear in a and b, so that c alone is searched (variable projection; Golub and Pereyra, 1973): over a grid, then
 * by golden section around its best. Errors that do not fall give b = 0. Undefined with less than three different n.
 */
export function fitPowerLaw(points: readonly ErrorPoint[]): PowerLaw | undefined {
  const used = points.filter(({ weight }) => weight > 0);
  if (new Set(used.map(({ n }) => n)).size < 3) return undefined;
  // Sizes as shares of the largest, so that the two columns are of one scale.
  const largest = Math.max(...used.map(({ n }) => n));
  const at = (c: number): Linear => linearFit(used, c, largest);
  const grid = Array.from({ length: steps + 1 }, (_, i) => slowest * (fastest / slowest) ** (i / steps));
  let best = 0;
  const losses = grid.map((c) => at(c).loss);
  losses.forEach((loss, i) => {
    if (loss < (losses[best] ?? Infinity)) best = i;
  });
  const c = minimise(
    (x) => at(x).loss,
    grid[Math.max(0, best - 1)] ?? slowest,
    grid[Math.min(steps, best + 1)] ?? fastest,
  );
  const { a, b } = at(c);
  return { a, b: b * largest ** c, c };
}

/** The error that a power law gives for `n` images, at most 1. */
export function errorAt({ a, b, c }: PowerLaw, n: number): number {
  return Math.min(1, a + b * n ** -c);
}

interface Linear {
  readonly a: number;
  readonly b: number;
  readonly loss: number;
}

/** The least squares of a + b (n / largest)^-c over a in [0, 1] and b >= 0: inside, or the best of the edges. */
function linearFit(points: readonly ErrorPoint[], c: number, largest: number): Linear {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  const columns = points.map(({ n }) => (n / largest) ** -c);
  points.forEach(({ error, weight }, i) => {
    const x = columns[i] as number;
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * error;
    wxy += weight * x * error;
  });
  const lossOf = (a: number, b: number): number =>
    points.reduce(
      (sum, { error, weight }, i) => sum + weight * (error - a - b * (columns[i] as number)) ** 2,
      0,
    );
  const candidate = (a: number, b: number): Linear => ({ a, b, loss: lossOf(a, b) });
  const withA = (a: number): Linear => candidate(a, Math.max(0, (wxy - a * wx) / wxx));
  const determinant = w * wxx - wx * wx;
  const edges = [withA(0), withA(1), candidate(Math.min(1, Math.max(0, wy / w)), 0)];
  if (determinant > 1e-12 * w * wxx) {
    const b = (w * wxy - wx * wy) / determinant;
    const a = (wy - b * wx) / w;
    if (a >= 0 && a <= 1 && b >= 0) return candidate(a, b);
  }
  return edges.reduce((least, edge) => (edge.loss < least.loss ? edge : least));
}

/** The place of the least value of a function with one valley between `low` and `high`. */
function minimise(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [x, y] = [b - golden * (b - a), a + golden * (b - a)];
  let [fx, fy] = [f(x), f(y)];
  for (let i = 0; i < 60 && b - a > 1e-9; i++) {
    if (fx <= fy) {
      [b, y, fy] = [y, x, fx];
      x = b - golden * (b - a);
      fx = f(x);
    } else {
      [a, x, fx] = [x, y, fy];
      y = a + golden * (b - a);
      fy = f(y);
    }
  }
  return fx <= fy ? x : y;
}
