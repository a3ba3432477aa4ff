import { mcnemar } from './mcnemar';

/** What one model said about one image of its testing side. */
export interface TestedImage {
  readonly sha256: string;
  readonly path: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}

/** An image that two models were tested on. */
export interface TestedTwice<T extends TestedImage = TestedImage> {
  readonly before: T;
  readonly after: T;
}

/** How two models differ on the images that both were tested on. */
export interface Flips<T extends TestedImage = TestedImage> {
  readonly both: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  /** Right before, wrong after; the surest mistake first. */
  readonly toWrong: readonly TestedTwice<T>[];
  /** Wrong before, right after; what was the surest mistake first. */
  readonly toRight: readonly TestedTwice<T>[];
  /** Of McNemar's exact test. */
  readonly pValue: number;
}

/**
 * Which of the answers of two models, paired by content, became wrong, which right. Each side's own label is its truth,
 * so a relabelled image may flip.
 */
export function flipsOf<T extends TestedImage>(pairs: readonly TestedTwice<T>[]): Flips<T> {
  const isRight = ({ label, predicted }: TestedImage): boolean => label === predicted;
  const toWrong = pairs.filter((pair) => isRight(pair.before) && !isRight(pair.after));
  const toRight = pairs.filter((pair) => !isRight(pair.before) && isRight(pair.after));
  return {
    both: pairs.length,
    bothRight: pairs.filter((pair) => isRight(pair.before) && isRight(pair.after)).length,
    bothWrong: pairs.filter((pair) => !isRight(pair.before) && !isRight(pair.after)).length,
    toWrong: toWrong.sort((a, b) => b.after.probability - a.after.probability),
    toRight: toRight.sort((a, b) => b.before.probability - a.before.probability),
    pValue: mcnemar(toRight.length, toWrong.length),
  };
}

/** Pairs items of the same content, of identical ones those with the same label (NFC) first; each is in one pair at most. */
export function pairByContent<
  A extends { sha256: string; label: string },
  B extends { sha256: string; label: string },
>(before: readonly A[], after: readonly B[]): { before: A; after: B }[] {
  const left = new Map<string, A[]>();
  for (const item of before) {
    const same = left.get(item.sha256);
    if (same) same.push(item);
    else left.set(item.sha256, [item]);
  }
  const pairs: { before: A; after: B }[] = [];
  const take = (item: B, fits: (other: A) => boolean): boolean => {
    const candidates = left.get(item.sha256) ?? [];
    const place = candidates.findIndex(fits);
    const found = candidates[place];
    if (found === undefined) return false;
    candidates.splice(place, 1);
    pairs.push({ before: found, after: item });
    return true;
  };
  const rest = after.filter((item) => !take(item, (other) => sameLabel(other.label, item.label)));
  for (const item of rest) take(item, () => true);
  return pairs;
}

/** True for labels that read the same: a folder's name may be composed otherwise on another system. */
export function sameLabel(a: string, b: string): boolean {
  return a === b || a.normalize('NFC') === b.normalize('NFC');
}
