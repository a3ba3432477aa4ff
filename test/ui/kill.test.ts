import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { editorVictims } from '../support/editorVictims';
import { KillTrial } from '../support/killTrial';
import { skip } from '../support/skip';

/** One of the kills of `npm run test:soak`. */
describe('an editor whose extension host is killed while it computes', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-kill-ui-')));
  after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  it('loses nothing and leaves nothing wrong; the engine ends, and the next run computes what is missing', async function () {
    if (process.platform === 'win32') skip(this, 'there are no process groups on Windows');
    const trial = await KillTrial.create(home, 16);
    const { victim, killed, after, computed } = await trial.kill(0, editorVictims);
    assert.equal(victim, 'extension host');
    assert.ok(killed);
    assert.equal(computed, trial.images - after);
  });
});
