import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import path from 'node:path';
import { isAbort } from '../../../src/base';
import { statImages } from '../../../src/dataset/statImages';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('statImages', () => {
  const folder = temporaryFolder();
  const fill = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => {
      const name = `${i % 3}/${i}.jpg`;
      folder.write(name, i === 7 ? '' : 'x'.repeat(i + 1));
      return name;
    });

  it('finds the same on a fast drive, one after the other, and on a slow one, many at once', async () => {
    const images = [...fill(600), 'gone.jpg'];
    utimesSync(path.join(folder.path, '0/0.jpg'), 1, 1.5);
    const sorted = async (slow: number) => {
      const seen: number[] = [];
      const { images: found, skipped } = await statImages(folder.path, images, {
        slow,
        report: (count) => seen.push(count),
      });
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
      );
      assert.equal(seen.at(-1), 601);
      return {
        found: found.sort((a, b) => a.size - b.size),
        skipped: skipped.map((file) => [file.path, file.code]).sort(),
      };
    };
    const fast = await sorted(Infinity);
    assert.equal(fast.found.length, 599);
    assert.deepEqual(fast.found[0], { path: '0/0.jpg', size: 1, mtimeNs: 1_500_000_000n });
    assert.deepEqual(fast.skipped, [
      ['1/7.jpg', 'FILE_EMPTY'],
      ['gone.jpg', 'FILE_MISSING'],
    ]);
    assert.deepEqual(await sorted(0), fast);
  });

  it('can be cancelled under way, on either', async () => {
    const images = fill(600);
    for (const slow of [Infinity, 0]) {
      const controller = new AbortController();
      const report = () => controller.abort();
      await assert.rejects(
        statImages(folder.path, images, { signal: controller.signal, report, slow }),
        isAbort,
      );
    }
  });
});
