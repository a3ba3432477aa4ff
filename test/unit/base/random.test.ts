import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base';

describe('seededRandom', () => {
  /** By a second implementation (Python, unlimited integers): state (seed mod 2^32, seed div 2^32, 0x9e3779b9, 1). */
  const golden: readonly (readonly [seed: number, numbers: readonly number[]])[] = [
    [0, [0x5515bf5a, 0x760ecfff, 0x1b36c8e1, 0xc4b53e58]],
    [1, [0x22284310, 0xc2cd1a3e, 0x29e81d7b, 0x8995da7f]],
    [42, [0x6e3dec97, 0xfbbcc5a0, 0x07168fc7, 0xe817f5d9]],
    [2 ** 32 - 1, [0x1e2d7d9c, 0x72d93ae1, 0xe65df949, 0x8e99a4f2]],
    [2 ** 40 + 7, [0x11069ae1, 0xa69e6119, 0xc1a85061, 0x0efd2ed5]],
  ];

  it('gives the numbers of sfc32, for ever the same', () => {
    for (const [seed, numbers] of golden) {
      const random = seededRandom(seed);
      assert.deepEqual(
        numbers.map(() => random()),
        numbers.map((number) => number / 2 ** 32),
        `seed ${seed}`,
      );
    }
  });

  it('fills [0, 1) evenly', () => {
    const random = seededRandom(7);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) {
      const bin = Math.floor(random() * 16);
      counts[bin] = (counts[bin] ?? NaN) + 1;
    }
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 150, counts.join(' '));
  });
});
