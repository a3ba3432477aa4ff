import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  confusionDifference,
  datasetChanges,
  flipsOf,
  pairByContent,
  type TestedImage,
} from '../../../src/evaluation';
import { mcnemar } from '../../../src/evaluation/mcnemar';

const label = fc.constantFrom('a', 'b', 'caf\u00e9', 'cafe\u0301', '__proto__');
const sha256 = fc.integer({ min: 0, max: 9 }).map(String);
const image = fc.record({ sha256, label, path: fc.string({ maxLength: 4 }) });
const answer = fc.record({
  sha256,
  label,
  predicted: label,
  path: fc.string({ maxLength: 4 }),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('confusionDifference', () => {
  it('lays matrices of other labels over each other', () => {
    const first = {
      labels: ['a', 'b'],
      confusion: [
        [3, 1],
        [0, 2],
      ],
    };
    const second = {
      labels: ['b', 'c'],
      confusion: [
        [4, 1],
        [2, 5],
      ],
    };
    const { labels, difference, before, after } = confusionDifference(first, second);
    assert.deepEqual(labels, ['a', 'b', 'c']);
    assert.deepEqual(before, [
      [3, 1, 0],
      [0, 2, 0],
      [0, 0, 0],
    ]);
    assert.deepEqual(after, [
      [0, 0, 0],
      [0, 4, 1],
      [0, 2, 5],
    ]);
    assert.deepEqual(difference, [
      [-3, -1, 0],
      [0, 2, 1],
      [0, 2, 5],
    ]);
  });

  it('takes labels that read the same for one, and keeps every count', () => {
    const matrix = fc.uniqueArray(label, { minLength: 1 }).chain((labels) =>
      fc.record({
        labels: fc.constant(labels),
        confusion: fc.array(fc.array(fc.nat(9), { minLength: labels.length, maxLength: labels.length }), {
          minLength: labels.length,
          maxLength: labels.length,
        }),
      }),
    );
    fc.assert(
      fc.property(matrix, matrix, (first, second) => {
        const result = confusionDifference(first, second);
        const composed = result.labels.map((name) => name.normalize('NFC'));
        assert.equal(new Set(composed).size, composed.length);
        const sum = (counts: readonly (readonly number[])[]) => counts.flat().reduce((a, b) => a + b, 0);
        assert.equal(sum(result.before), sum(first.confusion));
        assert.equal(sum(result.difference), sum(second.confusion) - sum(first.confusion));
        assert.equal(sum(confusionDifference(first, first).difference.map((row) => row.map(Math.abs))), 0);
      }),
    );
  });
});

const flipsBetween = (before: readonly TestedImage[], after: readonly TestedImage[]) =>
  flipsOf(pairByContent(before, after));

describe('flipsOf', () => {
  it('names what became wrong and what right, the surest mistake first', () => {
    const said = (name: string, predicted: string, probability: number) => {
      return { sha256: name, path: `a/${name}.jpg`, label: 'a', predicted, probability };
    };
    const before = [said('1', 'a', 0.9), said('2', 'b', 0.6), said('3', 'a', 0.9), said('4', 'a', 0.5)];
    const after = [said('1', 'b', 0.7), said('2', 'a', 0.8), said('4', 'b', 0.9), said('5', 'a', 1)];
    const flips = flipsBetween(before, after);
    assert.equal(flips.both, 3);
    assert.deepEqual(
      flips.toWrong.map((pair) => pair.after.sha256),
      ['4', '1'],
    );
    assert.deepEqual(
      flips.toRight.map((pair) => pair.after.sha256),
      ['2'],
    );
    assert.equal(flips.pValue, 1);
  });

  it('counts every pair once, and the other way round turns right and wrong about', () => {
    fc.assert(
      fc.property(fc.array(answer), fc.array(answer), (before, after) => {
        const there = flipsBetween(before, after);
        const { both, bothRight, bothWrong, toWrong, toRight } = there;
        assert.equal(bothRight + bothWrong + toWrong.length + toRight.length, both);
        const contents = (list: readonly { sha256: string }[], of: string) =>
          list.filter((item) => item.sha256 === of).length;
        const shared = [...new Set(before.map((item) => item.sha256))].reduce(
          (sum, of) => sum + Math.min(contents(before, of), contents(after, of)),
          0,
        );
        assert.equal(both, shared);
        assert.equal(flipsBetween(after, before).both, both);
        const same = flipsBetween(before, before);
        assert.equal(same.both, before.length);
        assert.equal(same.pValue, 1);
      }),
    );
  });

  it("has McNemar's exact p-values", () => {
    // R: binom.test(1, 10)$p.value, binom.test(0, 6)$p.value
    assert.ok(Math.abs(mcnemar(1, 9) - 22 / 1024) < 1e-12);
    assert.ok(Math.abs(mcnemar(6, 0) - 2 / 64) < 1e-12);
    assert.equal(mcnemar(0, 0), 1);
    assert.equal(mcnemar(5, 5), 1);
    assert.ok(mcnemar(4000, 5000) > 0 && mcnemar(4000, 5000) < 1e-20);
  });
});

describe('datasetChanges', () => {
  it('tells added, removed, relabelled and moved images apart', () => {
    const at = (sha: string, name: string, path: string) => ({ sha256: sha, label: name, path });
    const changes = datasetChanges(
      [at('1', 'a', 'a/1.jpg'), at('2', 'a', 'a/2.jpg'), at('3', 'b', 'b/3.jpg'), at('3', 'b', 'b/copy.jpg')],
      [
        at('1', 'a', 'a/moved.jpg'),
        at('2', 'b', 'b/2.jpg'),
        at('3', 'b', 'b/3.jpg'),
        at('4', 'a', 'a/4.jpg'),
      ],
    );
    assert.deepEqual(
      changes.added.map((item) => item.path),
      ['a/4.jpg'],
    );
    assert.deepEqual(
      changes.removed.map((item) => item.path),
      ['b/copy.jpg'],
    );
    assert.deepEqual(
      changes.relabelled.map(({ before, after }) => [before.path, after.path]),
      [['a/2.jpg', 'b/2.jpg']],
    );
    assert.equal(changes.unchanged, 2);
  });

  it('accounts for every image, and says the opposite the other way round', () => {
    fc.assert(
      fc.property(fc.array(image), fc.array(image), (before, after) => {
        const there = datasetChanges(before, after);
        const back = datasetChanges(after, before);
        const kept = there.relabelled.length + there.unchanged;
        assert.equal(there.added.length + kept, after.length);
        assert.equal(there.removed.length + kept, before.length);
        assert.equal(back.added.length, there.removed.length);
        const same = datasetChanges(before, before);
        assert.deepEqual([same.added, same.removed, same.relabelled], [[], [], []]);
      }),
    );
  });
});
