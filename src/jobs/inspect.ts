import path from 'node:path';
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
import type { PartView } from './results';

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

/** Values [n, D] spread over the cache; those of the part alone where its backbone is not to be had any more. */
async function sample(part: InspectedPart, networks: Networks, signal: AbortSignal): Promise<Float32Array> {
  try {
    const cache = await openCache(part.root, await networks.backbone(part.backbone), { signal });
    const listed = (await listCache(part.root, { signal })).find(({ id }) => id === part.backbone);
    const images = listed?.labels.flatMap((label) => label.images) ?? [];
    const step = Math.max(1, images.length / sampleSize);
    const chosen = Array.from(
      { length: Math.min(sampleSize, images.length) },
      (_, i) => images[Math.floor(i * step)]?.sha256 ?? '',
    );
    const { values } = await cache.readMany(
      chosen.filter((sha256) => cache.has(sha256)).map((sha256) => ({ sha256 })),
      { signal },
    );
    if (values.length > 0) return values;
  } catch {
    signal.throwIfAborted();
  }
  const rows = await readPartRows(part.file, 0, sampleSize);
  const values = new Float32Array(rows.length * part.dimension);
  rows.forEach((row, i) => values.set(row.values, i * part.dimension));
  return values;
}

/** Mean and standard deviation of each column of `values` [n, D]. */
function spread(values: Float32Array, dimension: number): Pick<PartView, 'mean' | 'deviation'> {
  const n = Math.max(1, values.length / dimension);
  const mean = new Float64Array(dimension);
  const square = new Float64Array(dimension);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const column = i % dimension;
    mean[column] = (mean[column] ?? 0) + value / n;
    square[column] = (square[column] ?? 0) + (value * value) / n;
  }
  return {
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(mean, (m, column) => Math.sqrt(Math.max(0, (square[column] ?? 0) - m * m))),
  };
}
