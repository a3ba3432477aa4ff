import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { readImage } from '../../../src/images';
import { temporaryFolder } from '../../support/temporaryFolder';
import { skip } from '../../support/skip';

describe('readImage', () => {
  const folder = temporaryFolder();
  const refuses = async (file: string, code: string) =>
    assert.rejects(
      readImage(path.join(folder.path, file), `a/${file}`),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.ok(error.message.startsWith(`a/${file} `), error.message);
        return true;
      },
    );

  it('reads a file whole', async () => {
    assert.deepEqual(await readImage(folder.write('1.jpg', 'bytes')), Buffer.from('bytes'));
  });

  it('names what it cannot read as it is shown', async () => {
    folder.write('empty.jpg', '');
    mkdirSync(path.join(folder.path, 'folder.jpg'));
    truncateSync(folder.write('large.tif'), 300 * 2 ** 20);
    await refuses('empty.jpg', 'FILE_EMPTY');
    await refuses('missing.jpg', 'FILE_MISSING');
    await refuses('large.tif', 'FILE_TOO_LARGE');
    await refuses('folder.jpg', process.platform === 'win32' ? 'FILE_UNREADABLE' : 'NOT_A_FILE');
  });

  it('never waits for a FIFO', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFO');
    execFileSync('mkfifo', [path.join(folder.path, 'fifo.jpg')]);
    await refuses('fifo.jpg', 'NOT_A_FILE');
  });
});
