import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { datasetWarnings, scanDataset, type Dataset, type ScanOptions } from '../../../src/dataset';
import { sniff } from '../../../src/images';
import { temporaryFolder } from '../../support/temporaryFolder';

const jpegHead = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]);

/** Windows lends symbolic links to administrators only. */
const noLinks = process.platform === 'win32' ? 'symbolic links need rights on Windows' : undefined;
const notLinux = process.platform === 'linux' ? undefined : 'such names exist on Linux only';
const isRoot = process.getuid?.() === 0 ? 'root reads everything' : undefined;

/** A test that says in its title why it cannot run here. */
function itUnless(reason: string | undefined, title: string, test: () => Promise<void>): void {
  if (reason === undefined) it(title, test);
  else it.skip(`${title} (skipped: ${reason})`, test);
}

describe('scanDataset', () => {
  const folder = temporaryFolder();
  const scan = (options: Partial<ScanOptions> = {}) => scanDataset(folder.path, { sniff, ...options });
  const paths = (dataset: Dataset) => dataset.images.map((image) => image.path);
  const skipped = (dataset: Dataset) => dataset.skipped.map((file) => `${file.code} ${file.path}`);
  const fill = (...files: string[]) => {
    for (const file of files) folder.write(file);
  };
  const code = (expected: string) => (error: Error & { code?: string }) => {
    assert.equal(error.code, expected);
    return true;
  };

  it('makes each immediate subfolder with images at any depth a class, its name the label', async () => {
    fill('daisy/1.jpg', 'daisy/2020/may/2.PNG', 'rose/3.webp');
    const dataset = await scan();
    assert.deepEqual(dataset.classes, [
      { label: 'daisy', count: 2 },
      { label: 'rose', count: 1 },
    ]);
    assert.deepEqual(paths(dataset), ['daisy/1.jpg', 'daisy/2020/may/2.PNG', 'rose/3.webp']);
    assert.equal(dataset.given, false);
  });

  it('leaves labels untouched, also the ones that trip programs', async () => {
    const labels = ['C++', 'c#', '__proto__', 'constructor', 'a b', '猫', 'e\u0301', '<img src=x>'].filter(
      (label) => process.platform !== 'win32' || !/[<>]/.test(label),
    );
    for (const label of labels) fill(`${label}/1.jpg`);
    const dataset = await scan();
    assert.deepEqual(
      dataset.classes.map(({ label }) => label.normalize('NFC')),
      labels.sort().map((label) => label.normalize('NFC')),
    );
  });

  it('sorts by label, then path, by code units and never by locale', async () => {
    fill('b/é.jpg', 'b/z.jpg', 'b/Z.jpg', 'B/1.jpg', 'a/10.jpg', 'a/9.jpg', 'a/sub/0.jpg');
    const dataset = await scan();
    const sorted = [...paths(dataset)].sort();
    assert.deepEqual(paths(dataset), sorted);
    assert.deepEqual(
      dataset.classes.map(({ label }) => label),
      [...new Set(sorted.map((p) => p.split('/')[0]))],
    );
  });

  it('tells the size and the time of each image', async () => {
    fill('a/1.jpg', 'b/1.jpg');
    const file = folder.write('a/1.jpg', 'twelve bytes');
    const [image] = (await scan()).images;
    assert.equal(image?.size, 12);
    assert.equal(image?.mtimeNs, statSync(file, { bigint: true }).mtimeNs);
  });

  it('takes the extensions of the supported formats in any case', async () => {
    const names = ['jpg', 'JPEG', 'jfif', 'png', 'webp', 'GIF', 'bmp', 'tif', 'tiff', 'avif'].map(
      (e, i) => `a/${i}.${e}`,
    );
    fill(...names, 'b/1.jpg');
    assert.deepEqual(paths(await scan()), [...names.sort(), 'b/1.jpg']);
  });

  it('lists images that no decoder here reads, and passes over what is no image', async () => {
    fill('a/1.jpg', 'b/1.jpg', 'a/1.HEIC', 'a/2.svg', 'a/3.cr2', 'a/notes.txt', 'a/t.csv', 'a/.hidden.jpg');
    fill(
      'a/Thumbs.db',
      'a/desktop.ini',
      'a/.DS_Store',
      'a/.git/2.jpg',
      'a/node_modules/3.jpg',
      '.cache/4.jpg',
    );
    const dataset = await scan();
    assert.deepEqual(paths(dataset), ['a/1.jpg', 'b/1.jpg']);
    assert.deepEqual(skipped(dataset), [
      'FORMAT_UNSUPPORTED a/1.HEIC',
      'FORMAT_UNSUPPORTED a/2.svg',
      'FORMAT_UNSUPPORTED a/3.cr2',
    ]);
    assert.match(dataset.skipped[0]?.message ?? '', /a\/1\.HEIC: HEIC is not supported/);
  });

  it('looks into files without an extension, and only into those', async () => {
    fill('b/1.jpg', 'a/text-named.jpg', 'a/LICENSE');
    folder.write('a/photo', jpegHead);
    folder.write('a/drawing', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    folder.write('a/photo.dat', jpegHead);
    const dataset = await scan();
    assert.deepEqual(paths(dataset), ['a/photo', 'a/text-named.jpg', 'b/1.jpg']);
    assert.deepEqual(skipped(dataset), ['FORMAT_UNSUPPORTED a/drawing']);
  });

  it('lists an empty file by name', async () => {
    fill('a/1.jpg', 'b/1.jpg');
    folder.write('a/2.jpg', '');
    assert.deepEqual(skipped(await scan()), ['FILE_EMPTY a/2.jpg']);
  });

  it('lists images that lie in no class folder', async () => {
    fill('a/1.jpg', 'b/1.jpg', 'loose.jpg');
    assert.deepEqual(skipped(await scan()), ['NOT_IN_CLASS loose.jpg']);
  });

  it('warns of class folders without images and of small classes', async () => {
    for (let i = 0; i < 20; i++) fill(`large/${i}.jpg`);
    fill('small/1.jpg', 'empty/notes.txt');
    const dataset = await scan();
    assert.deepEqual(
      datasetWarnings(dataset).map(({ code: warning, params }) => [
        warning,
        params['path'] ?? params['label'],
      ]),
      [
        ['EMPTY_CLASS', 'empty'],
        ['SMALL_CLASS', 'small'],
      ],
    );
  });

  it('refuses a folder that is not there, is a file, holds no class, or one', async () => {
    await assert.rejects(scanDataset(path.join(folder.path, 'none'), { sniff }), code('FOLDER_NOT_FOUND'));
    fill('a/notes.txt', 'loose.jpg');
    await assert.rejects(
      scanDataset(path.join(folder.path, 'loose.jpg'), { sniff }),
      code('FOLDER_NOT_FOUND'),
    );
    await assert.rejects(scan(), code('NO_CLASSES'));
    fill('a/1.jpg');
    await assert.rejects(scan(), (error: Error) => /Only one class, “a”, in/.test(error.message));
    assert.equal((await scan({ leastClasses: 1 })).classes.length, 1);
  });

  it('stops when it is cancelled, and tells how many files it has seen', async () => {
    for (let i = 0; i < 300; i++) fill(`${i % 2}/${i}.jpg`);
    const seen: number[] = [];
    await scan({ report: (files) => seen.push(files) });
    assert.deepEqual(seen, [256, 300]);
    await assert.rejects(scan({ signal: AbortSignal.abort() }), { name: 'AbortError' });
  });

  describe('with train, validation and test folders', () => {
    it('takes the split that they give', async () => {
      fill('Train/a/1.jpg', 'Train/b/sub/2.jpg', 'valid/a/3.jpg', 'testing/a/4.jpg', 'testing/b/5.jpg');
      const dataset = await scan();
      assert.equal(dataset.given, true);
      assert.deepEqual(
        dataset.images.map(({ label, side, path: file }) => [label, side, file]),
        [
          ['a', 'training', 'Train/a/1.jpg'],
          ['a', 'testing', 'testing/a/4.jpg'],
          ['a', 'validation', 'valid/a/3.jpg'],
          ['b', 'training', 'Train/b/sub/2.jpg'],
          ['b', 'testing', 'testing/b/5.jpg'],
        ],
      );
    });

    it('says what it leaves out: loose photos and other folders', async () => {
      fill(
        'train/a/1.jpg',
        'train/b/2.jpg',
        'test/a/3.jpg',
        'test/loose.jpg',
        'extra/4.jpg',
        'docs/readme.txt',
      );
      const dataset = await scan();
      assert.deepEqual(skipped(dataset), ['NOT_IN_CLASS test/loose.jpg']);
      assert.deepEqual(dataset.leftOut, ['extra']);
      assert.equal(datasetWarnings(dataset)[0]?.code, 'FOLDER_LEFT_OUT');
    });

    it('takes such folders for classes where they hold no classes, or there is no other side', async () => {
      fill('train/1.jpg', 'test/2.jpg');
      assert.deepEqual(
        (await scan()).classes.map(({ label }) => label),
        ['test', 'train'],
      );
      fill('train/a/1.jpg', 'plane/1.jpg');
      const dataset = await scan();
      assert.equal(dataset.given, false);
      assert.deepEqual(
        dataset.classes.map(({ label }) => label),
        ['plane', 'test', 'train'],
      );
    });
  });

  describe('among the oddities of file systems', () => {
    beforeEach(() => fill('a/1.jpg', 'b/1.jpg'));

    itUnless(noLinks, 'follows links inside the dataset and refuses those that lead out', async () => {
      symlinkSync(path.join(folder.path, 'b/1.jpg'), path.join(folder.path, 'a/inside.jpg'));
      symlinkSync(import.meta.filename, path.join(folder.path, 'a/outside.jpg'));
      symlinkSync(path.dirname(folder.path), path.join(folder.path, 'a/up'));
      symlinkSync(path.dirname(import.meta.dirname), path.join(folder.path, 'linked-class'));
      const dataset = await scan();
      assert.deepEqual(paths(dataset), ['a/1.jpg', 'a/inside.jpg', 'b/1.jpg']);
      assert.deepEqual(
        skipped(dataset),
        ['a/outside.jpg', 'a/up', 'linked-class'].map((file) => `LINK_OUTSIDE ${file}`),
      );
    });

    itUnless(noLinks, 'lists dangling links and links to themselves', async () => {
      symlinkSync('/nonexistent', path.join(folder.path, 'a/broken.jpg'));
      symlinkSync('self.jpg', path.join(folder.path, 'a/self.jpg'));
      assert.deepEqual(skipped(await scan()), ['LINK_BROKEN a/broken.jpg', 'LINK_BROKEN a/self.jpg']);
    });

    itUnless(noLinks, 'ends on loops, counting each image once', async () => {
      symlinkSync('.', path.join(folder.path, 'a/loop'));
      symlinkSync('..', path.join(folder.path, 'a/root'));
      symlinkSync('.', path.join(folder.path, 'loop'));
      // a/x and a/y link to each other.
      fill('a/x/2.jpg', 'a/y/3.jpg');
      symlinkSync('../y', path.join(folder.path, 'a/x/other'));
      symlinkSync('../x', path.join(folder.path, 'a/y/other'));
      const dataset = await scan();
      assert.deepEqual(paths(dataset), ['a/1.jpg', 'a/x/2.jpg', 'a/y/3.jpg', 'b/1.jpg']);
      assert.deepEqual(dataset.skipped, []);
    });

    itUnless(noLinks, 'walks a folder that several links lead to once, under the first of them', async () => {
      fill('.store/deep/2.jpg');
      symlinkSync('../.store', path.join(folder.path, 'a/second'));
      symlinkSync('../.store/deep', path.join(folder.path, 'a/first'));
      assert.deepEqual(paths(await scan()), ['a/1.jpg', 'a/first/2.jpg', 'b/1.jpg']);
    });

    itUnless(noLinks, 'never waits for a FIFO', async () => {
      execFileSync('mkfifo', [path.join(folder.path, 'a/fifo.jpg'), path.join(folder.path, 'a/fifo')]);
      assert.deepEqual(skipped(await scan()), ['NOT_A_FILE a/fifo.jpg']);
    });

    it('walks a folder that is named like an image', async () => {
      fill('a/dir.jpg/2.jpg');
      assert.deepEqual(paths(await scan()), ['a/1.jpg', 'a/dir.jpg/2.jpg', 'b/1.jpg']);
    });

    itUnless(notLinux, 'reads names with line ends and lists those that are no text', async () => {
      fill('a/new\nline.jpg');
      const photo = Buffer.concat([
        Buffer.from(`${folder.path}/a/latin1-`),
        Buffer.from([0xe9]),
        Buffer.from('.jpg'),
      ]);
      writeFileSync(photo, 'x');
      mkdirSync(Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xe9])]));
      const dataset = await scan();
      assert.deepEqual(paths(dataset), ['a/1.jpg', 'a/new\nline.jpg', 'b/1.jpg']);
      assert.deepEqual(
        dataset.skipped.map((file) => [file.code, file.path]),
        [
          ['NAME_NOT_UNICODE', 'a/latin1-\ufffd.jpg'],
          ['NAME_NOT_UNICODE', '\ufffd'],
        ],
      );
    });

    itUnless(isRoot ?? noLinks, 'lists a folder that may not be read', async () => {
      fill('a/closed/2.jpg');
      chmodSync(path.join(folder.path, 'a/closed'), 0);
      assert.deepEqual(skipped(await scan()), ['FOLDER_UNREADABLE a/closed']);
      chmodSync(path.join(folder.path, 'a/closed'), 0o755);
    });

    itUnless(noLinks, 'scans through a link to the dataset', async () => {
      renameSync(path.join(folder.path, 'a'), path.join(folder.path, 'c'));
      const link = path.join(folder.path, '.link');
      symlinkSync('.', link);
      assert.deepEqual(paths(await scanDataset(link, { sniff })), ['b/1.jpg', 'c/1.jpg']);
    });
  });
});
