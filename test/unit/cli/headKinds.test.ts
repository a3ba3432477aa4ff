import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Document {
  split: { training: number; validation: number };
  training: {
    head: string;
    k?: number;
    temperature?: number;
    trials?: { k: number; error: number; crossEntropy: number }[];
    hidden?: { units: number };
    epochs?: number;
    best?: number;
    ended?: string;
    optimizer?: { kind: string; penalties?: number[] };
    regularisation?: { l2: number; trials: { l2: number; crossEntropy: number }[] };
    classWeights?: string;
  };
  evaluation: { accuracy: number; confusion: number[][] };
  leaveOneOut: { n: number; penalty: number };
  calibration: { on: string; images: number } | null;
  run: string;
}

interface Classified {
  head: string;
  answers: { path: string; label: string | null; nearest?: string; scores: { probability: number }[] }[];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

/** Its own file, as in the other suites of a command, so that these run beside them. */
describe('retrain train --head, of every kind', function () {
  this.timeout(180_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-kinds-')));
  const photos = path.join(home, 'photos');
  after(() => rmSync(home, { recursive: true, force: true }));
  const run = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const train = async (...args: string[]) =>
    documentOf(await run('train', 'photos', '--json', ...args)) as unknown as Document;
  const bytesOf = (document: Document, name: string) => readFileSync(path.join(photos, document.run, name));
  const error = async (...args: string[]) =>
    (documentOf(await run(...args, '--json')) as { error: { code: string } }).error.code;

  before(() => copySamples(photos, { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 20));

  for (const [head, numbers] of [
    ['hidden', 'weights.bin'],
    ['neighbours', 'neighbours.npy'],
    ['centroid', 'weights.bin'],
  ] as const)
    describe(head, () => {
      let first: Document;
      before(async () => {
        first = await train('--head', head, '--junit', path.join(home, `${head}.xml`));
      });

      it('is trained, and the run says what was chosen', () => {
        const { training, evaluation, leaveOneOut, calibration } = first;
        assert.equal(training.head, head);
        assert.ok(evaluation.accuracy > 0.5, String(evaluation.accuracy));
        // Leave-one-out is that of ridge, whatever the head.
        assert.deepEqual([leaveOneOut.n, leaveOneOut.penalty], [60, 0.1]);
        switch (head) {
          case 'hidden':
            assert.equal(training.hidden?.units, 128);
            assert.ok((training.epochs ?? 0) >= (training.best ?? Infinity));
            assert.match(training.ended ?? '', /^(limit|patience)$/);
            assert.equal(calibration, null, '6 validation images are too few');
            break;
          case 'neighbours': {
            const { trials = [], k } = training;
            assert.deepEqual(
              trials.map((trial) => trial.k),
              [1, 3, 5, 10, 20],
            );
            const best = [...trials].sort((a, b) => a.crossEntropy - b.crossEntropy)[0];
            assert.equal(k, best?.k);
            break;
          }
          case 'centroid':
            assert.ok((training.temperature ?? 0) > 0);
        }
        if (head !== 'hidden')
          assert.deepEqual([calibration?.on, calibration?.images], ['leave-one-out', first.split.training]);
        const report = readFileSync(path.join(home, `${head}.xml`), 'utf8');
        assert.match(report, new RegExp(`name="head" value="${head}"`));
      });

      it('gives the same numbers bit for bit the second time', async () => {
        const again = await train('--head', head);
        assert.ok(bytesOf(again, numbers).equals(bytesOf(first, numbers)));
        assert.deepEqual(again.evaluation, first.evaluation);
      });

      it('classifies and evaluates from its run, as it was measured', async () => {
        const folder = path.join('photos', first.run);
        const rows = bytesOf(first, 'predictions.csv').toString().trimEnd().split('\r\n').slice(1);
        assert.ok(rows.length >= 6);
        const asked = rows.map((row) => row.split(','));
        const files = asked.map(([file = '']) => path.join('photos', ...file.split('/')));
        const { answers, head: named } = documentOf(
          await run('classify', ...files, '--run', folder, '--json'),
        ) as unknown as Classified;
        assert.equal(named, head);
        answers.forEach(({ label, nearest, scores }, i) => {
          const [, , , , predicted, probability] = asked[i] ?? [];
          assert.equal(label ?? nearest, predicted);
          assert.ok(Math.abs(sum(scores.map((score) => score.probability)) - 1) < 1e-5);
          assert.ok(Math.abs((scores[0]?.probability ?? NaN) - Number(probability)) < 1e-4);
        });
        const evaluated = documentOf(await run('evaluate', 'photos', '--run', folder, '--json')) as {
          images: number;
          accuracy: number;
          head: string;
        };
        assert.deepEqual([evaluated.images, evaluated.head], [60, head]);
        assert.ok(evaluated.accuracy > 0.6);
      });

      it('takes views of the training images', async () => {
        const views = await train('--head', head, '--random_crop', '10', '--views', '2');
        assert.equal(views.training.head, head);
        assert.ok(views.evaluation.accuracy > 0.5);
        if (head === 'neighbours')
          assert.equal(
            bytesOf(views, 'neighbours.txt').toString().trimEnd().split('\n').length,
            3 * views.split.training,
          );
      });

      it('trains without an image kept aside', async () => {
        const whole = await train(
          ...['--head', head, '--validation-percentage', '0', '--testing-percentage', '0'],
        );
        assert.equal(whole.split.training, 60);
      });
    });

  it('comes from retrain.json too', async () => {
    const file = path.join(photos, 'retrain.json');
    writeFileSync(file, '{ "head": "centroid" }');
    assert.equal((await train()).training.head, 'centroid');
    writeFileSync(file, '{ "head": "neighbours", "classWeights": "balanced" }');
    assert.equal(await error('train', 'photos'), 'SETTINGS_DAMAGED');
    rmSync(file);
  });

  it('a hidden layer is steered by retrain.json, and by flags that are stronger', async () => {
    const file = path.join(photos, 'retrain.json');
    const steered = { hiddenUnits: 16, learningRate: 0.01, trainBatchSize: -1, earlyStopping: 0 };
    writeFileSync(file, JSON.stringify({ head: 'hidden', ...steered }));
    const { training } = await train('--training-passes', '4', '--label-smoothing', '0.1');
    const own = { units: 16, batchSize: -1, learningRate: 0.01, passes: 4, patience: 0, labelSmoothing: 0.1 };
    assert.deepEqual(training.hidden, own);
    assert.deepEqual([training.epochs, training.ended], [4, 'limit']);
    // The rate of a hidden layer is none for gradient descent.
    const other = await train('--optimizer', 'sgd', '--how-many-training-steps', '5');
    assert.equal((other.training.optimizer as { learningRate?: number }).learningRate, 10);
    rmSync(file);
    const { status, stderr } = await run('train', 'photos', '--hidden-units', '5', '--head', 'softmax');
    assert.deepEqual([status, /hiddenUnits .* where head is hidden/.test(stderr)], [2, true], stderr);
  });

  it('a hidden layer takes class weights, and is written as a model and as curves', async () => {
    const [model, events] = [path.join(home, 'model'), path.join(home, 'events')];
    const document = await train(
      ...['--head', 'hidden', '--class-weights', 'balanced'],
      ...['--saved_model_dir', model, '--summaries_dir', events],
    );
    assert.equal(document.training.classWeights, 'balanced');
    assert.deepEqual(readdirSync(model).sort(), ['labels.txt', 'model.json', 'weights.bin']);
    assert.match(readFileSync(path.join(model, 'model.json'), 'utf8'), /"final_result_hidden\/kernel"/);
    assert.ok(existsSync(events));
  });

  for (const [name, limit, args] of [
    ['a hidden layer', '--training-passes', ['--head', 'hidden', '--hidden-units', '8']],
    ['adam', '--how-many-training-steps', ['--optimizer', 'adam', '--eval-step-interval', '3']],
  ] as const)
    it(`${name} that is gone on with comes to the very run that one training comes to`, async () => {
      const whole = await train(...args, limit, '7');
      const first = await train(...args, limit, '4');
      const folder = path.join('photos', first.run);
      const second = await train('--continue', folder, '--how-many-training-steps', '3');
      const metrics = (of: Document) => {
        const text = bytesOf(of, 'metrics.json').toString();
        return text.replace(/"seconds": [\d.e-]+/g, '');
      };
      assert.equal(metrics(second), metrics(whole));
      for (const file of ['weights.bin', 'state.bin', 'predictions.csv', 'known.bin'])
        assert.ok(bytesOf(second, file).equals(bytesOf(whole, file)), file);
      assert.ok(!bytesOf(first, 'weights.bin').equals(bytesOf(whole, 'weights.bin')));
      writeFileSync(path.join(photos, first.run, 'state.bin'), 'torn');
      assert.equal(await error('train', 'photos', '--continue', folder), 'RUN_DAMAGED');
    });

  it('softmax has its penalty chosen on validation, and the usual one without', async () => {
    const { training } = await train('--regularisation', 'validation');
    const { l2, trials = [] } = training.regularisation ?? {};
    assert.equal(training.head, 'softmax');
    assert.deepEqual(training.optimizer?.penalties, [1e-6, 1e-5, 1e-4, 1e-3]);
    assert.equal(trials.length, 4);
    const least = Math.min(...trials.map(({ crossEntropy }) => crossEntropy));
    assert.equal(trials.find((trial) => trial.l2 === l2)?.crossEntropy, least);
    const blind = await train('--regularisation', 'validation', '--validation-percentage', '0');
    assert.equal(blind.training.regularisation, undefined);
  });

  it('refuses what a head has no part in, before anything is computed', async () => {
    for (const args of [
      ['--head', 'neighbours', '--class-weights', 'balanced'],
      ['--head', 'centroid', '--class-weights', 'balanced'],
      ['--head', 'centroid', '--summaries_dir', 'events'],
      ['--head', 'hidden', '--optimizer', 'retrain.py'],
      ['--head', 'ridge', '--optimizer', 'l-bfgs'],
      ['--head', 'ridge', '--label-smoothing', '0.1'],
      ['--head', 'hidden', '--eval-step-interval', '3'],
      ['--head', 'hidden', '--regularisation', 'validation'],
      ['--regularisation', 'validation', '--optimizer', 'retrain.py'],
    ]) {
      const { status, stdout, stderr } = await run('train', 'photos', ...args);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /^error: --/m);
    }
    const args = ['train', 'photos', '--head', 'neighbours', '--saved_model_dir', path.join(home, 'none')];
    assert.equal(await error(...args), 'HEAD_WITHOUT_MODEL');
    assert.ok(!existsSync(path.join(home, 'none')));
  });

  describe('the runs of several kinds', () => {
    it('lists them, and holds two of them against each other', async () => {
      const { runs } = documentOf(await run('runs', 'photos', '--json')) as {
        runs: { run: string; head: string }[];
      };
      const of = (head: string) => runs.find((one) => one.head === head)?.run ?? '';
      const compared = documentOf(await run('compare', of('hidden'), of('neighbours'), '--json')) as {
        settings: { key: string; before: unknown; after: unknown }[];
        leaveOneOut: { ofHeads: boolean; flips: { both: number; toWrong: unknown[]; toRight: unknown[] } };
      };
      const setting = (key: string) => compared.settings.find((one) => one.key === key);
      assert.deepEqual(setting('head.kind'), { key: 'head.kind', before: 'hidden', after: 'neighbours' });
      assert.deepEqual(setting('head.candidates')?.after, '1, 3, 5, 10, 20');
      // Ridge heads answer for both: they are the same, and the testing photos come first.
      const { ofHeads, flips } = compared.leaveOneOut;
      assert.deepEqual([ofHeads, flips.toWrong, flips.toRight], [false, [], []]);
      const { stdout } = await run('compare', of('hidden'), of('neighbours'));
      assert.match(stdout, /^Testing images: [^]*^Leave-one-out, .*\n {2}by ridge heads/m);
      assert.match((await run('runs', 'photos')).stdout, / by ridge heads · .* · hidden/);
    });
  });
});
