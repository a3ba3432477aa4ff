import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { defaultBackbones, loadBackbone, OnnxModel, toOnnx } from '../../../src/backbones';
import { documentOf, runCli } from '../../support/cli';
import { breakOff, FileServer } from '../../support/fileServer';
import { nsfwModels, writeNsfwModel } from '../../support/foreignNetworks';
import { copySamples } from '../../support/sampleDataset';

interface Listing {
  backbones: {
    id: string;
    origin: string;
    dimension: number;
    licence: string | null;
    bytes: number;
    speed: { millisecondsAnImage: number } | null;
  }[];
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

  it('lists size and licence of what is here, and of what can be downloaded', async () => {
    const facts = (await list()).map(({ id, origin, licence, bytes }) => ({
      id,
      origin,
      licence,
      mb: bytes / 1e6,
    }));
    const [embedded, catalogued] = ['efficientnet-lite2', 'inception-v3'].map((wanted) =>
      facts.find(({ id }) => id === wanted),
    );
    assert.deepEqual([embedded?.origin, embedded?.licence], ['embedded', 'Apache-2.0']);
    assert((embedded?.mb ?? 0) > 9);
    assert.deepEqual([catalogued?.origin, catalogued?.licence], ['catalogue', 'MIT']);
    assert((catalogued?.mb ?? 0) > 29);
    const { stdout } = await run('backbones', 'list');
    assert.match(stdout, /inception-v3 .*MIT.*can be downloaded.*inception-v3-mixed7 serves others better/);
    assert.doesNotMatch(stdout, /^inception-v3-mixed7 .*better/m);
  });

