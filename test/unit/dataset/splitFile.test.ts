import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readSplit, splitFileName, writeSplit, type Side } from '../../../src/dataset';
import { temporaryFolder } from '../../support/temporaryFolder';
import { skip } from '../../support/skip';

const sha = (n: number) => n.toString(16).padStart(64, '0');
const split = fc
  .array(
    fc.tuple(fc.integer({ min: 0 }).map(sha), fc.constantFrom<Side>('training', 'validation', 'testing')),
  )
  .map((entries) => new Map(entries));

describe('the split file', () => {
  const folder = temporaryFolder();
  const file = () => path.join(folder.path, splitFileName({ seed: 1, validation: 10, testing: 20 }));

  it('is named after its settings', () => {
    assert.equal(path.basename(file()), 'split-1-10-20.csv');
  });

  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(split, async (sides) => {
        await writeSplit(file(), sides);
        assert.deepEqual(await readSplit(file()), sides);
      }),
      { numRuns: 30 },
    );
    assert.deepEqual(readdirSync(folder.path), [path.basename(file())], 'no temporary file stays');
  });

  it('is the same text for the same sides, and names its format first', async () => {
    await writeSplit(
      file(),
      new Map([
        [sha(2), 'testing'],
        [sha(1), 'training'],
      ]),
    );
    assert.equal(
      readFileSync(file(), 'utf8'),
      `format,1\nsha256,side\n${sha(1)},training\n${sha(2)},testing\n`,
    );
  });

  it('holds no side where it is not there yet', async () => {
    assert.deepEqual(await readSplit(file()), new Map());
  });

  it('may have been given the line ends of Windows', async () => {
    folder.write(path.basename(file()), `format,1\r\nsha256,side\r\n${sha(1)},testing\r\n`);
    assert.deepEqual(await readSplit(file()), new Map([[sha(1), 'testing']]));
  });

  it('is refused whole when damaged, with the line that is wrong', async () => {
    const start = 'format,1\nsha256,side\n';
    for (const [text, reason] of [
      ['', /does not begin/],
      ['format,2\nsha256,side\n', /does not begin/],
      [`${start}${sha(1)},training`, /cut short/],
      [`${start}${sha(1)},training\n${sha(2)},trai\n`, /line 4/],
      [`${start}${sha(1)},__proto__\n`, /line 3/],
      [`${start}${sha(1).slice(1)},training\n`, /line 3/],
      [`${start}${sha(1)},training\n${sha(1)},testing\n`, /line 4 contradicts/],
      [`${start}\n\n`, /line 3/],
    ] as const) {
      folder.write(path.basename(file()), text);
      await assert.rejects(readSplit(file()), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'SPLIT_UNREADABLE');
        assert.match(error.message, reason);
        return true;
      });
    }
    mkdirSync(path.join(folder.path, 'folder.csv'));
    await assert.rejects(readSplit(path.join(folder.path, 'folder.csv')), { code: 'SPLIT_UNREADABLE' });
  });

  it('never reads a wrong side, wherever it was cut', async () => {
    const sides = new Map<string, Side>([
      [sha(1), 'training'],
      [sha(2), 'testing'],
    ]);
    await writeSplit(file(), sides);
    const whole = readFileSync(file());
    for (let at = 0; at < whole.length; at++) {
      folder.write(path.basename(file()), whole.subarray(0, at));
      const cut = await readSplit(file()).catch(() => undefined);
      for (const [key, side] of cut ?? []) assert.equal(sides.get(key), side);
    }
  });

  it('is not written through a link', async function () {
    if (process.platform === 'win32') skip(this, 'links need a privilege on Windows');
    folder.write('elsewhere/precious.csv', 'precious');
    symlinkSync('elsewhere', path.join(folder.path, '.retrain'));
    symlinkSync('elsewhere/precious.csv', file());
    await assert.rejects(writeSplit(path.join(folder.path, '.retrain/split.csv'), new Map()), {
      code: 'PATH_OUTSIDE',
    });
    await assert.rejects(writeSplit(file(), new Map()), { code: 'PATH_OUTSIDE' });
    assert.deepEqual(readdirSync(path.join(folder.path, 'elsewhere')), ['precious.csv']);
    assert.equal(readFileSync(path.join(folder.path, 'elsewhere/precious.csv'), 'utf8'), 'precious');
  });
});
