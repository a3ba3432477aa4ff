import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { isAbort, seededRandom } from '../base';
import {
  checkRows,
  openCache,
  recompute,
  viewsBackbonesIn,
  type BottleneckCache,
  type CachedBackbone,
  type CheckedPlace,
  type Recomputed,
  type RowCheck,
} from '../bottlenecks';
import { scanDataset, type ImageFile } from '../dataset';
import { decodeImage, readImage, sniff } from '../images';
import { cacheInUse } from './cacheFolder';
import type { Job } from './context';
import { backboneFacts } from './fillCache';
import type { CacheFinding } from './results';

/** ||a - b|| / ||b|| up to which values count as the same: runtimes and processors round differently. */
const tolerance = 1e-3;

/**
 * Holds a cache against its images: every row, those of views too, against its checksum, and a sample of the images, or all, computed
 * anew. Writes nothing and repairs nothing.
 * @throws as the scan does; NO_CACHE, RUNTIME_..., BACKBONE_...; the signal's reason
 */
export const verify: Job<'verify'> = async ({ folder, settings, sample, seed }, context) => {
  const { places, networks, signal, report } = context;
  const root = await realpath(folder).catch(() => path.resolve(folder));
  const { images } = await scanDataset(root, {
    sniff,
    signal,
    leastClasses: 1,
    report: (files) => report({ kind: 'scanning', files }),
  });
  const bottlenecks = await cacheInUse(root, places);
  const { backbone, runtime } = await networks.open(settings);
  const checkOf = (one: CachedBackbone) =>
    checkRows(bottlenecks, one, { signal, report: (progress) => report({ kind: 'checking', ...progress }) });
  const check = await checkOf(backbone);
  const viewChecks: RowCheck[] = [];
  for (const views of await viewsBackbonesIn(bottlenecks, backbone)) viewChecks.push(await checkOf(views));
  const cache = await openCache(bottlenecks, backbone, { signal });
  const comparison = new Comparison(root, cache, check);
  await comparison.identify(images, signal);
  const chosen = choose(comparison.cached(images), sample, seed);
  await recompute(
    { root, images: chosen, backbone, runtime, decode: decodeImage, readImage },
    (recomputed) => comparison.compare(recomputed),
    { signal, report: (done) => report({ kind: 'recomputing', done, of: chosen.length }) },
  );
  const paths = new Set(images.map((image) => image.path));
  return {
    cache: bottlenecks,
    backbone: backboneFacts(backbone),
    runtime: runtime.id,
    images: images.length,
    rows: [check, ...viewChecks].reduce((sum, { rows }) => sum + rows, 0),
    recomputed: comparison.recomputed,
    largestDistance: comparison.largestDistance,
    tolerance,
    seed,
    findings: [
      ...comparison.findings,
      ...[check, ...viewChecks].flatMap((one) => comparison.rowFindings(one, paths)),
    ],
    missing: comparison.missing(),
  };
};

/** `count` of `images`, whatever their order, or all of them. */
function choose(images: readonly ImageFile[], count: number | null, seed: number): readonly ImageFile[] {
  if (count === null || count >= images.length) return images;
  const random = seededRandom(seed);
  const pool = [...images];
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
  recomputed = 0;
  largestDistance = 0;
  /** path -> sha256 */
  private readonly contents = new Map<string, string>();

  constructor(
    private readonly root: string,
    private readonly cache: BottleneckCache,
    private readonly check: RowCheck,
  ) {}

  /** Finds out what each image is: by its line where that can be trusted, else by reading it. */
  async identify(images: readonly ImageFile[], signal: AbortSignal): Promise<void> {
    for (const image of images) {
      signal.throwIfAborted();
      const sha256 =
        this.cache.contentOf(image.path, image.size, image.mtimeNs) ?? (await this.hash(image.path));
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

  /** Those of the images whose values are there. */
  cached(images: readonly ImageFile[]): ImageFile[] {
    return images.filter((image) => this.check.right.has(this.contents.get(image.path) ?? ''));
  }

  async compare(now: Recomputed): Promise<void> {
    const { path: file } = now.image;
    if (now.kind === 'failed') {
      this.findings.push({ kind: 'unreadable', path: file, failure: now.failure });
      return;
    }
    if (this.contents.get(file) !== now.sha256) {
      // neither its size nor its time says so
      this.findings.push({ kind: 'stale', path: file, place: null });
      this.contents.set(file, now.sha256);
    }
    const place = this.check.right.get(now.sha256);
    const values = place && (await this.cache.read(now.sha256));
    if (!values) return;
    this.recomputed++;
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
    return [...contents].filter((sha256) => !this.check.right.has(sha256)).length;
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
