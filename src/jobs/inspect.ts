import path from 'node:path';
import { RetrainError } from '../base';
import {
  cacheLocation,
  inspectPart as inspect,
  listCache,
  openCache,
  readPartRows,
  type InspectedPart,
} from '../bottlenecks';
import type { Job } from './context';
import { datasetOf } from './datasetFolder';
import type { Networks } from './networks';
import type { PartView } from './cacheResults';

/** Rows read for the mean that the strips are drawn against. */
const sampleSize = 1000;

/** A bottleneck file for a person to look at. */
export const inspectPart: Job<'inspectPart'> = async ({ file }, { places, networks, signal }) => {
  const part = await inspect(file, { signal });
  const view: Omit<PartView, 'mean' | 'deviation'> = {
    file: part.file,
    dataset: await datasetOf(path.dirname(part.root), places.cacheDirectory),
    label: part.label,
    backbone: part.backbone,
    runtime: part.head ? `${part.head.runtime} ${part.head.version}` : null,
    dimension: part.dimension,
    bytes: part.bytes,
    rows: part.rows.map(({ row, checksum, sha256, view, pathWhenComputed, paths }) => ({
      row,
      checksum,
      sha256: sha256 ?? null,
      view: view ?? null,
      path: paths[0] ?? null,
      pathWhenComputed: pathWhenComputed ?? null,
    })),
  };
  return { ...view, ...spread(await sample(part, networks, signal), part.dimension) };
};

export const readRows: Job<'readRows'> = async ({ file, from, to }) => ({
  rows: await readPartRows(file, from, to),
});

/** The cache of a dataset by backbone, label and image. */
export const listBottlenecks: Job<'listBottlenecks'> = async ({ folder }, { places, signal }) => {
  const { bottlenecks } = await cacheLocation(folder, places.cacheDirectory);
  return { backbones: await listCache(bottlenecks, { signal }) };
};

/** Rows [D] spread over the cache, none known to be damaged; of the part alone where its very network is no longer to be had. */
async function sample(part: InspectedPart, networks: Networks, signal: AbortSignal): Promise<Float32Array[]> {
  const backbone = await networks.backbone(part.backbone).catch((error: unknown) => {
    if (error instanceof RetrainError) return undefined;
    throw error;
  });
  if (backbone && backbone.fingerprint === part.head?.fingerprint) {
    const cache = await openCache(part.root, backbone, { signal });
    const listed = (await listCache(part.root, { signal })).find(({ id }) => id === part.backbone);
    const images = listed?.labels.flatMap((label) => label.images) ?? [];
    const step = Math.max(1, images.length / sampleSize);
    const chosen = Array.from(
      { length: Math.min(sampleSize, images.length) },
      (_, i) => images[Math.floor(i * step)]?.sha256 ?? '',
    );
    const keys = chosen.filter((sha256) => cache.has(sha256)).map((sha256) => ({ sha256 }));
    const { values, missing } = await cache.readMany(keys, { signal });
    const damaged = new Set(missing);
    const rows = keys.flatMap((_, i) =>
      damaged.has(i) ? [] : [values.subarray(i * part.dimension, (i + 1) * part.dimension)],
    );
    if (rows.length > 0) return rows;
  }
  const rows = await readPartRows(part.file, 0, sampleSize);
  return rows
    .filter(({ checksum, values }) => checksum !== 'wrong' && values.every(Number.isFinite))
    .map(({ values }) => values);
}

/** Mean and standard deviation of each column of `rows`, [D] each. */
function spread(rows: readonly Float32Array[], dimension: number): Pick<PartView, 'mean' | 'deviation'> {
  const n = Math.max(1, rows.length);
  const mean = new Float64Array(dimension);
  const square = new Float64Array(dimension);
  for (const row of rows)
    for (let column = 0; column < dimension; column++) {
      const value = row[column] ?? 0;
      mean[column] = (mean[column] ?? 0) + value / n;
      square[column] = (square[column] ?? 0) + (value * value) / n;
    }
  return {
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(mean, (m, column) => Math.sqrt(Math.max(0, (square[column] ?? 0) - m * m))),
  };
}
