import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Document {
  dataset: { images: number };
  runtime: string;
  split: { training: number; validation: number; testing: number };
  training: {
    head: string;
    penalty?: number;
    temperature?: number;
    trials?: { penalty: number; error: number }[];
    optimizer?: { kind: string };
  };
  evaluation: { accuracy: number | null; confusion: number[][] };
  leaveOneOut: {
    labels: string[];
    n: number;
    accuracy: number;
    interval: { low: number; high: number };
    confusion: number[][];
    penalty: number;
    product: string | null;
  };
  run: string;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

describe('retrain train --head', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-heads-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const run = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const train = async (...args: string[]) =>
    documentOf(await run('train', 'photos', '--json', ...args)) as unknown as Document;
  let ridge: Document;

  before(async () => {
    copySamples(path.join(home, 'photos'), { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 20);
    // The same photo twice under one label must not give itself away.
    const daisies = path.join(home, 'photos', 'daisy');
    copyFileSync(path.join(daisies, readdirSync(daisies)[0] ?? ''), path.join(daisies, 'twin.jpg'));
    ridge = await train('--head', 'ridge');
  });

  it('ridge names penalty, temperature and trials, the one with the least error taken', () => {
    const { head, penalty, temperature = NaN, trials = [], optimizer } = ridge.training;
    assert.equal(head, 'ridge');
    assert.equal(optimizer, undefined);
    assert.ok(temperature > 0 && trials.length >= 2);
    assert.equal(penalty, [...trials].sort((a, b) => a.error - b.error)[0]?.penalty);
  });

  it('ridge has a curve that ends at the head', () => {
    const { training } = JSON.parse(
      readFileSync(path.join(home, 'photos', ridge.run, 'metrics.json'), 'utf8'),
    ) as { training: { curve: { training: { accuracy: number } }[]; chosenOn: number } };
    assert.ok(training.curve.length > 5);
    assert.equal(training.curve.at(-1)?.training.accuracy, 1);
    assert.ok(training.chosenOn > 40 && training.chosenOn < 60);
  });

  it('answers every image without itself, identical ones once', () => {
    const { labels, n, accuracy, interval, confusion, penalty } = ridge.leaveOneOut;
    assert.equal(ridge.dataset.images, 61);
    assert.equal(n, 60);
    assert.deepEqual(labels, ['daisy', 'roses', 'tulips']);
    assert.deepEqual(confusion.map(sum), [20, 20, 20]);
    assert.equal(accuracy, sum(confusion.map((row, i) => row[i] ?? NaN)) / 60);
    assert.ok(accuracy > 0.7, `${accuracy}`);
    assert.ok(interval.low < accuracy && accuracy < interval.high);
    assert.equal(penalty, ridge.training.penalty);
    const csv = readFileSync(path.join(home, 'photos', ridge.run, 'leave-one-out.csv'), 'utf8');
    assert.equal(csv.trimEnd().split('\r\n').length, 61);
    const sides = ['training', 'validation', 'testing'].map((side) => csv.split(`,${side},`).length - 1);
    assert.ok(sides.every((images) => images >= 3));
  });

  it('gives the same numbers bit for bit the second time', async () => {
    const again = await train('--head', 'ridge');
    assert.deepEqual(
      [again.leaveOneOut.confusion, again.evaluation, again.training.trials],
      [ridge.leaveOneOut.confusion, ridge.evaluation, ridge.training.trials],
    );
    const weights = ({ run: name }: Document) => readFileSync(path.join(home, 'photos', name, 'weights.bin'));
    assert.ok(weights(again).equals(weights(ridge)));
  });

  it('ridge is saved as a head that classify and evaluate take', async () => {
    const folder = path.join('photos', ridge.run);
    const answered = documentOf(
      await run('classify', path.join('photos', 'daisy', 'twin.jpg'), '--run', folder, '--json'),
    ) as { answers: { label: string; scores: { probability: number }[] }[] };
    assert.ok(Math.abs(sum(answered.answers[0]?.scores.map((each) => each.probability) ?? []) - 1) < 1e-5);
    assert.equal(answered.answers[0]?.label, 'daisy');
    const measured = documentOf(await run('evaluate', 'photos', '--run', folder, '--json')) as {
      images: number;
      accuracy: number;
    };
    assert.equal(measured.images, 61);
    assert.ok(measured.accuracy > 0.9);
  });

  it('softmax has leave-one-out too, by ridge heads of a fixed penalty', async () => {
    const softmax = await train('--head', 'softmax');
    assert.equal(softmax.training.head, 'softmax');
    assert.equal(softmax.training.optimizer?.kind, 'l-bfgs');
    assert.equal(softmax.leaveOneOut.n, 60);
    assert.equal(softmax.leaveOneOut.penalty, 0.1);
    const product = ridge.runtime === 'onnx' ? 'native' : 'plain';
    assert.equal(softmax.leaveOneOut.product, product, 'who multiplied in 64 bits');
    const { stdout } = await run('train', 'photos', '--head', 'softmax');
    const hits = sum(softmax.leaveOneOut.confusion.map((row, i) => row[i] ?? NaN));
    assert.match(
      stdout,
      new RegExp(`^Leave-one-out: .*\\(${hits} of 60 images.*ridge heads of penalty 0\\.1`, 'm'),
    );
  });

  it('measures as well without an image kept aside, and by every training', async () => {
    const shares = ['--validation-percentage', '0', '--testing-percentage', '0'];
    const whole = await train(...shares, '--head', 'ridge');
    assert.deepEqual([whole.split.training, whole.evaluation.accuracy], [61, null]);
    assert.deepEqual(whole.leaveOneOut.confusion.map(sum), [20, 20, 20]);
    const stepped = await train('--optimizer', 'retrain.py', '--how_many_training_steps', '20');
    assert.deepEqual(stepped.leaveOneOut.confusion.map(sum), [20, 20, 20]);
  });

  it('refuses what a closed form has no part in', async () => {
    for (const args of [
      ['--learning_rate', '1'],
      ['--optimizer', 'retrain.py'],
    ]) {
      const { status, stdout, stderr } = await run('train', 'photos', '--head', 'ridge', ...args);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /--head ridge/);
    }
    assert.equal((await run('train', 'photos', '--head', 'heart')).status, 2);
  });
});
