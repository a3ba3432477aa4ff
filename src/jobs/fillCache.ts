import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError } from '../base';
import { normalise, type Backbone } from '../backbones';
import {
  cacheLocation,
  computeBottlenecks,
  openCache,
  type BottleneckCache,
  type CachedImage,
  type CacheLocation,
} from '../bottlenecks';
import { datasetWarnings, scanDataset, type Dataset } from '../dataset';
import { decodeImage, readImage, sniff } from '../images';
import type { Runtime } from '../runtimes';
import type { JobContext } from './context';
import type { RetrainSettings } from './requests';
import type { BackboneFacts, BottleneckCounts, DatasetFacts, RetrainProgress } from './results';

/** A scanned dataset whose bottleneck values are all in its cache. */
export interface FilledDataset {
  readonly root: string;
  readonly location: CacheLocation;
  readonly cache: BottleneckCache;
  readonly backbone: Backbone;
  readonly runtime: Runtime;
  /** By label, then path; without what was skipped. */
  readonly rows: readonly CachedImage[];
  readonly facts: DatasetFacts;
  readonly scanSeconds: number;
  readonly counts: BottleneckCounts;
}

/**
 * Scans `folder` and brings its cache up to date: the way every job begins that needs bottleneck values.
 * @throws as the scan does; RUNTIME_..., BACKBONE_..., CACHE_UNWRITABLE; the signal's reason
 */
export async function fillCache(
  folder: string,
  settings: Pick<RetrainSettings, 'backbone' | 'runtime'>,
  { places, networks, signal, report }: JobContext<RetrainProgress>,
  { leastClasses }: { readonly leastClasses: 1 | 2 } = { leastClasses: 2 },
): Promise<FilledDataset> {
  const started = performance.now();
  const root = await realpath(folder).catch(() => path.resolve(folder));
  const dataset = await scanDataset(root, {
    sniff,
    signal,
    leastClasses,
    report: (files) => report({ kind: 'scanning', files }),
  });
  const scanSeconds = secondsSince(started);
  report({ kind: 'scanned', dataset: factsOf(dataset), seconds: scanSeconds });

  const backbone = await networks.backbone(settings.backbone);
  const location = await cacheLocation(root, places.cacheDirectory);
  const cache = await openCache(location.bottlenecks, backbone, { signal });
  const runtime = await networks.runtime(settings.backbone, settings.runtime);
  const filled = await computeBottlenecks(
    {
      root,
      images: dataset.images,
      cache,
      runtime,
      input: backbone.input,
      normalise: (pixels, out) => normalise(pixels, backbone, out),
      decode: decodeImage,
      readImage,
    },
    { signal, report },
  );
  const counts = { cached: filled.cached, computed: filled.computed, seconds: filled.seconds };
  const facts = factsOf(dataset, filled);
  report({ kind: 'bottlenecksDone', counts, dataset: facts });
  return { root, location, cache, backbone, runtime, rows: filled.rows, facts, scanSeconds, counts };
}

/** The facts of a scan; with what the pipeline found out, once it has read every file. */
function factsOf(
  dataset: Dataset,
  filled?: Pick<Awaited<ReturnType<typeof computeBottlenecks>>, 'rows' | 'skipped' | 'duplicates'>,
): DatasetFacts {
  const { root, classes, skipped } = dataset;
  const counts = new Map(classes.map(({ label }) => [label, 0]));
  for (const { label } of filled ? filled.rows.map(({ image }) => image) : dataset.images)
    counts.set(label, (counts.get(label) ?? 0) + 1);
  const images = filled ? filled.rows.length : dataset.images.length;
  return {
    root,
    name: path.basename(root),
    classes: [...counts].map(([label, count]) => ({ label, count })),
    images,
    skipped: [...skipped, ...(filled?.skipped ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1)),
    duplicates: filled?.duplicates ?? [],
    warnings: datasetWarnings(dataset),
  };
}

export function backboneFacts({ id, name, dimension, fingerprint }: Backbone): BackboneFacts {
  return { id, name, dimension, fingerprint };
}

export function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/**
 * The bottleneck values [n, D] of `rows`.
 * @throws CACHE_LAYOUT where a part has been taken away or damaged since the cache was filled
 */
export async function readValues(
  { cache, location }: Pick<FilledDataset, 'cache' | 'location'>,
  rows: readonly CachedImage[],
): Promise<Float32Array> {
  const { values, missing } = await cache.readMany(rows.map(({ sha256 }) => ({ sha256, view: 0 })));
  if (missing.length > 0)
    throw new RetrainError('CACHE_LAYOUT', {
      path: location.bottlenecks,
      reason: `the values of ${missing.length} images were changed while they were used`,
    });
  return values;
}
