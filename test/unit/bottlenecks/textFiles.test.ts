import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { findTextFiles, importedBackbone, importedId, moduleInFileName } from '../../../src/bottlenecks';
import type { ImageFile } from '../../../src/dataset';
import { temporaryFolder } from '../../support/temporaryFolder';

const image = (file: string): ImageFile => ({
  path: file,
  label: file.split('/')[0] ?? '',
  size: 1,
  mtimeNs: 0n,
});

describe('findTextFiles', () => {
  const folder = temporaryFolder();
  const put = (...files: string[]) => {
    for (const file of files) {
      const target = path.join(folder.path, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, '1');
    }
  };

  it('finds the files of each module, in the order of the images, and names those of no image', async () => {
    const module = 'https~tfhub.dev~google~imagenet~inception_v3~feature_vector~1';
    put(
      `b/2.png_${module}.txt`,
      `b/1_x.jpg_${module}.txt`,
      `猫/a.jpg_${module}.txt`,
      'b/2.png_mobilenet_1.0_224.txt',
      'b/gone.jpg_mobilenet_1.0_224.txt',
      'b/2.png.txt',
      'b/2.png_.txt',
      'b/notes.md',
      '.hidden/2.png_x.txt',
    );
    if (process.platform !== 'win32') symlinkSync(folder.path, path.join(folder.path, 'loop'));
    const images = ['b/1_x.jpg', 'b/2.png', 'b/without.jpg', '猫/a.jpg'].map(image);
    const { modules, unmatched } = await findTextFiles(folder.path, images);
    assert.deepEqual(
      [...modules].map(([name, files]) => [name, files.map((file) => file.image.path)]),
      [
        [module, ['b/1_x.jpg', 'b/2.png', '猫/a.jpg']],
        ['mobilenet_1.0_224', ['b/2.png']],
      ],
    );
    assert.deepEqual(unmatched, ['b/2.png.txt', 'b/2.png_.txt', 'b/gone.jpg_mobilenet_1.0_224.txt']);
  });

  it('takes the longer of two images that a name may belong to, and the other composition of a letter', async () => {
    put('c/a.jpg_b.jpg_m.txt', 'c/caf\u0065\u0301.jpg_m.txt');
    const images = ['c/a.jpg', 'c/a.jpg_b.jpg', 'c/caf\u00e9.jpg'].map(image);
    const { modules } = await findTextFiles(path.join(folder.path), images);
    assert.deepEqual(
      modules.get('m')?.map((file) => file.image.path),
      ['c/a.jpg_b.jpg', 'c/caf\u00e9.jpg'],
    );
  });
});

describe('the backbone id of a module', () => {
  it('is its name, readable, the same for the address and for what stands in file names', () => {
    const url = 'https://tfhub.dev/google/imagenet/inception_v3/feature_vector/1';
    assert.equal(moduleInFileName(url), 'https~tfhub.dev~google~imagenet~inception_v3~feature_vector~1');
    assert.equal(importedId(url), 'imported-https-tfhub.dev-google-imagenet-inception_v3-feature_vector-1');
    assert.equal(importedId(moduleInFileName(url)), importedId(url));
    assert.equal(importedId('mobilenet_1.0_224'), 'imported-mobilenet_1.0_224');
  });

  it('differs for modules that differ, and is plain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        assert.match(importedId(a), /^imported-[a-z0-9._-]*$/);
        if (moduleInFileName(a) !== moduleInFileName(b)) assert.notEqual(importedId(a), importedId(b));
      }),
    );
  });

  it('has another fingerprint for another number of values', () => {
    const two = importedBackbone('m', 2);
    assert.notEqual(two.fingerprint, importedBackbone('m', 3).fingerprint);
    assert.equal(two.fingerprint, importedBackbone('m', 2).fingerprint);
  });
});
