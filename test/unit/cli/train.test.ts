import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';
import { skip } from '../../support/skip';

interface TrainDocument {
  format: number;
  dataset: {
    classes: { label: string; count: number }[];
    images: number;
    skipped: { path: string; code: string; message: string }[];
    duplicates: string[][];
  };
  backbone: { id: string; dimension: number; fingerprint: string };
  runtime: string;
  bottlenecks: { cached: number; computed: number; seconds: number };
  split: { training: number; validation: number; testing: number };
  training: { epochs: number; seconds: number; seed: number };
  evaluation: { labels: string[]; accuracy: number | null; confusion: number[][] };
  run: string;
}

const odd = '<img src=x onerror=alert(1)>';
/** Labels that trip up objects, shells, HTML and file systems; Windows refuses some. */
const labels =
  process.platform === 'win32'
    ? { daisy: '__proto__', roses: 'c#', tulips: '数据' }
    : { daisy: '__proto__', roses: odd, tulips: '数据 c++' };

describe('retrain train', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-cli-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const dataset = path.join(home, 'photos');
  const train = async (...args: string[]) =>
    documentOf(
      await runCli(['train', 'photos', '--json', ...args], { cwd: home, data: home }),
    ) as unknown as TrainDocument;
  let first: TrainDocument;

  before(async () => {
    copySamples(dataset, labels, 8);
    writeFileSync(path.join(dataset, labels.roses, 'empty.jpg'), '');
    writeFileSync(path.join(dataset, labels.roses, 'text.jpg'), 'no picture');
    const [name = ''] = readdirSync(path.join(dataset, labels.daisy));
    const bytes = readFileSync(path.join(dataset, labels.daisy, name));
    writeFileSync(path.join(dataset, labels.tulips, 'twin.jpg'), bytes);
    first = await train();
  });

  it('prints one document with everything about the run, its paths relative to the dataset', () => {
    assert.equal(first.format, 1);
    assert.deepEqual(
      first.dataset.classes,
      Object.values(labels)
        .map((label) => ({ label, count: label === labels.tulips ? 9 : 8 }))
        .sort((a, b) => (a.label < b.label ? -1 : 1)),
    );
    assert.equal(first.dataset.images, 25);
    assert.deepEqual(
      first.dataset.skipped.map(({ path: file, code }) => [file, code]),
      [
        [`${labels.roses}/empty.jpg`, 'FILE_EMPTY'],
        [`${labels.roses}/text.jpg`, 'FORMAT_UNKNOWN'],
      ],
    );
    assert.equal(first.dataset.duplicates.length, 1);
    assert.deepEqual(first.dataset.duplicates[0]?.at(-1), `${labels.tulips}/twin.jpg`);
    assert.equal(first.backbone.id, 'efficientnet-lite2-int8');
    assert.equal(first.backbone.dimension, 2912);
    assert.match(first.backbone.fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(first.runtime, 'onnx');
    assert.deepEqual([first.bottlenecks.computed, first.bottlenecks.cached], [24, 1]);
    const { training, validation, testing } = first.split;
    assert.equal(training + validation + testing, 25);
    assert.ok(validation >= 3 && testing >= 3, JSON.stringify(first.split));
    assert.deepEqual(first.evaluation.labels, Object.values(labels).sort());
    const counts = first.evaluation.confusion.flat();
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      testing,
    );
    assert.match(first.run, /^\.retrain\/runs\/\d{4}-\d\d-\d\d-1$/);
    assert.equal(readFileSync(path.join(dataset, first.run, 'labels.txt'), 'utf8').split('\n').length, 4);
  });

  it('computes nothing the second time, and gives the same numbers bit for bit', async () => {
    const second = await train();
    assert.equal(second.bottlenecks.computed, 0);
    assert.equal(second.bottlenecks.cached, 25);
    assert.deepEqual(second.evaluation, first.evaluation);
    const weights = (run: string) => readFileSync(path.join(dataset, run, 'weights.bin'));
    assert.notEqual(second.run, first.run);
    assert.ok(weights(second.run).equals(weights(first.run)));
  });

  it('computes nothing for an image that was renamed, touched or given another label', async () => {
    const tulips = path.join(dataset, labels.tulips);
    const [a = '', b = '', c = ''] = readdirSync(tulips);
    renameSync(path.join(tulips, a), path.join(tulips, `renamed ${a}`));
    utimesSync(path.join(tulips, b), new Date(), new Date(2020, 1, 1));
    renameSync(path.join(tulips, c), path.join(dataset, labels.daisy, c));
    const again = await train();
    assert.equal(again.bottlenecks.computed, 0);
    assert.equal(again.dataset.images, 25);
    assert.deepEqual(again.split, first.split);
  });

  it('computes again what was damaged on disk, and only that', async () => {
    const folder = path.join(dataset, '.bottlenecks', 'v1', 'efficientnet-lite2-int8');
    const part = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.npy'))
      .map((name) => path.join(folder, name))[0];
    assert.ok(part !== undefined);
    const bytes = readFileSync(part);
    bytes.writeUInt8(bytes.readUInt8(128 + 40) ^ 4, 128 + 40);
    writeFileSync(part, bytes);
    const again = await train();
    assert.equal(again.bottlenecks.computed, 1);
  });

  it('keeps cache and runs in the per-user folder where the dataset cannot hold them', async function () {
    if (process.platform === 'win32') skip(this, 'the folder for it has another name on Windows');
    const sealed = path.join(home, 'sealed');
    copySamples(sealed, { daisy: 'a', roses: 'b' }, 4);
    // Files in the place of the folders, for root may write anywhere.
    for (const name of ['.bottlenecks', '.retrain']) writeFileSync(path.join(sealed, name), '');
    const outcome = await runCli(['train', 'sealed', '--json'], { cwd: home, data: home });
    const { run } = documentOf(outcome) as unknown as TrainDocument;
    assert.ok(
      run.startsWith(path.join(home, process.platform === 'darwin' ? '' : 'retrain-classifier')),
      run,
    );
    const [image = ''] = readdirSync(path.join(sealed, 'a'));
    const asked = await runCli(['classify', path.join('sealed', 'a', image), '--json'], {
      cwd: home,
      data: home,
    });
    assert.equal(asked.status, 0, asked.stderr);
    assert.equal(documentOf(asked)['run'], run);
  });

  it('keeps what was computed when it is interrupted, and ends with 130', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no SIGINT to send');
    const large = path.join(home, 'large');
    copySamples(large, { daisy: 'a', roses: 'b', tulips: 'c', sunflowers: 'd' }, 16);
    mkdirSync(path.join(large, '.bottlenecks'), { recursive: true });
    const outcome = await runCli(['train', 'large', '--json'], {
      cwd: home,
      data: home,
      started: (child) => {
        const parts = () =>
          readdirSync(path.join(large, '.bottlenecks'), { recursive: true, encoding: 'utf8' });
        const timer = setInterval(() => {
          if (!parts().some((name) => name.endsWith('.npy'))) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 20);
        child.on('close', () => clearInterval(timer));
      },
    });
    assert.equal(outcome.status, 130, outcome.stderr);
    assert.equal(outcome.stdout, '');
    assert.match(outcome.stderr, /Interrupted/);
    const next = documentOf(
      await runCli(['bottlenecks', 'large', '--json'], { cwd: home, data: home }),
    ) as unknown as TrainDocument;
    assert.ok(next.bottlenecks.cached > 0);
    assert.equal(next.bottlenecks.cached + next.bottlenecks.computed, 64);
    assert.deepEqual(Object.keys(next).sort(), ['backbone', 'bottlenecks', 'dataset', 'format', 'runtime']);
  });

  it('says in one sentence what is wrong with a folder, with status 1 and no stack', async () => {
    mkdirSync(path.join(home, 'nothing'));
    copySamples(path.join(home, 'one'), { daisy: 'daisy' }, 3);
    const cases: [folder: string, code: string][] = [
      ['nothing', 'NO_CLASSES'],
      ['one', 'ONE_CLASS'],
      ['nowhere', 'FOLDER_NOT_FOUND'],
    ];
    for (const [folder, code] of cases) {
      const outcome = await runCli(['train', folder, '--json'], { cwd: home, data: home });
      assert.equal(outcome.status, 1);
      const { error } = documentOf(outcome) as { error: { code: string; message: string; path: string } };
      assert.equal(error.code, code);
      assert.ok(error.message.includes(path.join(home, folder)), error.message);
      assert.doesNotMatch(outcome.stderr, /\n\s+at |Error:/);
    }
  });

  it('answers wrong usage with status 2, on standard error', async () => {
    for (const args of [
      [],
      ['train'],
      ['train', 'photos', '--seed', 'x'],
      ['train', 'photos', '--runtime', 'abacus'],
      ['train', 'photos', '--validation-percentage', '60', '--testing-percentage', '60'],
      ['evaluate'],
      ['paint', 'photos'],
    ]) {
      const outcome = await runCli(args, { cwd: home, data: home });
      assert.equal(outcome.status, 2, args.join(' '));
      assert.equal(outcome.stdout, '', args.join(' '));
      assert.notEqual(outcome.stderr, '');
    }
    assert.equal((await runCli(['--help'], { cwd: os.tmpdir(), data: home })).status, 0);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const outcome = await runCli(['--version'], { cwd: os.tmpdir(), data: home });
    assert.deepEqual([outcome.status, outcome.stdout], [0, `${version}\n`]);
  });
});
