import path from 'node:path';
import { isAbort, RetrainError } from '../base';
import type { Backbone } from '../backbones';
import {
  cacheLocation,
  compactStale,
  computeBottlenecks,
  ContentSet,
  findImported,
  knownParts,
  openCache,
  readBottlenecks,
  viewsId,
  type BottleneckCache,
  type BottleneckOptions,
  type BottleneckSource,
  type CachedBackbone,
  type CachedImage,
  type CacheLocation,
  type ComputedBottlenecks,
  type ImportedBackbone,
  type KnownParts,
} from '../bottlenecks';
import { datasetWarnings, isInShard, type Dataset, type Shard } from '../dataset';
import type { Distortions } from '../images';
import type { Runtime } from '../runtimes';
import type { JobContext } from './context';
import { noteDataset, realFolder, scanFolder } from './datasetFolder';
import type { Networks } from './networks';
import type { RetrainSettings } from './retrainSettings';
import type { BackboneFacts, BottleneckCounts, DatasetFacts, RetrainProgress } from './results';

/** What is known of the network that the values of a dataset are of. */
export interface DatasetBackbone extends BackboneFacts {
  /** Undefined for imported values: none comes with them. */
  readonly scaling: Backbone['scaling'] | undefined;
}

/** A scanned dataset whose bottleneck values are all in its cache. */
export interface FilledDataset {
  readonly location: CacheLocation;
  readonly backbone: DatasetBackbone;
  readonly runtime: Pick<Runtime, 'id' | 'version' | 'multiply' | 'multiply64' | 'doubles'>;
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
 * Scans `folder` and brings its cache up to date, or the images of one shard: the way every job begins that needs
 * bottleneck values. With a shard, `rows` and `counts` are those of its images, `facts` those of the whole dataset.
 * @throws as the scan does; RUNTIME_..., BACKBONE_..., CACHE_UNWRITABLE; the signal's reason
 */
export async function fillCache(
  folder: string,
  network: Network,
  context: JobContext<RetrainProgress>,
  shard?: Shard,
): Promise<FilledDataset> {
  return (await fill(folder, network, context, { leastClasses: 2, shard }, computeBottlenecks)).filled;
}

/** Rows with their raw values [rows.length, D], in the order in which they were asked for. */
export interface ReadRows {
  readonly rows: readonly CachedImage[];
  readonly values: Float32Array;
}

/** The folder of a dataset, links resolved, and where its cache and runs stand. */
export interface DatasetPlace {
  readonly root: string;
  readonly location: CacheLocation;
}

/** Like `fillCache`, and reads the values of the rows that `arrange` takes, in its order. */
export async function fillAndRead(
  folder: string,
  network: Network,
  context: JobContext<RetrainProgress>,
  leastClasses: LeastClasses,
  arrange: (rows: readonly CachedImage[], dataset: DatasetPlace) => Promise<readonly CachedImage[]>,
  distortions?: Distortions,
): Promise<{ readonly filled: FilledDataset; readonly read: ReadRows; readonly views: ViewSource }> {
  const { filled, computed, views } = await fill(
    folder,
    network,
    context,
    { leastClasses, distortions },
    (source, options, location) =>
      readBottlenecks(source, (rows) => arrange(rows, { root: source.root, location }), options),
  );
  return { filled, read: { rows: computed.arranged, values: computed.values }, views };
}

/** What the values of views of a dataset are computed from, once it is filled. */
export interface ViewSource {
  readonly source: BottleneckSource;
  /** Those of the views, before the scan. */
  readonly parts: KnownParts | undefined;
  /** Of all images; undefined where not all of them could be found. */
  readonly contents: ContentSet | undefined;
}

interface FillOptions {
  readonly leastClasses: LeastClasses;
  readonly shard?: Shard | undefined;
  /** Of the views that will be wanted. */
  readonly distortions?: Distortions | undefined;
}

async function fill<T extends ComputedBottlenecks>(
  folder: string,
  network: Network,
  { places, networks, reader, signal, report }: JobContext<RetrainProgress>,
  { leastClasses, shard, distortions }: FillOptions,
  compute: (source: BottleneckSource, options: BottleneckOptions, location: CacheLocation) => Promise<T>,
): Promise<{ filled: FilledDataset; computed: T; views: ViewSource }> {
  const started = performance.now();
  const root = await realFolder(folder);
  const location = await cacheLocation(root, places.cacheDirectory);
  const chosen = await networks.choose(network);
  const imported = (await networks.knows(chosen))
    ? undefined
    : await findImported(location.bottlenecks, chosen);
  const id = imported?.id ?? chosen;
  const parts = await knownParts(location.bottlenecks, id);
  const viewParts = distortions && (await knownParts(location.bottlenecks, viewsId(id, distortions)));
  const dataset = await scanFolder(root, leastClasses, { signal, report });
  const scanSeconds = secondsSince(started);
  report({ kind: 'scanned', dataset: factsOf(dataset), seconds: scanSeconds });

  const { backbone, runtime, scaling, refuse } = imported
    ? await importedNetwork(imported, network, networks)
    : await ownNetwork(id, network, networks);
  await noteDataset(root, location);
  const cache = await openCache(location.bottlenecks, backbone, { signal });
  const images = shard ? dataset.images.filter((image) => isInShard(image.path, shard)) : dataset.images;
  const source = { root, images, cache, backbone, runtime, reader, refuse };
  const computed = await compute(source, { signal, report }, location);
  // a shard does not know what the other images are
  const contents = shard ? undefined : contentsOf(dataset, cache, computed);
  if (contents) await compactAfter(parts, dataset, cache, { contents, computed: computed.computed }, signal);
  const counts = { cached: computed.cached, computed: computed.computed, seconds: computed.seconds };
  const facts = factsOf(dataset, computed);
  report({ kind: 'bottlenecksDone', counts, dataset: facts });
  return {
    filled: {
      location,
      backbone: { ...backboneFacts(backbone), scaling },
      runtime,
      rows: computed.rows,
      facts,
      scanSeconds,
      counts,
    },
    computed,
    views: { source, parts: viewParts, contents },
  };
}

interface DatasetNetwork {
  readonly backbone: CachedBackbone & Pick<Backbone, 'name'>;
  readonly scaling: Backbone['scaling'] | undefined;
  readonly runtime: FilledDataset['runtime'] & Pick<Runtime, 'run'>;
  readonly refuse: ((path: string) => RetrainError) | undefined;
}

async function ownNetwork(id: string, network: Network, networks: Networks): Promise<DatasetNetwork> {
  const backbone = await networks.backbone(id);
  const runtime = await networks.runtime(id, network.runtime);
  return { backbone, runtime, scaling: backbone.scaling, refuse: undefined };
}

/** Values of a network that is not here: the products of the training are done by the runtime of one that is. */
async function importedNetwork(
  backbone: ImportedBackbone,
  { runtime: choice }: Network,
  networks: Networks,
): Promise<DatasetNetwork> {
  const { runtime } = await networks.open({ backbone: 'auto', runtime: choice });
  const refuse = (file: string) =>
    new RetrainError('VALUES_NOT_IMPORTED', { path: file, module: backbone.module });
  const run = () => Promise.reject(refuse(''));
  return {
    backbone,
    scaling: undefined,
    runtime: {
      id: runtime.id,
      version: runtime.version,
      run,
      multiply: runtime.multiply,
      multiply64: runtime.multiply64,
      doubles: runtime.doubles,
    },
    refuse,
  };
}

/** What a scan has found; undefined where it left a folder out: its images may be there again tomorrow. */
function contentsOf(
  { skipped }: Dataset,
  cache: BottleneckCache,
  { rows, skipped: unread }: ComputedBottlenecks,
): ContentSet | undefined {
  if (skipped.some(({ code }) => code === 'FOLDER_UNREADABLE' || code === 'LINK_BROKEN')) return undefined;
  const contents = new ContentSet();
  for (const { sha256 } of rows) contents.add(sha256);
  // what cannot be read today has the content it had when it was read last
  for (const file of [...skipped, ...unread]) {
    const known = cache.fileMap.get(file.path);
    if (known && cache.has(known.sha256)) contents.add(known.sha256);
  }
  return contents;
}

/** Compacts the cache by what a scan has found. */
async function compactAfter(
  parts: KnownParts,
  { images, skipped }: Dataset,
  cache: BottleneckCache,
  found: { readonly contents: ContentSet; readonly computed: number },
  signal: AbortSignal,
): Promise<void> {
  const paths = new Set<string>();
  for (const files of [images, skipped]) for (const file of files) paths.add(file.path);
  try {
    await compactStale(parts, cache.backbone, { ...found, paths }, { signal });
  } catch (error) {
    if (isAbort(error)) throw error;
    // nothing is lost but room on the disk: the next job tries again
  }
}

/** The facts of a scan; with what the pipeline found out, once it has read every file. */
function factsOf(dataset: Dataset, computed?: ComputedBottlenecks): DatasetFacts {
  const { root, classes, skipped } = dataset;
  const unread = new Set(computed?.skipped.map((file) => file.path));
  const images = dataset.images.filter((image) => !unread.has(image.path));
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

export function backboneFacts({ id, name, dimension, fingerprint }: BackboneFacts): BackboneFacts {
  return { id, name, dimension, fingerprint };
}

export function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
