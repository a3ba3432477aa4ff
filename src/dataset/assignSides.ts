import { createHash } from 'node:crypto';
import { compare, type Side } from './dataset';

/** An image as the split sees it. */
export interface SplitImage {
  readonly sha256: string;
  readonly label: string;
  readonly path: string;
  /** Where the dataset came with a split of its own. */
  readonly side?: Side;
}

export interface SplitSettings {
  readonly seed: number;
  /** Percent of each class. */
  readonly validation: number;
  readonly testing: number;
}

/** Images that must share a side: the same content, or pictures of one object (`_nohash_`). */
type Group = readonly SplitImage[];

/** In the order in which empty sides of a class are filled. */
const sides: readonly Side[] = ['training', 'testing', 'validation'];

/**
 * The side of each image (by its content). An image keeps the side it has in `previous`, also under another label or
 * name; a side that came with the dataset wins (where copies of one picture came on several sides: training, then
 * validation, so that nothing trained on is measured with). New images are ranked within their class by
 * sha1(seed + key) and given sides so that the class comes nearest to the wanted shares, no wanted side staying empty
 * if the class has enough keys: with three all three have one, with two there is one to test, or else to validate,
 * with. The order of `images` does not matter. Sides of images that are not there now stay in the result.
 */
export function assignSides(
  images: readonly SplitImage[],
  previous: ReadonlyMap<string, Side>,
  settings: SplitSettings,
): Map<string, Side> {
  const given = givenSides(images);
  const classes = new Map<string, { settled: Group[]; fresh: Group[] }>();
  const result = new Map(previous);
  for (const group of groupImages(images)) {
    const label = smallest(group.map((image) => image.label));
    const known = classes.get(label) ?? { settled: [], fresh: [] };
    classes.set(label, known);
    const settled = settledSide(group, given) ?? settledSide(group, previous);
    (settled === undefined ? known.fresh : known.settled).push(group);
    if (settled === undefined) continue;
    for (const { sha256 } of group) result.set(sha256, given.get(sha256) ?? previous.get(sha256) ?? settled);
  }
  for (const { settled, fresh } of classes.values()) {
    const have: Record<Side, number> = { training: 0, validation: 0, testing: 0 };
    for (const { sha256 } of settled.flat()) have[result.get(sha256) ?? 'training']++;
    for (const [group, side] of fillClass(fresh, have, settled.length, settings))
      for (const { sha256 } of group) result.set(sha256, side);
  }
  return result;
}

/** The sides that came with the dataset, by content. */
function givenSides(images: readonly SplitImage[]): Map<string, Side> {
  const strength: Record<Side, number> = { training: 2, validation: 1, testing: 0 };
  const given = new Map<string, Side>();
  for (const { sha256, side } of images) {
    if (side === undefined) continue;
    const other = given.get(sha256);
    if (other === undefined || strength[side] > strength[other]) given.set(sha256, side);
  }
  return given;
}

/** Images tied together by content or object, directly or through others (union-find with path halving). */
function groupImages(images: readonly SplitImage[]): Group[] {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    for (;;) {
      const parent = parents.get(name) ?? name;
      if (parent === name) return name;
      const above = parents.get(parent) ?? parent;
      parents.set(name, above);
      name = above;
    }
  };
  for (const { sha256, path } of images) {
    const object = objectKey(path);
    if (object !== undefined) parents.set(rootOf(`object ${object}`), rootOf(sha256));
  }
  const groups = new Map<string, SplitImage[]>();
  for (const image of images) {
    const root = rootOf(image.sha256);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [image]);
    else group.push(image);
  }
  return [...groups.values()];
}

/** The file name up to `_nohash_`, the same however its accents are composed; undefined for a name without it. */
function objectKey(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).normalize('NFC');
  const end = name.indexOf('_nohash_');
  return end === -1 ? undefined : name.slice(0, end);
}

/** The side of the members that have one: of the first by content, should they differ. */
function settledSide(group: Group, settled: ReadonlyMap<string, Side>): Side | undefined {
  const known = group.map(({ sha256 }) => sha256).filter((sha256) => settled.has(sha256));
  return known.length === 0 ? undefined : settled.get(smallest(known));
}

function smallest(texts: readonly string[]): string {
  return texts.reduce((a, b) => (compare(a, b) <= 0 ? a : b));
}

/** Sides for the new groups of a class, of whose images the sides `have` so many, in `oldGroups` groups. */
function fillClass(
  groups: readonly Group[],
  have: Record<Side, number>,
  oldGroups: number,
  settings: SplitSettings,
): [Group, Side][] {
  const wanted: Record<Side, number> = {
    training: 100 - settings.validation - settings.testing,
    validation: settings.validation,
    testing: settings.testing,
  };
  // Training is needed whatever was asked for.
  const allowed = sides.filter((side) => side === 'training' || wanted[side] > 0);
  const needed = allowed.slice(0, oldGroups + groups.length);
  const total = have.training + have.validation + have.testing + groups.flat().length;
  const targets = apportion(total, wanted, needed);
  const ranked = groups
    .map((group) => ({ group, rank: rankOf(group, settings.seed) }))
    // Large groups first: the small ones then even out what is left.
    .sort((a, b) => b.group.length - a.group.length || compare(a.rank, b.rank));
  return ranked.map(({ group }, index) => {
    const empty = needed.filter((side) => have[side] === 0);
    const open = ranked.length - index <= empty.length ? empty : allowed;
    const side = open.reduce((best, other) =>
      targets[other] - have[other] > targets[best] - have[best] ? other : best,
    );
    have[side] += group.length;
    return [group, side];
  });
}

function rankOf(group: Group, seed: number): string {
  const objects = group.map(({ path }) => objectKey(path)).filter((key) => key !== undefined);
  const key = smallest(objects.length > 0 ? objects : group.map(({ sha256 }) => sha256));
  return createHash('sha1').update(`${seed}${key}`).digest('hex');
}

/** `total` images over the sides by largest remainders, at least one for each needed side. */
function apportion(
  total: number,
  wanted: Record<Side, number>,
  needed: readonly Side[],
): Record<Side, number> {
  const exact = (side: Side) => (total * wanted[side]) / 100;
  const targets: Record<Side, number> = { training: 0, validation: 0, testing: 0 };
  for (const side of sides) targets[side] = Math.floor(exact(side));
  const byRemainder = sides.toSorted(
    (a, b) => exact(b) - Math.floor(exact(b)) - (exact(a) - Math.floor(exact(a))),
  );
  const left = total - targets.training - targets.validation - targets.testing;
  for (const side of byRemainder.slice(0, Math.max(0, left))) targets[side]++;
  for (const side of needed) {
    if (targets[side] > 0) continue;
    const largest = sides.reduce((best, other) => (targets[other] > targets[best] ? other : best));
    targets[largest]--;
    targets[side]++;
  }
  return targets;
}
