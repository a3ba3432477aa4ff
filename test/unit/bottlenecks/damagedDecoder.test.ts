import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { computeBottlenecks } from '../../../src/bottlenecks';
import { ReaderPool } from '../../../src/images';
import { sourceOf } from '../../support/bottleneckCache';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('computing bottleneck values with a decoder that cannot be used', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  const decoder = readFileSync('media/decoder/decoder.wasm');
  const photos = ['102501987_3cdb8e5394_n.jpg', '110472418_87b6a3aa98_m.jpg'];

  /** Computes the values of two good photos with a copy of the bundle and what `install` puts beside it. */
  async function compute(install: (file: string) => void): Promise<number> {
    const worker = folder.write('extension/dist/imageWorker.js', readFileSync('dist/imageWorker.js'));
    install('extension/media/decoder/decoder.wasm');
    const root = path.join(folder.path, 'photos');
    for (const [i, name] of photos.entries()) {
      const file = folder.write(`photos/${['a', 'b'][i]}/1.jpg`);
      copyFileSync(path.join('media/samples/flowers/roses', name), file);
    }
    const reader = new ReaderPool(worker, 2);
    try {
      return (await computeBottlenecks(await sourceOf(root, { reader }))).computed;
    } finally {
      await reader.close();
    }
  }

  it('works where it is whole', async () => {
    assert.equal(await compute((file) => folder.write(file, decoder)), 2);
  });

  for (const [name, content, reason] of [
    ['missing', undefined, /missing/],
    ['empty', Buffer.alloc(0), /BufferSource argument is empty/],
    ['cut short', decoder.subarray(0, 100_000), /WebAssembly/],
    ['something else', Buffer.from('<!DOCTYPE html>'), /magic/],
  ] as const)
    it(`says once that it has to be installed again, and skips no photo: ${name}`, async () => {
      const install = (file: string) => content !== undefined && folder.write(file, content);
      await assert.rejects(compute(install), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'DECODER_DAMAGED', error.message);
        assert.match(error.message, /decoder\.wasm is damaged .*install the extension again\.$/);
        assert.match(error.message, reason);
        return true;
      });
    });
});
