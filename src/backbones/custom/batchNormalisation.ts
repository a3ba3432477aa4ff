import type { Constant } from '../graph';
import type { NetworkBuilder } from './network';

type Floats = Pick<Extract<Constant, { kind: 'float32' }>, 'values'>;

/** Of one channel each; gamma is 1 and beta 0 where they are left out. */
export interface Normalisation {
  readonly gamma: Floats | undefined;
  readonly beta: Floats | undefined;
  readonly mean: Floats;
  readonly variance: Floats;
  readonly epsilon: number;
}

/**
 * Adds gamma (x - mean) / sqrt(variance + epsilon) + beta (Ioffe and Szegedy, arXiv:1502.03167, algorithm 2) as a
 * product and a sum for each channel. Returns the sum, which has `name`.
 */
export function batchNormalisation(
  builder: NetworkBuilder,
  name: string,
  values: string,
  { gamma, beta, mean, variance, epsilon }: Normalisation,
): string {
  const channels = mean.values.length;
  const factors = Float64Array.from(
    variance.values,
    (value, i) => (gamma?.values[i] ?? 1) / Math.sqrt(value + epsilon),
  );
  const offsets = Float32Array.from(
    factors,
    (factor, i) => (beta?.values[i] ?? 0) - (mean.values[i] ?? 0) * factor,
  );
  const factor = builder.floats(`${name}/factor`, [channels], Float32Array.from(factors));
  const offset = builder.floats(`${name}/offset`, [channels], offsets);
  const scaled = builder.add(`${name}/scaled`, { kind: 'multiply' }, [values, factor]);
  return builder.add(name, { kind: 'add' }, [scaled, offset]);
}
