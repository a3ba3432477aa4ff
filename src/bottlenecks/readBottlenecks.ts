import { RetrainError } from '../base';
import { computeBottlenecks, type BottleneckOptions, type BottleneckSource } from './computeBottlenecks';
import type { CachedImage, ComputedBottlenecks } from './outcome';

/** Which rows to read, and in which order. */
export type Arrange = (rows: readonly CachedImage[]) => Promise<readonly CachedImage[]>;

/** What was read: values [rows.length, D], in the order of `rows`. */
export interface ReadBottlenecks extends ComputedBottlenecks {
  readonly arranged: readonly CachedImage[];
  readonly values: Float32Array;
}

/** How often rows found damaged are computed again before the disk is given up. */
const attempts = 3;

/**
 * Like `computeBottlenecks`, and reads the values of the rows that `arrange` takes, in its order: so that a training
 * set is one piece of one array, and never copied. What turns out damaged on reading is computed again.
 * @throws as computeBottlenecks and `arrange`; CACHE_UNWRITABLE where what was just written cannot be read back
 */
export async function readBottlenecks(
  source: BottleneckSource,
  arrange: Arrange = (rows) => Promise.resolve(rows),
  options: BottleneckOptions = {},
): Promise<ReadBottlenecks> {
  let computed = 0;
  let seconds = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = await computeBottlenecks(source, options);
    computed += result.computed;
    seconds += result.seconds;
    const arranged = await arrange(result.rows);
    const started = performance.now();
    const { values, missing } = await source.cache.readMany(arranged, options);
    seconds += (performance.now() - started) / 1000;
    if (missing.length > 0) continue;
    return { ...result, computed, cached: result.rows.length - computed, seconds, arranged, values };
  }
  throw new RetrainError('CACHE_UNWRITABLE', {
    path: source.cache.root,
    reason: 'what was written reads back wrong',
  });
}
