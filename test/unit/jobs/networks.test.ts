import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Networks } from '../../../src/jobs/networks';

describe('the networks of a thread', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'retrain-networks-'));
  const assets = path.join(home, 'media');
  const facts = path.join(assets, 'backbones', 'efficientnet-lite2', 'backbone.json');
  const places = { assets, cacheDirectory: path.join(home, 'kept') };
  before(() =>
    cpSync(path.resolve('media', 'backbones', 'efficientnet-lite2'), path.dirname(facts), {
      recursive: true,
    }),
  );
  after(() => rmSync(home, { recursive: true, force: true }));

  it('read what comes with the extension once, but again after a failure', async () => {
    const text = readFileSync(facts);
    const networks = new Networks(places, () => undefined);
    writeFileSync(facts, '{');
    await assert.rejects(networks.knows('efficientnet-lite2'), { code: 'BACKBONE_DAMAGED' });
    writeFileSync(facts, text);
    assert.equal(await networks.knows('efficientnet-lite2'), true);
    // Nothing reads it any more.
    writeFileSync(facts, '{');
    assert.equal(await networks.knows('efficientnet-lite2'), true);
    assert.equal(await networks.knows('nowhere'), false);
    await assert.rejects(networks.backbone('nowhere'), {
      code: 'BACKBONE_UNKNOWN',
      message: /known are: efficientnet-lite2, inception-v3,/,
    });
    await networks.dispose();
  });
});
