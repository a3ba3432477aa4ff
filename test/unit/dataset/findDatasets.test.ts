import assert from 'node:assert/strict';
import path from 'node:path';
import { findDatasets } from '../../../src/dataset';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('findDatasets', () => {
  const folder = temporaryFolder();
  const find = async (isExcluded: (relative: string) => boolean = () => false) =>
    (await findDatasets(folder.path, isExcluded)).map((found) =>
      path.relative(folder.path, found).replaceAll(path.sep, '/'),
    );
  const fill = (...files: string[]) => {
    for (const file of files) folder.write(file);
  };

  it('finds a folder with two or more subfolders of images, not its parent', async () => {
    fill('photos/flowers/daisy/1.jpg', 'photos/flowers/rose/1.jpg', 'src/main.ts');
    assert.deepEqual(await find(), ['photos/flowers']);
  });

  it('finds the workspace itself', async () => {
    fill('daisy/1.jpg', 'rose/1.jpg', 'notes/readme.txt');
    assert.deepEqual(await find(), ['']);
  });

  it('finds nothing where only one folder holds images', async () => {
    fill('media/1.png', 'src/main.ts', 'loose.jpg');
    assert.deepEqual(await find(), []);
  });

  it('finds every dataset, in order', async () => {
    fill('z/a/1.jpg', 'z/b/1.jpg', 'x/y/a/1.jpg', 'x/y/b/1.jpg');
    assert.deepEqual(await find(), ['x/y', 'z']);
  });

  it('prefers a dataset deeper down to folders of pictures beside it', async () => {
    fill('media/1.png', 'docs/1.png', 'data/flowers/daisy/1.jpg', 'data/flowers/rose/1.jpg');
    assert.deepEqual(await find(), ['data/flowers']);
  });

  it('takes no class for a dataset because its photos lie in folders', async () => {
    fill('flowers/daisy/0.jpg', 'flowers/daisy/may/1.jpg', 'flowers/daisy/june/1.jpg', 'flowers/rose/1.jpg');
    assert.deepEqual(await find(), ['flowers']);
  });

  it('finds classes whose images lie deeper', async () => {
    fill('flowers/daisy/may/1.jpg', 'flowers/rose/may/1.jpg');
    assert.deepEqual(await find(), ['flowers']);
  });

  it('finds train, validation and test folders of classes as one dataset', async () => {
    fill('set/train/a/1.jpg', 'set/train/b/1.jpg', 'set/test/a/1.jpg', 'set/test/b/1.jpg');
    assert.deepEqual(await find(), ['set']);
  });

  it('never looks into hidden folders, node_modules and what is excluded', async () => {
    for (const root of ['.cache', 'node_modules/icons', 'out']) fill(`${root}/a/1.jpg`, `${root}/b/1.jpg`);
    assert.deepEqual(await find((relative) => relative === 'out'), []);
    assert.deepEqual(await find(), ['out']);
  });

  it('stops when it is cancelled', async () => {
    await assert.rejects(
      findDatasets(folder.path, () => false, AbortSignal.abort()),
      { name: 'AbortError' },
    );
  });

  it('finds nothing where there is no folder', async () => {
    assert.deepEqual(await findDatasets(path.join(folder.path, 'none'), () => false), []);
  });
});
