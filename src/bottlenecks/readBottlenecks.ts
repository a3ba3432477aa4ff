import { RetrainError } from '../base';
import {
  computeBottlenecks,
  type BottleneckOptions,
  type BottleneckSource,
  type ComputedBottlenecks,
} from './computeBottlenecks';

/** How often rows found damaged are computed again before the disk is given up. */
const attempts = 3;

/**
 * Like `computeBottlenecks`, and reads the values [rows.length, D], in the order of `rows`. What turns out damaged
 * on reading is computed again.
 * @throws as computeBottlenecks; CACHE_UNWRITABLE where what was just written cannot be read back
 */
export async function readBottlenecks(
  source: BottleneckSource,
  options: BottleneckOptions = {},
): Promise<ComputedBottlenecks & { readonly values: Float32Array }> {
  let computed = 0;
  let seconds = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = await computeBottlenecks(source, options);
    computed += result.computed;
    seconds += result.seconds;
    const { values, missing } = await source.cache.readMany(result.rows, options);
    if (missing.length > 0) continue;
    return { ...result, computed, cached: result.rows.length - computed, seconds, values };
  }
  throw new RetrainError('CACHE_UNWRITABLE', {
    path: source.cache.root,
    reason: 'what was written reads back wrong',
  });
}
