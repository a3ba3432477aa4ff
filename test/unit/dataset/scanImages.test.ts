import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { scanImages } from '../../../src/dataset';
import { sniff } from '../../../src/images';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('scanImages', () => {
  const folder = temporaryFolder();

  it('answers files as they were given, and folders with all images below them', async () => {
    for (const file of ['b/2.jpg', 'b/deep/er/1.png', 'b/.hidden/3.jpg', 'b/notes.txt']) folder.write(file);
    const single = folder.write('one.dat');
    const found = await scanImages([single, `${folder.path}/b/`], { sniff });
    assert.deepEqual(
      found.images.map((image) => image.path),
      [single, `${folder.path}/b/2.jpg`, `${folder.path}/b/deep/er/1.png`],
    );
    for (const { path: file, size } of found.images) assert.equal(size, statSync(file).size);
    assert.deepEqual(found.skipped, []);
  });

  it('names what it skips as it was given', async () => {
    folder.write('b/1.heic');
    folder.write('b/2.jpg', '');
    const missing = path.join(folder.path, 'missing.jpg');
    const found = await scanImages([missing, `${folder.path}/b`], { sniff });
    assert.deepEqual(found.images, []);
    assert.deepEqual(
      found.skipped.map(({ code, path: file, params }) => [code, file, params['path']]),
      [
        ['FILE_MISSING', missing, missing],
        ['FORMAT_UNSUPPORTED', `${folder.path}/b/1.heic`, `${folder.path}/b/1.heic`],
        ['FILE_EMPTY', `${folder.path}/b/2.jpg`, `${folder.path}/b/2.jpg`],
      ],
    );
  });
});
