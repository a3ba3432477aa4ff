import path from 'node:path';
import { createHash } from 'node:crypto';
import { isAbort, seededRandom } from '../base';
import {
  checkRows,
  computeValues,
  openCache,
  viewsBackbonesIn,
  type AskedImage,
  type BottleneckCache,
  type CheckedPlace,
  type ComputedImage,
  type RowCheck,
} from '../bottlenecks';
import type { ImageFile } from '../dataset';
import { mostViews, readImage } from '../images';
import { cacheInUse } from './cacheFolder';
import type { Job } from './context';
import { realFolder, scanFolder } from './datasetFolder';
import { backboneFacts } from './fillCache';
import type { CacheFinding } from './cacheResults';
import { chosenNetwork } from './settingsFile';

/** ||a - b|| / ||b|| up to which values count as the same: runtimes and processors round differently. */
const tolerance = 1e-3;
const viewNumbers = Array.from({ length: mostViews }, (_, i) => i + 1);

/**
 * Holds a cache against its images: every row against its checksum, and a sample of the images, or all, computed anew;
 * the same for the views by each of the distortions. Writes nothing and repairs nothing.
 * @throws as the scan does; NO_CACHE, RUNTIME_..., BACKBONE_...; the signal's reason
 */
export const verify: Job<'verify'> = async ({ folder, sample, seed, ...choice }, context) => {
  const { places, networks, reader, signal, report } = context;
  const root = await realFolder(folder);
  const { images } = await scanFolder(root, 1, context);
  const bottlenecks = await cacheInUse(root, places);
  const { backbone, runtime } = await networks.open(await chosenNetwork(folder, choice));
  const caches: CheckedCache[] = [];
  for (const one of [backbone, ...(await viewsBackbonesIn(bottlenecks, backbone))]) {
    const check = await checkRows(bottlenecks, one, {
      signal,
      report: (progress) => report({ kind: 'checking', ...progress }),
    });
    caches.push({ check, cache: await openCache(bottlenecks, one, { signal }) });
  }
  const comparison = new Comparison(root, caches);
  await comparison.identify(images, signal);
  const chosen = caches.flatMap((one) => choose(comparison.cached(images, one), sample, seed));
  let done = 0;
  await computeValues(
    chosen,
    { backbone, runtime, reader },
    async (computed) => {
      for (const now of computed) await comparison.compare(now);
      report({ kind: 'recomputing', done: (done += computed.length), of: chosen.length });
    },
    signal,
  );
  const paths = new Set(images.map((image) => image.path));
  return {
    cache: bottlenecks,
    backbone: backboneFacts(backbone),
    runtime: runtime.id,
    images: images.length,
    rows: caches.reduce((sum, { check }) => sum + check.rows, 0),
    recomputed: comparison.recomputed.images,
    recomputedViews: comparison.recomputed.views,
    largestDistance: comparison.largestDistance,
    tolerance,
    seed,
    findings: [
      ...comparison.findings,
      ...caches.flatMap(({ check }) => comparison.rowFindings(check, paths)),
    ],
    missing: comparison.missing(),
  };
};

/** A backbone's rows: those of images, or those of views of them by some distortions. */
interface CheckedCache {
  readonly check: RowCheck;
  readonly cache: BottleneckCache;
}

/** An image, or a view of it, whose values are there. */
interface Candidate extends AskedImage {
  readonly from: CheckedCache;
}

/** `count` of `candidates`, whatever their order, or all of them. */
function choose(candidates: readonly Candidate[], count: number | null, seed: number): readonly Candidate[] {
  if (count === null || count >= candidates.length) return candidates;
  const random = seededRandom(seed);
  const pool = [...candidates];
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    const [a, b] = [pool[i], pool[j]];
    if (a && b) [pool[i], pool[j]] = [b, a];
  }
  return pool.slice(0, count);
}

