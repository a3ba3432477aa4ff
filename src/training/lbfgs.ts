/** The inner product of two vectors of the space that is searched. */
export type Inner = (u: Float64Array, v: Float64Array) => number;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** <step, change>, above zero. */
  readonly product: number;
}

/** How many of the last steps the curvature is estimated from. More save hardly an epoch, and each costs its passes. */
const memory = 3;

/**
 * The limited-memory BFGS estimate of the inverse Hessian, by the two-loop recursion (Nocedal and Wright,
 * "Numerical Optimization", 2006, algorithm 7.4), in any space with an inner product.
 */
export class InverseHessian {
  readonly #pairs: Pair[] = [];
  /** Where the next pair goes. */
  #spare: Pick<Pair, 'step' | 'change'> | undefined;

  constructor(private readonly inner: Inner) {}

  /** True until a first step has been remembered: directions have no natural length yet. */
  get isBlank(): boolean {
    return this.#pairs.length === 0;
  }

  /**
   * Remembers the step `factor` times `direction`, over which the gradient went from `before` to `after`; skips one
   * that shows no curvature. The place of a forgotten pair is used again: fresh arrays of this size cost more than
   * what is done to them.
   */
  remember(factor: number, direction: Float64Array, before: Float64Array, after: Float64Array): void {
    const { length } = direction;
    const { step, change } = (this.#spare ??= {
      step: new Float64Array(length),
      change: new Float64Array(length),
    });
    for (let i = 0; i < length; i++) {
      step[i] = factor * (direction[i] as number);
      change[i] = (after[i] as number) - (before[i] as number);
    }
    const product = this.inner(step, change);
    if (!(product > 1e-12 * this.inner(change, change))) return;
    this.#pairs.push({ step, change, product });
    this.#spare = this.#pairs.length > memory ? this.#pairs.shift() : undefined;
  }

  /** Writes the descent direction, minus the estimate times `gradient`, into `direction`. */
  descend(gradient: Float64Array, direction: Float64Array): void {
    for (let i = 0; i < direction.length; i++) direction[i] = -(gradient[i] as number);
    const newest = this.#pairs.at(-1);
    if (newest === undefined) return;
    const shares = new Map<Pair, number>();
    for (const pair of [...this.#pairs].reverse()) {
      const share = this.inner(pair.step, direction) / pair.product;
      shares.set(pair, share);
      addScaled(direction, -share, pair.change);
    }
    multiplyBy(direction, newest.product / this.inner(newest.change, newest.change));
    for (const pair of this.#pairs) {
      const share = (shares.get(pair) ?? 0) - this.inner(pair.change, direction) / pair.product;
      addScaled(direction, share, pair.step);
    }
  }
}

/** target += factor * source. Four at a time: a third faster than one by one. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  let i = 0;
  for (; i + 4 <= target.length; i += 4) {
    target[i] = (target[i] as number) + factor * (source[i] as number);
    target[i + 1] = (target[i + 1] as number) + factor * (source[i + 1] as number);
    target[i + 2] = (target[i + 2] as number) + factor * (source[i + 2] as number);
    target[i + 3] = (target[i + 3] as number) + factor * (source[i + 3] as number);
  }
  for (; i < target.length; i++) target[i] = (target[i] as number) + factor * (source[i] as number);
}

/** target *= factor */
export function multiplyBy(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) * factor;
}

/** The sum of products of `length` numbers from the given offsets on, in four sums that need not wait for each other. */
export function dot(u: Float64Array, v: Float64Array, fromU: number, fromV: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const atU = fromU + i;
    const atV = fromV + i;
    a += (u[atU] as number) * (v[atV] as number);
    b += (u[atU + 1] as number) * (v[atV + 1] as number);
    c += (u[atU + 2] as number) * (v[atV + 2] as number);
    d += (u[atU + 3] as number) * (v[atV + 3] as number);
  }
  for (; i < length; i++) a += (u[fromU + i] as number) * (v[fromV + i] as number);
  return a + b + (c + d);
}
