import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { assignSides, type Side, type SplitImage, type SplitSettings } from '../../../src/dataset';

const none: ReadonlyMap<string, Side> = new Map();
const tenPercent: SplitSettings = { seed: 1, validation: 10, testing: 10 };
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** `count` different images of a class. */
function images(label: string, count: number, from = 0): SplitImage[] {
  return Array.from({ length: count }, (_, i) => ({
    sha256: hash(`${label} ${from + i}`),
    label,
    path: `${label}/${from + i}.jpg`,
  }));
}

function countSides(sides: ReadonlyMap<string, Side>, of: readonly SplitImage[]): Record<Side, number> {
  const counts: Record<Side, number> = { training: 0, validation: 0, testing: 0 };
  for (const { sha256 } of of) counts[sides.get(sha256) ?? assert.fail(`no side for ${sha256}`)]++;
  return counts;
}

const settings = fc.record({
  seed: fc.integer({ min: 0, max: 1000 }),
  validation: fc.integer({ min: 0, max: 45 }),
  testing: fc.integer({ min: 0, max: 45 }),
});

/** Sizes of a dataset's classes. */
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
const dataset = (counts: readonly number[]) => counts.flatMap((count, i) => images(`class ${i}`, count));

/** Images of which some share their content, some show the same object, and any may have any label. */
const tangled = fc.array(
  fc.record({
    sha256: fc.integer({ min: 0, max: 40 }).map((n) => hash(String(n))),
    label: fc.constantFrom('a', 'b', '__proto__'),
    path: fc.oneof(
      fc.constantFrom('a/leaf_nohash_0.jpg', 'b/leaf_nohash_1.jpg', 'b/stem_nohash_0.jpg'),
      fc.integer({ min: 0, max: 99 }).map((n) => `a/${n}.jpg`),
    ),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('assignSides', () => {
  it('gives each class the shares that were asked for, to the nearest image', () => {
    for (const [count, expected] of [
      [40, { training: 32, validation: 4, testing: 4 }],
      [200, { training: 160, validation: 20, testing: 20 }],
      [15, { training: 12, validation: 1, testing: 2 }],
      [5, { training: 3, validation: 1, testing: 1 }],
      [3, { training: 1, validation: 1, testing: 1 }],
      [2, { training: 1, validation: 0, testing: 1 }],
      [1, { training: 1, validation: 0, testing: 0 }],
    ] as const) {
      const set = images('a', count);
      assert.deepEqual(countSides(assignSides(set, none, tenPercent), set), expected, `${count} images`);
    }
  });

  it('keeps every class within one image of the wanted shares, but for sides that would be empty', () => {
    fc.assert(
      fc.property(sizes, settings, (counts, shares) => {
        const set = dataset(counts);
        const sides = assignSides(set, none, shares);
        counts.forEach((count, i) => {
          const got = countSides(
            sides,
            set.filter(({ label }) => label === `class ${i}`),
          );
          for (const side of ['validation', 'testing'] as const) {
            const wanted = (count * shares[side]) / 100;
            assert.ok(Math.abs(got[side] - wanted) <= 1, `${side}: ${got[side]} of ${count}, not ${wanted}`);
            if (count >= 3) assert.equal(got[side] > 0, shares[side] > 0);
          }
          assert.ok(got.training > 0);
        });
      }),
    );
  });

  it('leaves no wanted side empty as a class grows from one image, one or several at a time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 8 }), settings, (steps, shares) => {
        let sides: ReadonlyMap<string, Side> = none;
        let count = 0;
        for (const step of steps) {
          count += step;
          const set = images('a', count);
          sides = assignSides(set, sides, shares);
          const got = countSides(sides, set);
          if (count < 3) continue;
          for (const side of ['validation', 'testing'] as const)
            assert.equal(got[side] > 0, shares[side] > 0);
        }
      }),
    );
  });

  it('never moves an image: not when others come or go, nor under another label or name', () => {
    fc.assert(
      fc.property(tangled, tangled, fc.integer(), (before, after, salt) => {
        const sides = assignSides(before, none, tenPercent);
        const relabelled = before.map((image, i) => ({
          ...image,
          label: `${(i + salt) % 3}`,
          path: `${i}.png`,
        }));
        const later = assignSides([...relabelled.slice(1), ...after], sides, tenPercent);
        for (const { sha256 } of before) assert.equal(later.get(sha256), sides.get(sha256));
      }),
    );
  });

  it('does not depend on the order of the images', () => {
    const shuffledPairs = tangled.chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length, maxLength: set.length })),
    );
    fc.assert(
      fc.property(shuffledPairs, settings, ([set, shuffled], shares) => {
        assert.deepEqual(assignSides(shuffled, none, shares), assignSides(set, none, shares));
      }),
    );
  });

  it('gives the same content and the same object one side', () => {
    fc.assert(
      fc.property(tangled, settings, (set, shares) => {
        const sides = assignSides(set, none, shares);
        const ofObject = new Map<string, Side | undefined>();
        for (const { path, sha256 } of set) {
          const object = /([^/]*)_nohash_/.exec(path)?.[1];
          if (object === undefined) continue;
          if (ofObject.has(object)) assert.equal(sides.get(sha256), ofObject.get(object));
          ofObject.set(object, sides.get(sha256));
        }
      }),
    );
  });

  it('puts a new picture of a known object on its side, however its name is composed', () => {
    const set = [
      ...images('a', 30),
      ...[...'0123456789'].map((n) => ({
        sha256: hash(n),
        label: 'a',
        path: `a/caf\u00e9${n}_nohash_0.jpg`,
      })),
    ];
    const sides = assignSides(set, none, tenPercent);
    const more = [...'0123456789'].map((n) => ({
      sha256: hash(`+${n}`),
      label: 'a',
      path: `cafe\u0301${n}_nohash_1.jpg`,
    }));
    const later = assignSides([...set, ...more], sides, tenPercent);
    for (const n of '0123456789') assert.equal(later.get(hash(`+${n}`)), sides.get(hash(n)));
    assert.ok(new Set(more.map(({ sha256 }) => later.get(sha256))).size > 1, 'they are not all on one side');
  });

  it('keeps whole groups together and still comes near the shares', () => {
    const set = Array.from({ length: 10 }, (_, object) =>
      Array.from({ length: 4 }, (_unused, i) => ({
        sha256: hash(`${object} ${i}`),
        label: 'a',
        path: `a/leaf${object}_nohash_${i}.jpg`,
      })),
    ).flat();
    assert.deepEqual(countSides(assignSides(set, none, tenPercent), set), {
      training: 32,
      validation: 4,
      testing: 4,
    });
  });

  it('gives other sides for another seed', () => {
    const set = images('a', 100);
    assert.notDeepEqual(
      assignSides(set, none, tenPercent),
      assignSides(set, none, { ...tenPercent, seed: 2 }),
    );
  });

  it('takes the sides that came with the dataset, before those of the file', () => {
    const [a, b, c] = images('a', 3);
    assert.ok(a && b && c);
    const set: SplitImage[] = [
      { ...a, side: 'testing' },
      { ...b, side: 'validation' },
      { ...c, side: 'training' },
    ];
    const sides = assignSides(set, new Map([[a.sha256, 'training']]), tenPercent);
    assert.deepEqual(
      set.map(({ sha256 }) => sides.get(sha256)),
      ['testing', 'validation', 'training'],
    );
  });

  it('trains on a picture that came both to train and to test with, and so does not test with it', () => {
    const [a] = images('a', 1);
    assert.ok(a);
    const copies: SplitImage[] = [
      { ...a, side: 'testing' },
      { ...a, side: 'training' },
      { ...a, side: 'validation' },
    ];
    assert.equal(assignSides(copies, none, tenPercent).get(a.sha256), 'training');
  });

  it('remembers the side of an image that is away', () => {
    const set = images('a', 10);
    const sides = assignSides(set, none, tenPercent);
    const meanwhile = assignSides(set.slice(5), sides, tenPercent);
    assert.deepEqual(assignSides(set, meanwhile, tenPercent), sides);
  });

  it('splits 100,000 images, one object on most of them, without taking quadratic time', () => {
    const set = [
      ...images('a', 50_000),
      ...images('b', 50_000).map((image) => ({ ...image, path: 'b/rose_nohash_1.jpg' })),
    ];
    assert.deepEqual(countSides(assignSides(set, none, tenPercent), set.slice(0, 50_000)), {
      training: 40_000,
      validation: 5_000,
      testing: 5_000,
    });
  });
});