/** What a cache says of images, against what they are. */
class Comparison {
  readonly findings: CacheFinding[] = [];
  readonly recomputed = { images: 0, views: 0 };
  largestDistance = 0;
  /** path -> sha256 */
  private readonly contents = new Map<string, string>();
  private readonly unreadable = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly caches: readonly CheckedCache[],
  ) {}

  /** Finds out what each image is: by its line where that can be trusted, else by reading it. */
  async identify(images: readonly ImageFile[], signal: AbortSignal): Promise<void> {
    const [own] = this.caches;
    for (const image of images) {
      signal.throwIfAborted();
      const sha256 =
        own?.cache.contentOf(image.path, image.size, image.mtimeNs) ?? (await this.hash(image.path));
      if (sha256 !== undefined) this.contents.set(image.path, sha256);
    }
  }

  private async hash(file: string): Promise<string | undefined> {
    try {
      return createHash('sha256')
        .update(await readImage(path.join(this.root, file), file))
        .digest('hex');
    } catch (error) {
      if (isAbort(error)) throw error;
      return undefined;
    }
  }

  /** Those of the images whose values are there, or all of their views that are. */
  cached(images: readonly ImageFile[], from: CheckedCache): Candidate[] {
    const { views: distortions } = from.cache.backbone;
    return images.flatMap(({ path: shown, size }): Candidate[] => {
      const sha256 = this.contents.get(shown) ?? '';
      const image = { file: path.join(this.root, shown), path: shown, size, from };
      if (!distortions) return from.check.placeOf(sha256, 0) ? [image] : [];
      return viewNumbers
        .filter((number) => from.check.placeOf(sha256, number))
        .map((number) => ({ ...image, view: { number, distortions } }));
    });
  }

  async compare(now: ComputedImage<Candidate>): Promise<void> {
    const { path: file, from, view } = now.image;
    if (now.kind === 'failed') {
      if (!this.unreadable.has(file))
        this.findings.push({ kind: 'unreadable', path: file, failure: now.failure });
      this.unreadable.add(file);
      return;
    }
    if (this.contents.get(file) !== now.sha256) {
      // neither its size nor its time says so
      this.findings.push({ kind: 'stale', path: file, place: null });
      this.contents.set(file, now.sha256);
    }
    const number = view?.number ?? 0;
    const place = from.check.placeOf(now.sha256, number);
    const values = place && (await from.cache.read(now.sha256, number));
    if (!values) return;
    this.recomputed[view ? 'views' : 'images']++;
    const distance = relativeDistance(values, now.values);
    this.largestDistance = Math.max(this.largestDistance, distance);
    if (!(distance <= tolerance)) this.findings.push({ kind: 'differs', path: file, distance, place });
  }

  /** What is wrong with rows, or with what they are of, views included; `paths` are those of the images. */
  rowFindings(
    { damaged, repeated, right, otherParts }: RowCheck,
    paths: ReadonlySet<string>,
  ): CacheFinding[] {
    const wanted = new Set(this.contents.values());
    const finding = (kind: 'damaged' | 'stale' | 'missingImage', place: CheckedPlace): CacheFinding => ({
      kind,
      path: place.path,
      place,
    });
    return [
      ...damaged.map((place) => finding('damaged', place)),
      ...[...right]
        .filter(([sha256]) => !wanted.has(sha256))
        .map(([, place]) =>
          finding(place.path !== null && paths.has(place.path) ? 'stale' : 'missingImage', place),
        ),
      ...repeated.map((place) => finding('stale', place)),
      ...otherParts.map((part) => finding('stale', { part, row: null, path: null })),
    ];
  }

  /** How many contents have no values that are right: what the next run computes. */
  missing(): number {
    const contents = new Set(this.contents.values());
    const [own] = this.caches;
    return [...contents].filter((sha256) => !own?.check.right.has(sha256)).length;
  }
}

/** ||a - b|| / ||b|| */
function relativeDistance(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let length = 0;
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
    length += (b[i] ?? NaN) ** 2;
  }
  return Math.sqrt(difference / Math.max(length, Number.MIN_VALUE));
}
