import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isInShard } from '../../../src/dataset';

describe('shards', () => {
  const shardOf = (path: string, count: number): number[] =>
    Array.from({ length: count }, (_, index) => index).filter((index) => isInShard(path, { index, count }));

  it('share a dataset out: every path is in one of them, by its name alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (path, count) => {
        const [shard, ...others] = shardOf(path, count);
        assert.ok(shard !== undefined);
        assert.deepEqual(others, []);
        for (const form of ['NFC', 'NFD'] as const)
          assert.deepEqual(shardOf(path.normalize(form), count), [shard]);
      }),
    );
  });

  it('are of about the same size', () => {
    const sizes = new Array<number>(8).fill(0);
    for (let i = 0; i < 8000; i++) {
      const [shard = 0] = shardOf(`class ${i % 7}/photo ${i}.jpg`, 8);
      sizes[shard] = (sizes[shard] ?? 0) + 1;
    }
    // binomial: a deviation of 30, of which five
    for (const size of sizes) assert.ok(Math.abs(size - 1000) < 150, sizes.join());
  });

  it('are the same for ever: a shard that is run again is that shard', () => {
    const shards = ['roses/1.jpg', 'roses/é.jpg', '数据/a b.png'].map((path) => shardOf(path, 1000));
    assert.deepEqual(shards, [[759], [379], [287]]);
  });
});
