import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resize } from '../../../src/images/decoderModule';
import type { Picture } from '../../../src/images/picture';

const side = fc.integer({ min: 1, max: 24 });
const picture = fc
  .tuple(side, side)
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((data): Picture => ({ width, height, data })),
  );

/** One value of the result straight from the filter's definition, in two dimensions at once. */
function definition(
  { width, height, data }: Picture,
  to: { width: number; height: number },
  x: number,
  y: number,
  k: number,
): number {
  const scaleX = width / to.width;
  const scaleY = height / to.height;
  const triangle = (distance: number, scale: number) =>
    Math.max(0, 1 - Math.abs(distance) / Math.max(1, scale));
  let sum = 0;
  let weights = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const weight =
        triangle(column + 0.5 - (x + 0.5) * scaleX, scaleX) *
        triangle(row + 0.5 - (y + 0.5) * scaleY, scaleY);
      sum += weight * (data[(row * width + column) * 3 + k] ?? 0);
      weights += weight;
    }
  }
  return sum / weights;
}

describe('resize', () => {
  it('is the antialiased triangle filter with half-pixel centres', () => {
    fc.assert(
      fc.property(picture, side, side, (source, width, height) => {
        const out = resize(source, { width, height });
        assert.equal(out.length, width * height * 3);
        for (let i = 0; i < out.length; i += 7) {
          const [x, y, k] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
          const exact = definition(source, { width, height }, x, y, k);
          assert.ok(Math.abs((out[i] ?? 0) - exact) <= 0.51, `${out[i]} instead of ${exact}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a picture of the right size as it is', () => {
    const data = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
    assert.deepEqual(resize({ width: 2, height: 2, data }, { width: 2, height: 2 }), data);
  });

  it('keeps a plain colour, however it is stretched', () => {
    fc.assert(
      fc.property(side, side, side, side, (width, height, toWidth, toHeight) => {
        const data = new Uint8Array(width * height * 3).fill(201);
        assert.ok(
          resize({ width, height, data }, { width: toWidth, height: toHeight }).every(
            (value) => value === 201,
          ),
        );
      }),
    );
  });

  it('needs no more memory than the picture for strips, lying or standing', () => {
    const data = new Uint8Array(1_000_000 * 3).fill(9);
    for (const [width, height] of [
      [1_000_000, 1],
      [1, 1_000_000],
    ] as const)
      assert.ok(resize({ width, height, data }, { width: 260, height: 260 }).every((value) => value === 9));
  });
});
