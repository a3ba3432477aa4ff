import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createIn } from '../../../src/bottlenecks/layout';
import { inFolder } from '../../support/bottleneckCache';

describe('creating something in a cache', () => {
  const cacheOf = (folder: string) => {
    const root = path.join(folder, '.bottlenecks');
    return { root, below: path.join(root, 'v1/tiny/roses') };
  };

  it('makes the cache again where it is deleted in between', () =>
    inFolder(async (folder) => {
      const { root, below } = cacheOf(folder);
      let tries = 0;
      await createIn(root, below, async () => {
        if (++tries === 1) await rm(root, { recursive: true });
        await writeFile(path.join(below, 'part'), 'here');
      });
      assert.equal(tries, 2);
      assert.equal(await readFile(path.join(below, 'part'), 'utf8'), 'here');
    }));

  it('gives up where it is deleted each time, and does not try again what fails otherwise', () =>
    inFolder(async (folder) => {
      const { root, below } = cacheOf(folder);
      let tries = 0;
      const deleting = createIn(root, below, async () => {
        tries++;
        await rm(root, { recursive: true });
        await writeFile(path.join(below, 'part'), 'here');
      });
      await assert.rejects(deleting, { code: 'ENOENT' });
      assert.equal(tries, 3);
      const refused = createIn(root, below, () => {
        tries++;
        return Promise.reject(new Error('no'));
      });
      await assert.rejects(refused, { message: 'no' });
      assert.equal(tries, 4);
    }));
});