  it('adds a network once it is told what its file does not say, and trains on it', async () => {
    const model = path.join('mobilenet_v2', 'model.json');
    for (const none of ['no/model.json', 'mobilenet_v2', 'no.onnx'])
      assert.equal(await errorOf('backbones', 'cuts', none), 'NETWORK_DAMAGED', none);
    assert.equal(await errorOf('backbones', 'add', model), 'BACKBONE_NORMALISATION_OPEN');
    const wrong = await run('backbones', 'add', model, '--normalisation', 'x');
    assert.match(wrong.stderr, /“x” is no normalisation/);
    assert.equal(wrong.status, 2, 'wrong usage');
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

  it('gives an ONNX file eight bits as any other network, and trains on it', async () => {
    const { graph } = await loadBackbone('media', defaultBackbones.float, { decoderVersion: 1 });
    writeFileSync(path.join(home, 'lite.onnx'), toOnnx(graph));
    const add = ['backbones', 'add', 'lite.onnx', '--normalisation', '127,128', '--json'];
    // Another cut than the file's end, which is the values of three layers.
    const added = documentOf(await run(...add, '--cut', 'head/relu6')) as {
      backbone: { quantisable: boolean };
    };
    assert.equal(added.backbone.quantisable, true);
    const made = documentOf(await run('backbones', 'quantise', 'lite', 'photos', '--json')) as unknown as {
      id: string;
      calibrated: number;
      compared: number;
      median: number;
      least: number;
    };
    assert.deepEqual([made.id, made.calibrated, made.compared], ['lite-int8', 16, 8]);
    assert(made.median >= 0.98 && made.least >= 0.9, JSON.stringify(made));
    // The weights are those of the float network: only ranges are kept.
    const kept = path.join(home, 'retrain-classifier', 'backbones', 'lite-int8');
    assert.deepEqual(readdirSync(kept).sort(), ['backbone.json', 'ranges.json']);
    assert.equal(await errorOf('backbones', 'quantise', 'lite', 'photos'), 'BACKBONE_TAKEN');
    assert.equal(await errorOf('backbones', 'quantise', 'lite-int8', 'photos'), 'BACKBONE_NOT_QUANTISED');
    const outcome = await run('train', 'photos', '--backbone', 'lite-int8', '--json');
    assert.doesNotMatch(outcome.stderr, /Deprecation/);
    const trained = documentOf(outcome) as { backbone: { id: string; dimension: number } };
    assert.deepEqual([trained.backbone.id, trained.backbone.dimension], ['lite-int8', 1280]);
    const photo = path.join('photos', 'daisy', readdirSync(path.join(photos, 'daisy'))[0] ?? '');
    assert.match((await run('classify', photo)).stdout, /daisy \d/);
    assert.equal(
      await errorOf('train', 'photos', '--backbone', 'lite-int8', '--runtime', 'wasm'),
      'RUNTIME_UNFIT',
    );
    // Changed ranges are another network, wrong ones none.
    writeFileSync(path.join(kept, 'ranges.json'), '{"format": 1, "ranges": []}');
    assert.equal(await errorOf('train', 'photos', '--backbone', 'lite-int8'), 'BACKBONE_DAMAGED');
  });

  it('says in one sentence that nothing of an ONNX file can have eight bits', async () => {
    const model = new OnnxModel();
    model.node('Relu', ['pictures'], 'positive');
    const picture = { name: 'pictures', shape: [-1, 8, 8, 3] };
    writeFileSync(
      path.join(home, 'bare.onnx'),
      model.encode('bare', [picture], [{ ...picture, name: 'positive' }]),
    );
    const added = documentOf(
      await run('backbones', 'add', 'bare.onnx', '--normalisation', '0..1', '--json'),
    ) as { backbone: { quantisable: boolean } };
    assert.equal(added.backbone.quantisable, false);
    const { stderr } = await run('backbones', 'quantise', 'bare', 'photos');
    assert.match(stderr, /^The backbone bare cannot be given eight bits: it has no convolution.*\.$/m);
  });

  it('downloads one of the catalogue, never by itself', async () => {
    assert.equal(await errorOf('train', 'photos', '--backbone', 'mobilenet-v2'), 'BACKBONE_NOT_DOWNLOADED');
    const server = createServer((request, response) => {
      const name = request.url?.slice(1) ?? '';
      if (name.includes('/')) response.writeHead(404).end();
      else response.end(readFileSync(path.join(nsfwModels, 'mobilenet_v2', name)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.equal((await run('backbones', 'download', 'mobilenet-v2', '--from', `${from}/`)).status, 0);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    assert((await list()).some(({ id, origin }) => id === 'mobilenet-v2' && origin === 'own'));
    const unreachable = await run('backbones', 'download', 'inception-v3', '--from', from, '--json');
    assert.equal((documentOf(unreachable) as { error: { code: string } }).error.code, 'DOWNLOAD_UNREACHABLE');
  });

  const downloads = () => path.join(home, 'retrain-classifier', 'backbones', '.downloads');
  /** Of the files that are not whole yet. */
  const partsBelow = (folder: string): number[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.part'))
      .map((name) => statSync(path.join(folder, name)).size);

  it('goes on with a transfer from an address in a later call, and keeps what it knows until it is added', async () => {
    const server = await FileServer.start(home);
    const address = `${server.address}/mobilenet_v2/model.json`;
    const shard = '/mobilenet_v2/group1-shard1of1';
    const add = ['backbones', 'add', address, '--name', 'Fetched'];
    const asked = (url: string) => server.requests.splice(0).filter((request) => request.url === url);
    try {
      // It breaks off again and again: the call gives up.
      server.fault = (request, response, content) => {
        if (request.url !== shard) return false;
        if (request.headers.range === undefined) breakOff(response, content, 400_000, 'end');
        else response.destroy();
        return true;
      };
      assert.match(String(await errorOf(...add)), /^DOWNLOAD_(BROKEN|UNREACHABLE)$/);
      const [half] = partsBelow(downloads());
      assert(half !== undefined && half > 0);
      server.fault = () => false;
      server.requests.length = 0;
      const open = documentOf(await run(...add, '--json')) as { error: { code: string; path: string } };
      assert.equal(open.error.code, 'BACKBONE_NORMALISATION_OPEN');
      assert.equal(open.error.path, address, 'as it was named');
      const [first] = asked(shard);
      assert.equal(first?.headers.range, `bytes=${half}-`);
      assert.match(String(first.headers['if-range']), /^"[0-9a-f]{64}"$/);
      // All is there: it is asked whether it still holds, and nothing is sent again.
      assert.equal((await run(...add, '--normalisation', '0..1')).status, 0);
      const size = statSync(path.join(home, shard)).size;
      assert.equal(asked(shard)[0]?.headers.range, `bytes=${size}-`);
      assert((await list()).some(({ id, origin }) => id === 'fetched' && origin === 'own'));
      const left = readdirSync(downloads());
      assert(!left.some((name) => name.startsWith('address-')), left.join(' '));
    } finally {
      await server.close();
    }
  });

  it('goes on after it was killed, and refuses a second call meanwhile', async () => {
    const server = await FileServer.start(home);
    const shard = '/mobilenet_v2/group1-shard1of1';
    const add = ['backbones', 'add', `${server.address}/mobilenet_v2/model.json`, '--name', 'Killed'];
    try {
      server.fault = (request, response, content) => {
        if (request.url !== shard) return false;
        breakOff(response, content, 300_000, 'hang');
        return true;
      };
      let victim: ChildProcess | undefined;
      const killed = runCli(add, { cwd: home, data: home, started: (child) => (victim = child) });
      const isHalf = () => partsBelow(downloads()).includes(300_000);
      while (!isHalf()) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(await errorOf(...add), 'DOWNLOAD_BUSY');
      victim?.kill('SIGKILL');
      await killed;
      server.fault = () => false;
      server.requests.length = 0;
      assert.equal((await run(...add, '--normalisation', '0..1')).status, 0);
      const again = server.requests.find((request) => request.url === shard);
      assert.equal(again?.headers.range, 'bytes=300000-');
    } finally {
      await server.close();
    }
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
    // The list knows how fast they were.
    const speeds = new Map((await list()).map(({ id, speed }) => [id, speed]));
    assert.equal(speeds.get('mine')?.millisecondsAnImage, compared[0]?.millisecondsAnImage);
    assert.ok(
      (speeds.get('fetched')?.millisecondsAnImage ?? 0) > 0,
      'the list measures what was not compared',
    );
    // Daisies and roses; the other network was trained to tell photos of quite another kind apart.
    assert((compared[1]?.accuracy ?? 0) > 0.8);
  });

  it('goes on where one backbone cannot be loaded, and says why', async () => {
    const weights = path.join(home, 'retrain-classifier', 'backbones', 'fetched', 'weights.bin');
    writeFileSync(weights, readFileSync(weights).subarray(1));
    const chosen = ['fetched', 'efficientnet-lite2', 'nowhere'];
    const compare = (...args: string[]) => run('backbones', 'compare', 'photos', '--folds', '2', ...args);
    const outcome = await compare(...chosen, '--json');
    assert.equal(outcome.status, 0, outcome.stderr);
    const { head, compared, failed } = documentOf(outcome) as {
      head: string;
      compared: { backbone: { id: string }; accuracy: number }[];
      failed: { id: string; error: { code: string; message: string } }[];
    };
    assert.deepEqual(
      compared.map(({ backbone }) => backbone.id),
      ['efficientnet-lite2'],
    );
    assert.deepEqual(
      failed.map(({ id, error }) => [id, error.code]),
      [
        ['fetched', 'BACKBONE_DAMAGED'],
        ['nowhere', 'BACKBONE_UNKNOWN'],
      ],
    );
    assert.equal(head, 'ridge');
    // The head is that of the dataset's settings, and what a person says is stronger.
    const file = path.join(home, 'photos', 'retrain.json');
    writeFileSync(file, '{ "head": "neighbours", "seed": 7 }');
    const { stdout } = await compare(...chosen);
    assert.match(stdout, /^Accuracy of a neighbours head, cross-validated in 2 folds$/m);
    const said = documentOf(await compare('efficientnet-lite2', '--head', 'centroid', '--json'));
    assert.deepEqual([said['head'], said['seed']], ['centroid', 7]);
    rmSync(file);
    assert.match(stdout, /^efficientnet-lite2 .* (onnx|wasm|tensorflow)$/m);
    assert.match(stdout, /^nowhere +There is no backbone nowhere on this machine; known are/m);
    // Where none is left, nothing was compared; where it is not the backbone's fault, all stops.
    assert.equal((await compare('nowhere')).status, 1);
    const elsewhere = await run('backbones', 'compare', 'no-folder', 'efficientnet-lite2', '--json');
    assert.equal((documentOf(elsewhere) as { error: { code: string } }).error.code, 'FOLDER_NOT_FOUND');
  });

  it('removes what was added', async () => {
    assert.equal((await run('backbones', 'remove', 'mine')).status, 0);
    assert(!(await list()).some(({ id }) => id === 'mine'));
    assert.equal(await errorOf('backbones', 'remove', 'mine'), 'BACKBONE_UNKNOWN');
    assert.match((await run('backbones', 'remove', 'mine')).stderr, /known are: efficientnet-lite2, /);
    assert.equal(await errorOf('backbones', 'remove', 'efficientnet-lite2'), 'BACKBONE_EMBEDDED');
    assert.equal(await errorOf('train', 'photos', '--backbone', 'mine'), 'BACKBONE_UNKNOWN');
  });
});
