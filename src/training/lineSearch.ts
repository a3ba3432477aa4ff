/** A function along a line: its value and slope at one step length. */
export interface LinePoint {
  readonly value: number;
  readonly slope: number;
}

/** Sufficient decrease, the usual constant (Nocedal and Wright, "Numerical Optimization", 2006, section 3.1). */
const decrease = 1e-4;
/** How flat the loss must have become: the usual constant for quasi-Newton steps, which nearly always fit at once. */
const curvature = 0.9;
/** Bisections that halve a step to nothing: rounding allows no further descent. */
const patience = 50;

/**
 * A step that satisfies the Wolfe conditions, by doubling and bisection (Lewis and Overton, "Nonsmooth
 * optimization via quasi-Newton methods", 2013, algorithm 2.6). Undefined where rounding leaves none.
 * @param start the point at step 0
 * @param at asked last for the step that is returned
 */
export function wolfeStep(
  start: LinePoint,
  at: (step: number) => LinePoint,
  first: number,
): number | undefined {
  if (!(start.slope < 0)) return undefined;
  let low = 0;
  let high = Infinity;
  let step = first;
  for (let tries = 0; tries < patience; tries++) {
    const point = at(step);
    if (!(point.value <= start.value + decrease * step * start.slope)) high = step;
    else if (point.slope < curvature * start.slope) low = step;
    else return step;
    step = high < Infinity ? (low + high) / 2 : low * 2;
  }
  return undefined;
}
