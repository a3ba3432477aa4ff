import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Document {
  images: number;
  labels: string[];
  folds: number;
  repeats: number;
  seed: number;
  classWeights?: string;
  heads: {
    head: string;
    asSet?: { kind: string };
    accuracy: number;
    interval: { low: number; high: number };
    macroRecall: number;
    classWeights?: string;
    accuracies: number[];
    crossEntropy: number;
    calibrationError: number;
    confusion: number[][];
  }[];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

describe('retrain cross-validate', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-folds-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const run = (...args: string[]) => runCli(['cross-validate', ...args], { cwd: home, data: home });
  const validate = async (...args: string[]) =>
    documentOf(await run('photos', '--json', ...args)) as unknown as Document;

  before(() => {
    copySamples(path.join(home, 'photos'), { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 8);
    const daisies = path.join(home, 'photos', 'daisy');
    copyFileSync(path.join(daisies, readdirSync(daisies)[0] ?? ''), path.join(daisies, 'twin.jpg'));
  });

  it('answers every image by every head, and better than by chance', async () => {
    const { images, labels, folds, repeats, heads } = await validate(
      '--heads',
      'softmax,ridge,hidden,neighbours,centroid',
      ...['--folds', '3', '--repeats', '2'],
    );
    assert.deepEqual([images, folds, repeats], [25, 3, 2]);
    assert.deepEqual(labels, ['daisy', 'roses', 'tulips']);
    assert.deepEqual(
      heads.map(({ head }) => head),
      ['softmax', 'ridge', 'hidden', 'neighbours', 'centroid'],
    );
    for (const { accuracy, interval, accuracies, crossEntropy, calibrationError, confusion } of heads) {
      assert.equal(accuracies.length, 6);
      assert.ok(accuracy > 0.5 && interval.low <= accuracy && accuracy <= interval.high);
      assert.ok(crossEntropy < Math.log(3) && calibrationError >= 0 && calibrationError <= 1);
      assert.deepEqual(
        confusion.map((row) => sum(row)),
        [18, 16, 16],
      );
    }
  });

  it('repeats itself, and computes no value again', async () => {
    const once = await validate('--heads', 'ridge,centroid', '--seed', '7');
    const again = await validate('--heads', 'ridge,centroid', '--seed', '7');
    const figures = ({ heads }: Document) => heads.map(({ head, accuracies }) => ({ head, accuracies }));
    assert.deepEqual(figures(again), figures(once));
    assert.notDeepEqual(figures(await validate('--heads', 'ridge,centroid', '--seed', '8')), figures(once));
    // As the dataset's own file has it; an option is stronger.
    const file = path.join(home, 'photos', 'retrain.json');
    writeFileSync(file, '{ "seed": 7 }');
    const said = await validate('--heads', 'ridge,centroid');
    assert.deepEqual([said.seed, figures(said)], [7, figures(once)]);
    assert.equal((await validate('--heads', 'ridge', '--seed', '8')).seed, 8);
    rmSync(file);
  });

  it('leaves out the hidden layer, which takes longest, unless it is named', async () => {
    const { heads } = await validate('--folds', '2');
    assert.deepEqual(
      heads.map(({ head }) => head),
      ['softmax', 'ridge', 'neighbours', 'centroid'],
    );
  });

  it('has the training of the settings beside the usual one, where it is another', async () => {
    const file = path.join(home, 'photos', 'retrain.json');
    const rows = async (settings: object, ...args: string[]) => {
      writeFileSync(file, JSON.stringify(settings));
      return (await validate('--folds', '2', ...args)).heads;
    };
    const names = ['--heads', 'softmax,centroid'];
    const settings = {
      adam: { optimizer: 'adam', trainingSteps: 60, labelSmoothing: 0.2 },
      'retrain.py': { optimizer: 'retrain.py', trainingSteps: 200 },
      'l-bfgs': { optimizer: 'l-bfgs', regularisation: 'validation' },
    };
    for (const [kind, one] of Object.entries(settings)) {
      const heads = await rows(one, ...names);
      assert.deepEqual(
        heads.map(({ head, asSet }) => [head, asSet?.kind]),
        [
          ['softmax', undefined],
          ['softmax', kind],
          ['centroid', undefined],
        ],
      );
      const [usual, own] = heads;
      assert.notEqual(own?.crossEntropy, usual?.crossEntropy, kind);
      assert.ok((own?.accuracy ?? 0) > 0.5, `${kind}: ${own?.accuracy}`);
    }
    const { stdout } = await run('photos', '--folds', '2', ...names);
    assert.match(stdout, /^softmax, as set \(l-bfgs\) {2}\d/m);
    assert.equal((await rows({ optimizer: 'l-bfgs' }, ...names)).length, 2);
    assert.equal((await rows(settings.adam, '--heads', 'centroid')).length, 1);
    const own = await rows({ head: 'hidden', hiddenUnits: 4, trainingPasses: 3 }, '--heads', 'hidden');
    assert.deepEqual(
      own.map(({ head, asSet }) => [head, asSet?.kind]),
      [
        ['hidden', undefined],
        ['hidden', 'hidden'],
      ],
    );
    assert.notEqual(own[1]?.crossEntropy, own[0]?.crossEntropy);
    rmSync(file);
  });

  describe('of classes of very different sizes', () => {
    const folder = path.join(home, 'unbalanced');
    const of = async (...args: string[]) =>
      documentOf(await run('unbalanced', '--json', '--folds', '3', ...args)) as unknown as Document;
    const weightsOf = ({ heads }: Document) => heads.map(({ head, classWeights }) => [head, classWeights]);

    before(() => {
      copySamples(folder, { daisy: 'daisy', tulips: 'tulips' }, 30);
      copySamples(folder, { roses: 'roses' }, 5);
    });

    it('takes the class weights of the settings, in the heads that have any, and says so', async () => {
      const names = ['--heads', 'softmax,ridge,neighbours,centroid'];
      const plain = await of(...names);
      assert.equal(plain.classWeights, undefined);
      assert.ok(plain.heads.every(({ classWeights }) => classWeights === undefined));
      const file = path.join(folder, 'retrain.json');
      writeFileSync(file, '{ "classWeights": "balanced" }');
      const balanced = await of(...names);
      assert.equal(balanced.classWeights, 'balanced');
      assert.deepEqual(weightsOf(balanced), [
        ['softmax', 'balanced'],
        ['ridge', 'balanced'],
        ['neighbours', undefined],
        ['centroid', undefined],
      ]);
      for (const [i, { head, macroRecall, confusion, crossEntropy }] of balanced.heads.entries()) {
        const recalls = confusion.map((row, c) => (row[c] ?? NaN) / sum(row));
        assert.ok(Math.abs(macroRecall - sum(recalls) / 3) < 1e-12);
        const without = plain.heads[i]?.crossEntropy;
        if (head === 'softmax' || head === 'ridge') assert.notEqual(crossEntropy, without, head);
        else assert.equal(crossEntropy, without, head);
      }
      const none = await of('--heads', 'ridge', '--class-weights', 'none');
      assert.deepEqual(none.heads[0]?.accuracies, plain.heads[1]?.accuracies);
      const { stdout } = await run('unbalanced', '--heads', 'ridge,centroid');
      assert.match(stdout, /^Classes balanced in the trainings of: ridge$/m);
      assert.match(stdout, /^Take no class weights: centroid$/m);
      assert.match(stdout, /^ridge .* recall, mean of classes, \d/m);
      rmSync(file);
    });

    it('balances the hidden layer, too', async () => {
      const { heads } = await of('--heads', 'hidden', '--class-weights', 'balanced');
      assert.equal(heads[0]?.classWeights, 'balanced');
      const { heads: plain } = await of('--heads', 'hidden');
      assert.notEqual(heads[0].crossEntropy, plain[0]?.crossEntropy);
    });
  });

  it('says what it found in words', async () => {
    const { stdout, status } = await run('photos', '--heads', 'ridge,ridge', '--folds', '3');
    assert.equal(status, 0);
    assert.match(stdout, /^photos: 25 images of 3 classes in 3 folds, dealt out once/);
    const ridge = stdout.match(/^ridge {2}\d+\.\d % \(95 %: .* to .*\) {2}cross-entropy/gm);
    assert.equal(ridge?.length, 1, 'a head that is named twice is trained once');
  });

  it('refuses more folds than there are different photos, and heads that are none', async () => {
    const { stderr, status } = await run('photos', '--folds', '25');
    assert.equal(status, 1);
    assert.match(stderr, /has 24 different photos, which cannot be dealt out to 25 folds/);
    const unknown = await run('photos', '--heads', 'forest');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /They are softmax, ridge, hidden, neighbours, centroid/);
  });
});
