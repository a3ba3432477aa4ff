import assert from 'node:assert/strict';
import fc from 'fast-check';
import { familiarity, novelty } from '../../../src/evaluation';
import { plainProduct, unitRows } from '../../../src/training';

describe('familiarity', () => {
  it('measures each training image to class means that were taken without it', async () => {
    const [dimension, classes] = [3, 3];
    const images = fc.array(
      fc.record({
        label: fc.integer({ min: 0, max: classes - 1 }),
        values: fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 3, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const meansOf = (rows: readonly { label: number; values: number[] }[]): Float64Array => {
      const sums = new Float32Array(classes * dimension);
      for (const { label, values } of rows)
        values.forEach((value, i) => {
          sums[label * dimension + i] = (sums[label * dimension + i] ?? 0) + value;
        });
      return unitRows(sums, dimension);
    };
    await fc.assert(
      fc.asyncProperty(images, async (rows) => {
        const values = Float32Array.from(rows.flatMap((row) => row.values));
        const labels = Int32Array.from(rows, ({ label }) => label);
        const found = await familiarity({ values, labels }, dimension, classes, plainProduct);
        assert.deepEqual(
          found.directions,
          meansOf(rows.map((row) => ({ ...row, values: row.values.map(Math.fround) }))),
        );
        const known = rows.filter(({ label }) => rows.filter((row) => row.label === label).length > 1);
        assert.equal(found.novelties.length, known.length);
        known.forEach((row, i) => {
          const others = rows.filter((other) => other !== row);
          // A mean that nearly vanishes has no direction to speak of.
          const sums = others.filter(({ label }) => label === row.label).map((other) => other.values);
          const length = Math.hypot(
            ...[0, 1, 2].map((k) => sums.reduce((sum, each) => sum + (each[k] ?? 0), 0)),
          );
          if (length < 0.1 || Math.hypot(...row.values) < 0.1) return;
          const expected = novelty(Float32Array.from(row.values), meansOf(others), dimension)[0] ?? NaN;
          assert.ok(
            Math.abs((found.novelties[i] ?? NaN) - expected) < 1e-3,
            `${found.novelties[i]} ${expected}`,
          );
        });
      }),
    );
  });

  it('has no novelty of an image that is alone in its class', async () => {
    const training = { values: Float32Array.of(1, 0, 0, 1), labels: Int32Array.of(0, 1) };
    const { novelties, directions } = await familiarity(training, 2, 3, plainProduct);
    assert.equal(novelties.length, 0);
    assert.deepEqual([...directions], [1, 0, 0, 1, 0, 0]);
  });
});
