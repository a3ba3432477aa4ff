import { createHash } from 'node:crypto';
import path from 'node:path';
import { throwIfAborted, type RetrainError } from '../base';
import { mostViews, viewsVersion, type Distortions } from '../images';
import { describedViews } from './backboneFile';
import type { BottleneckCache, CachedBackbone, Key } from './cache';
import type { BottleneckOptions, BottleneckSource } from './computeBottlenecks';
import { ContentSet } from './content';
import { Filling } from './filling';
import { folderName } from './folderName';
import { entriesOf } from './layout';
import type { CachedImage } from './outcome';
import type { Task } from './preparation';
import { ProgressMeter } from './progressMeter';
import type { KnownParts } from './staleness';
import { compactStaleRows } from './staleRows';

/**
 * The backbone under which the values of views stand, in a folder of its own: its id and fingerprint are those of
 * the network and the distortions together, so that the values of two settings never meet, nor those of a view the
 * images' own.
 */
export function viewsBackbone(backbone: CachedBackbone, distortions: Distortions): CachedBackbone {
  const views = viewsOf(distortions);
  const fingerprint = digest(`${backbone.fingerprint}\n${settingsOf(distortions)}`);
  return { ...backbone, id: viewsId(backbone.id, distortions), fingerprint, views };
}

/** The id that `viewsBackbone` gives; the network's own holds no `+`. */
export function viewsId(id: string, distortions: Distortions): string {
  return `${id}+${digest(settingsOf(distortions)).slice(0, 16)}`;
}

function viewsOf(distortions: Distortions) {
  const { flipLeftRight, randomCrop, randomScale, randomBrightness } = distortions;
  return { version: viewsVersion(distortions), flipLeftRight, randomCrop, randomScale, randomBrightness };
}

function settingsOf(distortions: Distortions): string {
  return JSON.stringify(viewsOf(distortions));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Those of the backbones of views in a cache that are of this network; none whose description is damaged. */
export async function viewsBackbonesIn(root: string, backbone: CachedBackbone): Promise<CachedBackbone[]> {
  const versions = path.join(root, 'v1');
  const found: CachedBackbone[] = [];
  for (const name of (await entriesOf(root, versions)).folders) {
    if (!name.startsWith(folderName(`${backbone.id}+`))) continue;
    const distortions = await describedViews(path.join(versions, name));
    const described = distortions && viewsBackbone(backbone, distortions);
    if (described && folderName(described.id) === name) found.push(described);
  }
  return found;
}

export interface ComputedViews {
  /** The views whose values are in the cache now: of each row all, one row after the other. */
  readonly keys: readonly (CachedImage & Required<Key>)[];
  readonly cached: number;
  readonly computed: number;
  /** How many views there are no values of: their files changed, or cannot be read any more. */
  readonly missing: number;
  readonly seconds: number;
}

/**
 * Sees to it that the cache holds views 1 to `views` of the images of `rows`; of those with the same content once.
 * @param source its cache that of `viewsBackbone(…, distortions)`; its images do not matter
 * @throws as computeBottlenecks
 */
export async function computeViews(
  source: BottleneckSource & { readonly cache: BottleneckCache },
  rows: readonly CachedImage[],
  { views, distortions }: { readonly views: number; readonly distortions: Distortions },
  { signal, report }: BottleneckOptions = {},
): Promise<ComputedViews> {
  const started = performance.now();
  throwIfAborted(signal);
  const { cache } = source;
  const contents = new ContentSet();
  let known = 0;
  let wanted = 0;
  for (const { sha256 } of rows) {
    if (contents.has(sha256)) continue;
    contents.add(sha256);
    for (let number = 1; number <= views; number++) {
      wanted++;
      if (cache.has(sha256, number)) known++;
    }
  }
  const failures = new Map<string, RetrainError>();
  const tally = { computed: 0, failures, failedContents: new Map<string, RetrainError>() };
  const meter = new ProgressMeter(wanted, known, report);
  if (known < wanted) {
    const filling = new Filling(source, tally, meter, signal);
    try {
      await filling.fill(missingViews(cache, rows, views, distortions));
    } catch (error) {
      await filling.close().catch(() => undefined);
      throw error;
    }
    await filling.close();
  }
  meter.say();
  const keys = rows.flatMap(({ image, sha256 }) =>
    numbers(views)
      .filter((view) => cache.has(sha256, view))
      .map((view) => ({ image, sha256, view })),
  );
  return {
    keys,
    cached: known,
    computed: tally.computed,
    missing: wanted - known - tally.computed,
    seconds: (performance.now() - started) / 1000,
  };
}

function numbers(views: number): number[] {
  return Array.from({ length: views }, (_, i) => i + 1);
}

function* missingViews(
  cache: BottleneckCache,
  rows: readonly CachedImage[],
  views: number,
  distortions: Distortions,
): Generator<Task, void> {
  const seen = new ContentSet();
  for (const { image, sha256 } of rows) {
    if (seen.has(sha256)) continue;
    seen.add(sha256);
    for (const number of numbers(views))
      if (!cache.has(sha256, number)) yield { image, view: { number, distortions, sha256 } };
  }
}

/**
 * Compacts values of views away whose image the dataset has no longer, as `compactStale` does those of images; views
 * that are there stay, however many of them are asked for now.
 * @param rows all images of the dataset, and `contents` those that cannot be read now besides
 * @param computed how many views have been computed since `parts` were listed
 */
export async function compactViews(
  parts: KnownParts,
  cache: BottleneckCache,
  rows: readonly CachedImage[],
  { contents, computed }: { readonly contents: ContentSet; readonly computed: number },
  signal?: AbortSignal,
): Promise<void> {
  const counted = new ContentSet();
  let live = -computed;
  for (const { sha256 } of rows) {
    if (counted.has(sha256)) continue;
    counted.add(sha256);
    for (let number = 1; number <= mostViews && cache.has(sha256, number); number++) live++;
  }
  await compactStaleRows(cache.backbone, parts.rows, contents, live, signal);
}
