/** The inner product of two vectors of the space that is searched. */
export type Inner = (u: Float64Array, v: Float64Array) => number;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** <step, change>, above zero. */
  readonly product: number;
}

/** How many of the last steps the curvature is estimated from. */
const memory = 10;

/**
 * The limited-memory BFGS estimate of the inverse Hessian, by the two-loop recursion (Nocedal and Wright,
 * "Numerical Optimization", 2006, algorithm 7.4), in any space with an inner product.
 */
export class InverseHessian {
  readonly #pairs: Pair[] = [];

  constructor(private readonly inner: Inner) {}

  /** True until a first step has been remembered: directions have no natural length yet. */
  get isBlank(): boolean {
    return this.#pairs.length === 0;
  }

  /** Remembers a step and the change of the gradient over it; skips one that shows no curvature. */
  remember(step: Float64Array, change: Float64Array): void {
    const product = this.inner(step, change);
    if (!(product > 1e-12 * this.inner(change, change))) return;
    this.#pairs.push({ step, change, product });
    if (this.#pairs.length > memory) this.#pairs.shift();
  }

  /** The descent direction: minus the estimate times `gradient`. */
  direction(gradient: Float64Array): Float64Array {
    const direction = gradient.map((value) => -value);
    const newest = this.#pairs.at(-1);
    if (newest === undefined) return direction;
    const shares = new Map<Pair, number>();
    for (const pair of [...this.#pairs].reverse()) {
      const share = this.inner(pair.step, direction) / pair.product;
      shares.set(pair, share);
      addScaled(direction, -share, pair.change);
    }
    const size = newest.product / this.inner(newest.change, newest.change);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * size;
    for (const pair of this.#pairs) {
      const share = (shares.get(pair) ?? 0) - this.inner(pair.change, direction) / pair.product;
      addScaled(direction, share, pair.step);
    }
    return direction;
  }
}

/** target += factor * source */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (source[i] as number);
}

/** The sum of products of `length` numbers from the given offsets on. */
export function dot(u: Float64Array, v: Float64Array, fromU: number, fromV: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (u[fromU + i] as number) * (v[fromV + i] as number);
  return sum;
}
