import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from '../../scripts/repository.mjs';
import { Workbench } from '../support/workbench';

describe('the command palette', function () {
  this.timeout(120_000);
  let workbench: Workbench | undefined;

  before(async () => {
    workbench = await Workbench.open(path.join(root, 'media', 'samples', 'flowers'));
  });
  after(() => workbench?.close());

  it('lists Retrain Classifier', async () => {
    assert.ok(workbench);
    const row = await workbench.findInPalette('Retrain Classifier');
    assert.match(await row.innerText(), /Retrain Classifier/);
  });
});
