import { pairByContent, sameLabel } from './flips';

/** An image of a dataset at one time. */
export interface DatasetImage {
  readonly sha256: string;
  readonly label: string;
  readonly path: string;
}

/** What became of a dataset. An image is its content: one that was moved or renamed below its label is the same. */
export interface DatasetChanges {
  readonly added: readonly DatasetImage[];
  readonly removed: readonly DatasetImage[];
  /** The same content under another label. */
  readonly relabelled: readonly { readonly before: DatasetImage; readonly after: DatasetImage }[];
  readonly unchanged: number;
}

/** What changed between two lists of images, by content and label; each list is ordered by label, then path. */
export function datasetChanges(
  before: readonly DatasetImage[],
  after: readonly DatasetImage[],
): DatasetChanges {
  const pairs = pairByContent(before, after);
  const kept = new Set<DatasetImage>(pairs.flatMap((pair) => [pair.before, pair.after]));
  const relabelled = pairs.filter((pair) => !sameLabel(pair.before.label, pair.after.label));
  return {
    added: after.filter((image) => !kept.has(image)).sort(byLabel),
    removed: before.filter((image) => !kept.has(image)).sort(byLabel),
    relabelled: relabelled.sort((a, b) => byLabel(a.after, b.after)),
    unchanged: pairs.length - relabelled.length,
  };
}

function byLabel(a: DatasetImage, b: DatasetImage): number {
  return order(a.label, b.label) || order(a.path, b.path);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
