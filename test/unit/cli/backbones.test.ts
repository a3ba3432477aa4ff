import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { nsfwModels, writeNsfwModel } from '../../support/foreignNetworks';
import { copySamples } from '../../support/sampleDataset';

interface Listing {
  backbones: { id: string; origin: string; dimension: number }[];
}

describe('retrain backbones', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-backbones-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const photos = path.join(home, 'photos');
  const run = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const list = async () =>
    (documentOf(await run('backbones', 'list', '--json')) as unknown as Listing).backbones;
  const errorOf = async (...args: string[]): Promise<unknown> => {
    const outcome = await run(...args, '--json');
    assert.equal(outcome.status, 1, outcome.stderr);
    return (documentOf(outcome) as { error: { code: string } }).error.code;
  };

  before(() => {
    copySamples(photos, { daisy: 'daisy', roses: 'roses' }, 12);
    writeNsfwModel(home, 'mobilenet_v2');
  });

  it('adds a network once it is told what its file does not say, and trains on it', async () => {
    const model = path.join('mobilenet_v2', 'model.json');
    assert.equal(await errorOf('backbones', 'add', model), 'BACKBONE_NORMALISATION_OPEN');
    assert.equal(await errorOf('backbones', 'add', model, '--normalisation', 'x'), 'NORMALISATION_UNKNOWN');
    const cuts = documentOf(await run('backbones', 'cuts', model, '--json')) as {
      candidates: { name: string; dimension: number }[];
    };
    assert(cuts.candidates.some(({ name, dimension }) => name === 'out_relu' && dimension === 1280));
    const add = ['backbones', 'add', model, '--name', 'Mine', '--normalisation', '0..1', '--json'];
    const added = documentOf(await run(...add)) as { backbone: { id: string; cut: string[] } };
    assert.deepEqual([added.backbone.id, added.backbone.cut], ['mine', ['out_relu']]);
    assert.equal(await errorOf(...add.slice(0, -1)), 'BACKBONE_TAKEN');
    assert((await list()).some(({ id, origin }) => id === 'mine' && origin === 'own'));

    const trained = documentOf(await run('train', 'photos', '--backbone', 'mine', '--json')) as {
      backbone: { id: string; dimension: number };
      bottlenecks: { computed: number };
    };
    assert.deepEqual([trained.backbone.id, trained.backbone.dimension], ['mine', 1280]);
    assert(trained.bottlenecks.computed > 0);
    // Its scaling is the dataset's own, and stays what it was.
    const kept = path.join(photos, '.retrain');
    const scaling = readdirSync(kept).find((name) => name.startsWith('scaling-mine-')) ?? '';
    const bytes = readFileSync(path.join(kept, scaling));
    assert.equal(bytes.length, 1280 * 8);
    assert.equal((await run('train', 'photos', '--backbone', 'mine', '--seed', '7')).status, 0);
    assert.deepEqual(readFileSync(path.join(kept, scaling)), bytes);
  });

  it('gives it eight bits only where it then agrees with itself', async () => {
    const outcome = await run('backbones', 'quantise', 'mine', 'photos', '--json');
    const there = (await list()).some(({ id }) => id === 'mine-int8');
    const document = documentOf(outcome) as { median?: number; least?: number; error?: { code: string } };
    assert.equal(there, outcome.status === 0);
    if (outcome.status === 0) assert((document.median ?? 0) >= 0.98 && (document.least ?? 0) >= 0.9);
    else assert.equal(document.error?.code, 'QUANTISED_DISAGREES');
    assert.equal(
      await errorOf('backbones', 'quantise', 'efficientnet-lite2', 'photos'),
      'BACKBONE_NOT_QUANTISED',
    );
  });

  it('downloads one of the catalogue, never by itself', async () => {
    assert.equal(await errorOf('train', 'photos', '--backbone', 'mobilenet-v2'), 'BACKBONE_NOT_DOWNLOADED');
    const server = createServer((request, response) => {
      response.end(
        readFileSync(path.join(nsfwModels, 'mobilenet_v2', path.posix.basename(request.url ?? ''))),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.equal((await run('backbones', 'download', 'mobilenet-v2', '--from', from)).status, 0);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    assert((await list()).some(({ id, origin }) => id === 'mobilenet-v2' && origin === 'own'));
    const unreachable = await run('backbones', 'download', 'inception-v3', '--from', from, '--json');
    assert.equal((documentOf(unreachable) as { error: { code: string } }).error.code, 'DOWNLOAD_UNREACHABLE');
  });

  it('holds backbones against each other', async () => {
    const outcome = await run(
      'backbones',
      'compare',
      'photos',
      'mine',
      'efficientnet-lite2',
      '--folds',
      '3',
      '--json',
    );
    const { compared } = documentOf(outcome) as {
      compared: { backbone: { id: string }; images: number; accuracy: number; millisecondsAnImage: number }[];
    };
    assert.deepEqual(
      compared.map(({ backbone }) => backbone.id),
      ['mine', 'efficientnet-lite2'],
    );
    for (const { images, accuracy, millisecondsAnImage } of compared) {
      assert.equal(images, 24);
      assert(accuracy >= 0 && accuracy <= 1, String(accuracy));
      assert(millisecondsAnImage > 0);
    }
    // Daisies and roses; the other network was trained to tell photos of quite another kind apart.
    assert((compared[1]?.accuracy ?? 0) > 0.8);
  });

  it('removes what was added', async () => {
    assert.equal((await run('backbones', 'remove', 'mine')).status, 0);
    assert(!(await list()).some(({ id }) => id === 'mine'));
    assert.equal(await errorOf('backbones', 'remove', 'mine'), 'BACKBONE_UNKNOWN');
    assert.equal(await errorOf('train', 'photos', '--backbone', 'mine'), 'BACKBONE_UNKNOWN');
  });
});
