import { isAbort, RetrainError } from '../base';
import { compactViews, computeViews, isImportedId, openCache, viewsBackbone } from '../bottlenecks';
import type { RunDistortions, ViewCounts } from '../models';
import type { JobContext } from './context';
import type { FilledDataset, ReadRows, ViewSource } from './fillCache';
import type { RetrainProgress } from './results';

/** How often rows found damaged are computed again before the disk is given up. */
const attempts = 3;

/** Rows among which views stand, behind those they are views of. */
export interface ReadViews {
  readonly read: ReadRows;
  readonly counts: ViewCounts;
}

/**
 * Computes what is missing of the views of the first `training` rows, and reads all of them in between these and the
 * others: validation and testing have none.
 * @throws VIEWS_OF_IMPORTED; as `fillCache` does; CACHE_UNWRITABLE where what was just written cannot be read back
 */
export async function readViews(
  { filled, read, views }: { filled: FilledDataset; read: ReadRows; views: ViewSource },
  training: number,
  { views: number, ...distortions }: RunDistortions,
  { signal, report }: JobContext<RetrainProgress>,
): Promise<ReadViews> {
  const { source, parts, contents } = views;
  const { id, name, dimension } = filled.backbone;
  if (isImportedId(id)) throw new RetrainError('VIEWS_OF_IMPORTED', { module: name });
  const { root } = source.cache;
  const cache = await openCache(root, viewsBackbone(source.cache.backbone, distortions), { signal });
  const own = read.rows.slice(0, training);
  let computed = 0;
  let seconds = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = await computeViews(
      { ...source, cache },
      own,
      { views: number, distortions },
      { signal, report: (progress) => report({ ...progress, kind: 'views' }) },
    );
    computed += result.computed;
    seconds += result.seconds;
    const { keys, missing } = result;
    const values = new Float32Array((read.rows.length + keys.length) * dimension);
    const [start, end] = [training * dimension, (training + keys.length) * dimension];
    const damaged = (await cache.readMany(keys, { signal, into: values.subarray(start, end) })).missing;
    if (damaged.length > 0) continue;
    values.set(read.values.subarray(0, start));
    values.set(read.values.subarray(start), end);
    if (parts && contents)
      await compactViews(parts, cache, filled.rows, { contents, computed }, signal).catch(
        (error: unknown) => {
          if (isAbort(error)) throw error;
          // nothing is lost but room on the disk: the next job tries again
        },
      );
    const counts = {
      rows: keys.length,
      computed,
      cached: result.cached + result.computed - computed,
      missing,
      seconds,
    };
    report({ kind: 'viewsDone', counts });
    const rows = [...own, ...keys, ...read.rows.slice(training)];
    return { read: { rows, values }, counts };
  }
  throw new RetrainError('CACHE_UNWRITABLE', { path: root, reason: 'what was written reads back wrong' });
}
