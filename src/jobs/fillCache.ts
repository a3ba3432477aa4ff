import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Backbone } from '../backbones';
import {
  cacheLocation,
  computeBottlenecks,
  openCache,
  readBottlenecks,
  type BottleneckOptions,
  type BottleneckSource,
  type CachedImage,
  type CacheLocation,
  type ComputedBottlenecks,
} from '../bottlenecks';
import { datasetWarnings, scanDataset, type Dataset } from '../dataset';
import { sniff } from '../images';
import type { Runtime } from '../runtimes';
import type { JobContext } from './context';
import { noteDataset } from './datasetFolder';
import type { RetrainSettings } from './requests';
import type { BackboneFacts, BottleneckCounts, DatasetFacts, RetrainProgress } from './results';

/** A scanned dataset whose bottleneck values are all in its cache. */
export interface FilledDataset {
  readonly location: CacheLocation;
  readonly backbone: Backbone;
  readonly runtime: Runtime;
  /** By label, then path; without what was skipped. */
  readonly rows: readonly CachedImage[];
  readonly facts: DatasetFacts;
  readonly scanSeconds: number;
  readonly counts: BottleneckCounts;
}

type Network = Pick<RetrainSettings, 'backbone' | 'runtime'>;
/** How many classes there must be: one is enough where nothing is to be trained. */
type LeastClasses = 1 | 2;

/**
 * Scans `folder` and brings its cache up to date: the way every job begins that needs bottleneck values.
 * @throws as the scan does; RUNTIME_..., BACKBONE_..., CACHE_UNWRITABLE; the signal's reason
 */
export async function fillCache(
  folder: string,
  network: Network,
  context: JobContext<RetrainProgress>,
): Promise<FilledDataset> {
  return (await fill(folder, network, context, 2, computeBottlenecks)).filled;
}

/** Like `fillCache`, and reads the values [rows.length, D] in the order of `rows`. */
export async function fillAndRead(
  folder: string,
  network: Network,
  context: JobContext<RetrainProgress>,
  leastClasses: LeastClasses,
): Promise<FilledDataset & { readonly values: Float32Array }> {
  const { filled, computed } = await fill(folder, network, context, leastClasses, readBottlenecks);
  return { ...filled, values: computed.values };
}

async function fill<T extends ComputedBottlenecks>(
  folder: string,
  network: Network,
  { places, networks, reader, signal, report }: JobContext<RetrainProgress>,
  leastClasses: LeastClasses,
  compute: (source: BottleneckSource, options: BottleneckOptions) => Promise<T>,
): Promise<{ filled: FilledDataset; computed: T }> {
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

  const backbone = await networks.backbone(network.backbone);
  const location = await cacheLocation(root, places.cacheDirectory);
  await noteDataset(root, location);
  const cache = await openCache(location.bottlenecks, backbone, { signal });
  const runtime = await networks.runtime(network.backbone, network.runtime);
  const { images } = dataset;
  const source = { root, images, cache, backbone, runtime, reader };
  const computed = await compute(source, { signal, report });
  const counts = { cached: computed.cached, computed: computed.computed, seconds: computed.seconds };
  const facts = factsOf(dataset, computed);
  report({ kind: 'bottlenecksDone', counts, dataset: facts });
  return {
    filled: { location, backbone, runtime, rows: computed.rows, facts, scanSeconds, counts },
    computed,
  };
}

/** The facts of a scan; with what the pipeline found out, once it has read every file. */
function factsOf(dataset: Dataset, computed?: ComputedBottlenecks): DatasetFacts {
  const { root, classes, skipped } = dataset;
  const images = computed ? computed.rows.map(({ image }) => image) : dataset.images;
  const counts = new Map(classes.map(({ label }) => [label, 0]));
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    root,
    name: path.basename(root),
    classes: [...counts].map(([label, count]) => ({ label, count })),
    images: images.length,
    skipped: [...skipped, ...(computed?.skipped ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1)),
    duplicates: computed?.duplicates ?? [],
    warnings: datasetWarnings(dataset),
  };
}

export function backboneFacts({ id, name, dimension, fingerprint }: Backbone): BackboneFacts {
  return { id, name, dimension, fingerprint };
}

export function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
