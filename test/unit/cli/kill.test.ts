import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KillTrial, victims } from '../../support/killTrial';

/** A few of the 200 kills of `npm run test:soak`. */
describe('a process killed while it fills a cache', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-kill-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  let trial: KillTrial;

  before(async () => {
    trial = await KillTrial.create(home);
  });

  for (const seed of [0, 1, 2, 3, 4])
    it(`loses nothing and leaves nothing wrong: ${victims[seed % victims.length]?.name}, seed ${seed}`, async () => {
      const { victim, before, after } = await trial.kill(seed);
      assert.equal(victim, victims[seed % victims.length]?.name);
      assert.ok(after >= before);
    });
});
