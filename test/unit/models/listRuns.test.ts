import assert from 'node:assert/strict';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { findRefit, findRunFor, listRuns, saveRun } from '../../../src/models';
import { runWith } from '../../support/runRecords';
import { temporaryFolder } from '../../support/temporaryFolder';

const at = (created: string) => runWith(['a', 'b'], { created });

describe('listRuns', () => {
  const folder = temporaryFolder();

  it('lists the newest first, also after a rename and beyond nine a day', async () => {
    const old = await saveRun(folder.path, at('2026-11-04T12:00:00.000Z'));
    const sameTime: string[] = [];
    for (let i = 0; i < 11; i++) sameTime.push(await saveRun(folder.path, at('2026-11-05T12:00:00.000Z')));
    const newest = path.join(path.dirname(old), 'best');
    await rename(await saveRun(folder.path, at('2026-11-06T12:00:00.000Z')), newest);
    assert.deepEqual(await listRuns(folder.path), {
      runs: [newest, ...sameTime.toReversed(), old],
      damaged: [],
    });
  });

  it('lists a run that stands in for another behind all others, and finds it for that one alone', async () => {
    const created = '2026-11-04T12:00:00.000Z';
    const run = at(created);
    const original = await saveRun(folder.path, run);
    const refitOf = { run: path.basename(original), created, backbone: 'tiny', accuracy: null };
    const refit = await saveRun(folder.path, { ...at('2026-11-05T12:00:00.000Z'), refitOf });
    assert.deepEqual((await listRuns(folder.path)).runs, [original, refit]);
    const { fingerprint } = run.backbone;
    assert.equal(await findRefit(run, fingerprint, folder.path, folder.path), refit);
    assert.equal(
      await findRefit({ ...run, created: '2026-11-04T12:00:01.000Z' }, fingerprint, folder.path),
      undefined,
    );
    const other = { ...run, backbone: { ...run.backbone, id: 'other' } };
    assert.equal(await findRefit(other, fingerprint, folder.path), undefined);
    assert.equal(await findRefit(run, '0'.repeat(64), folder.path), undefined);
  });

  it('sets damaged runs apart and goes on', async () => {
    const good = await saveRun(folder.path, at('2026-11-04T12:00:00Z'));
    const torn = folder.write('runs/2026-11-05-1/run.json', '{');
    await mkdir(path.join(folder.path, 'runs', '2026-11-06-1'));
    const { runs, damaged } = await listRuns(folder.path);
    assert.deepEqual(runs, [good]);
    assert.deepEqual(
      damaged.map(({ folder, error }) => [path.basename(folder), error.code, error.params['reason']]),
      [
        ['2026-11-05-1', 'RUN_DAMAGED', 'it is not JSON'],
        ['2026-11-06-1', 'RUN_DAMAGED', 'it is missing'],
      ],
    );
    assert.equal(damaged[0]?.error.params['path'], torn);
  });

  it('passes over what is no run: files, and a save that was cut off', async () => {
    folder.write('runs/notes.txt');
    folder.write('runs/.0123456789ab.tmp/run.json', '{');
    assert.deepEqual(await listRuns(folder.path), { runs: [], damaged: [] });
  });

  it('finds none where there is no folder', async () => {
    assert.deepEqual(await listRuns(path.join(folder.path, 'none')), { runs: [], damaged: [] });
  });
});

describe('findRunFor', () => {
  const folder = temporaryFolder();
  const found = async (...asked: Parameters<typeof findRunFor>) => (await findRunFor(...asked))?.run;
  const inFolder = (...names: string[]): string => path.join(folder.path, ...names);

  it('finds the newest run of the nearest dataset at or above the image', async () => {
    await saveRun(inFolder('all', '.retrain'), at('2026-11-09T12:00:00Z'));
    await saveRun(inFolder('all', 'flowers', '.retrain'), at('2026-11-04T12:00:00Z'));
    const nearest = await saveRun(inFolder('all', 'flowers', '.retrain'), at('2026-11-05T12:00:00Z'));
    const image = folder.write('all/flowers/daisy/deep/1.jpg');
    assert.equal(await found(image), nearest);
    assert.equal(await found(inFolder('all', 'flowers')), nearest);
  });

  it('goes on upwards where a dataset has no run', async () => {
    const above = await saveRun(inFolder('all', '.retrain'), at('2026-11-09T12:00:00Z'));
    await mkdir(inFolder('all', 'flowers', '.retrain', 'runs'), { recursive: true });
    assert.equal(await found(inFolder('all', 'flowers', '1.jpg')), above);
  });

  it('takes the newest run that is whole; a damaged one only where there is no other', async () => {
    const torn = path.dirname(folder.write('flowers/.retrain/runs/2026-11-09-1/run.json', '{'));
    assert.equal(await found(inFolder('flowers', '1.jpg')), torn);
    const whole = await saveRun(inFolder('flowers', '.retrain'), at('2026-11-04T12:00:00Z'));
    assert.equal(await found(inFolder('flowers', '1.jpg')), whole);
  });

  it('looks where it is told that runs of a dataset are', async () => {
    const saved = await saveRun(inFolder('cache', 'flowers'), at('2026-11-04T12:00:00Z'));
    const places = (dataset: string) => [
      path.join(dataset, '.retrain'),
      inFolder('cache', path.basename(dataset)),
    ];
    assert.equal(await found(inFolder('data', 'flowers', 'a', '1.jpg'), places), saved);
  });

  it('takes the newest, wherever the dataset could hold it when it was trained', async () => {
    const own = inFolder('flowers', '.retrain');
    const elsewhere = inFolder('cache', 'flowers');
    const first = await saveRun(own, at('2026-11-04T12:00:00Z'));
    const second = await saveRun(elsewhere, at('2026-11-05T12:00:00Z'));
    const third = await saveRun(own, at('2026-11-06T12:00:00Z'));
    assert.deepEqual((await listRuns(own, elsewhere)).runs, [third, second, first]);
    assert.equal(await found(inFolder('flowers', '1.jpg'), () => [elsewhere, own]), third);
  });

  it('finds none where there is none', async () => {
    assert.equal(await found(inFolder('1.jpg')), undefined);
  });
});
