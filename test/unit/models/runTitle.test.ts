import assert from 'node:assert/strict';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { RetrainError } from '../../../src/base';
import {
  readRun,
  readRunImages,
  readRunTitle,
  saveRun,
  summariseRuns,
  writeRunTitle,
} from '../../../src/models';
import { writeImages } from '../../../src/models/imagesFile';
import { runWith, sha256 } from '../../support/runRecords';
import { temporaryFolder } from '../../support/temporaryFolder';

const codeOf = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action;
  } catch (error) {
    assert.ok(error instanceof RetrainError, String(error));
    return error.code;
  }
  return 'nothing was thrown';
};

describe('the title of a run', () => {
  const folder = temporaryFolder();
  const at = (day: number) => runWith(['a', 'b'], { created: `2026-11-0${day}T12:00:00.000Z` });

  it('is none at first, is kept, and may be taken away again', async () => {
    const run = await saveRun(folder.path, at(4));
    assert.deepEqual(await readRunTitle(run), { title: null, pinned: false });
    const title = '<b>best</b> "so far" \u{1F337}';
    assert.deepEqual(await writeRunTitle(run, { title: ` ${title} `, pinned: true }), {
      title,
      pinned: true,
    });
    assert.deepEqual(await readRunTitle(run), { title, pinned: true });
    assert.equal((await readRun(run)).name, path.basename(run));
    await writeRunTitle(run, { title: '  ', pinned: false });
    assert.deepEqual(await readRunTitle(run), { title: null, pinned: false });
    const long = await writeRunTitle(run, { title: '\u{1F337}'.repeat(300), pinned: false });
    assert.equal([...(long.title ?? '')].length, 100);
    assert.deepEqual(await readRunTitle(run), long);
  });

  it('is none where its file is damaged, whatever stands there', async () => {
    const run = await saveRun(folder.path, at(4));
    const file = path.join(run, 'title.json');
    for (const text of [
      '',
      '[]',
      '{',
      '{"format":2,"title":"a","pinned":true}',
      '{"format":1,"title":7,"pinned":true}',
    ]) {
      await writeFile(file, text);
      assert.deepEqual(await readRunTitle(run), { title: null, pinned: false });
    }
  });

  it('is not written where there is no run, nor through a link', async () => {
    assert.equal(await codeOf(writeRunTitle(folder.path, { title: 'a', pinned: false })), 'NOT_A_RUN');
    if (process.platform === 'win32') return;
    const run = await saveRun(folder.path, at(4));
    const link = path.join(path.dirname(run), 'link');
    await symlink(run, link);
    assert.equal(await codeOf(writeRunTitle(link, { title: 'a', pinned: false })), 'PATH_OUTSIDE');
  });

  it('says which runs can be gone on with: those that neither converged nor were made before this was kept', async () => {
    const { training } = runWith(['a', 'b']);
    assert.ok(training.kind === 'iterative');
    for (const ended of ['stopped', 'limit', 'patience', 'converged'] as const)
      await saveRun(folder.path, runWith(['a', 'b'], { training: { ...training, ended } }), []);
    await saveRun(folder.path, runWith(['a', 'b']), []);
    const { runs } = await summariseRuns(folder.path);
    assert.deepEqual(runs.map(({ continuable }) => continuable).sort(), [false, false, true, true, true]);
  });

  it('orders the list: pinned ones first, then the newest; damaged ones are named', async () => {
    const [old, middle, newest] = [
      await saveRun(folder.path, at(4)),
      await saveRun(folder.path, at(5)),
      await saveRun(folder.path, at(6)),
    ];
    const broken = await saveRun(folder.path, at(7));
    await rm(path.join(broken, 'metrics.json'));
    await writeRunTitle(old, { title: 'first of all', pinned: true });
    const { runs, damaged } = await summariseRuns(folder.path);
    assert.deepEqual(
      runs.map((run) => [run.folder, run.title, run.pinned, run.accuracy, run.images]),
      [
        [old, 'first of all', true, 0.5, 6],
        [newest, null, false, 0.5, 6],
        [middle, null, false, 0.5, 6],
      ],
    );
    assert.deepEqual(
      damaged.map((item) => [item.folder, item.error.code]),
      [[broken, 'RUN_DAMAGED']],
    );
  });
});

describe('images.csv', () => {
  const folder = temporaryFolder();

  it('comes back as it was saved, whatever names it holds', async () => {
    const image = fc.record(
      {
        sha256: fc.string().map(sha256),
        label: fc.string({ unit: 'grapheme' }),
        path: fc.string({ unit: 'grapheme' }),
      },
      { noNullPrototype: true },
    );
    const run = await saveRun(folder.path, runWith(['a', 'b']), []);
    assert.deepEqual(await readRunImages(run), []);
    await fc.assert(
      fc.asyncProperty(fc.array(image, { maxLength: 8 }), async (images) => {
        await writeFile(path.join(run, 'images.csv'), writeImages(images));
        assert.deepEqual(await readRunImages(run), images);
      }),
      { numRuns: 50 },
    );
  });

  it('may be missing, and is refused where it is damaged', async () => {
    const old = await saveRun(folder.path, runWith(['a', 'b']));
    assert.equal(await readRunImages(old), null);
    const images = [{ sha256: sha256('1'), label: 'a', path: 'a/1.jpg' }];
    const run = await saveRun(folder.path, runWith(['a', 'b']), images);
    const file = path.join(run, 'images.csv');
    const text = await readFile(file, 'utf8');
    for (const wrong of [
      '',
      text.slice(0, -1),
      text.replace('sha256', 'sha1'),
      `${text}a,b\r\n`,
      `${text}a,b,c\r\n`,
      `${text}"`,
    ]) {
      await writeFile(file, wrong);
      assert.equal(await codeOf(readRunImages(run)), 'RUN_DAMAGED', wrong);
    }
  });
});
