import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Document {
  training: {
    optimizer: Record<string, unknown>;
    unit: string;
    epochs: number;
    best: number;
    ended: string;
    distortions?: object;
    classWeights?: string;
  };
  evaluation: { accuracy: number };
  continues?: { run: string; epochs: number };
  dataset: { images: number };
  run: string;
}
interface Metrics {
  training: { curve: { epoch: number; training: { crossEntropy: number } }[] };
}

describe('retrain train by other optimizers', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-optimizers-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const photos = path.join(home, 'photos');
  const settingsFile = path.join(photos, 'retrain.json');
  const train = (...args: string[]) => runCli(['train', 'photos', ...args], { cwd: home, data: home });
  const document = async (...args: string[]) => {
    const outcome = await train('--json', ...args);
    assert.equal(outcome.status, 0, outcome.stderr);
    return documentOf(outcome) as unknown as Document;
  };
  const read = (run: string, file: string) => readFileSync(path.join(photos, run, file));
  const curveOf = (run: string) =>
    (JSON.parse(read(run, 'metrics.json').toString()) as Metrics).training.curve;
  /** Interrupts the training, so often, once it says that it trains; `ends` is what it says in the end. */
  const interrupted = (times: number, ...args: string[]) =>
    runCli(['train', 'photos', ...args], {
      cwd: home,
      data: home,
      started: (child) => {
        let sent = 0;
        const interrupt = () => {
          if (sent++ < times) child.kill('SIGINT');
        };
        child.stderr?.on('data', (chunk: Buffer) => {
          const text = chunk.toString();
          if (text.includes('Bottlenecks:')) setTimeout(interrupt, 1500);
          if (text.includes('Stopping the training')) interrupt();
        });
      },
    });

  before(() => copySamples(photos, { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 20));
  afterEach(() => rmSync(settingsFile, { force: true }));

  for (const kind of ['adam', 'sgd'])
    it(`trains by ${kind}, with its own defaults and what is said otherwise, and again the same`, async () => {
      const args = ['--optimizer', kind, '--how_many_training_steps', '40', '--train_batch_size', '16'];
      const { training, evaluation, run } = await document(...args, '--class-weights', 'balanced');
      assert.deepEqual(
        [training.unit, training.epochs, training.ended, training.classWeights],
        ['step', 40, 'limit', 'balanced'],
      );
      assert.equal(training.optimizer['kind'], kind);
      assert.equal(training.optimizer['trainBatchSize'], 16);
      assert.equal(training.optimizer['evalStepInterval'], 10);
      assert.equal(typeof training.optimizer['learningRate'], 'number');
      assert.ok(evaluation.accuracy > 0.5);
      const again = await document(...args, '--class-weights', 'balanced');
      assert.ok(read(run, 'weights.bin').equals(read(again.run, 'weights.bin')));
      const other = await document(...args, '--learning_rate', '0.7');
      assert.equal(other.training.optimizer['learningRate'], 0.7);
      assert.equal(read(run, 'weights.bin').equals(read(other.run, 'weights.bin')), false);
    });

  it('ends early, smooths labels, and takes both from retrain.json, where an option is stronger', async () => {
    writeFileSync(
      settingsFile,
      '{ "optimizer": "adam", "earlyStopping": 2, "labelSmoothing": 0.1, "learningRate": 1, "flipLeftRight": true, "views": 1 }',
    );
    const early = await document();
    assert.equal(early.training.ended, 'patience');
    assert.ok(early.training.epochs < 1000);
    assert.equal(early.training.optimizer['labelSmoothing'], 0.1);
    assert.ok(early.training.distortions);
    const plain = await document('--no_flip_left_right', '--early-stopping', '0', '--label-smoothing', '0');
    assert.equal(plain.training.distortions, undefined);
    assert.deepEqual(
      [plain.training.optimizer['earlyStopping'], plain.training.optimizer['labelSmoothing']],
      [0, 0],
    );
    const smoothed = await document('--optimizer', 'l-bfgs', '--label-smoothing', '0.2');
    assert.equal(smoothed.training.optimizer['labelSmoothing'], 0.2);
  });

  it('says where early stopping has nothing to go by', async () => {
    const args = ['--optimizer', 'adam', '--how-many-training-steps', '5', '--early-stopping', '2'];
    const { stdout } = await train(...args, '--validation-percentage', '0');
    assert.match(stdout, /note: There is no validation image, so nothing could end the training early/);
  });

  it('refuses what has no part in it', async () => {
    for (const args of [
      ['--optimizer', 'adam', '--keep', 'last'],
      ['--optimizer', 'sgd', '--validation-batch-size', '5'],
      ['--optimizer', 'l-bfgs', '--train-batch-size', '5'],
      ['--head', 'ridge', '--optimizer', 'adam'],
      ['--early-stopping', '3'],
      ['--optimizer', 'retrain.py', '--label-smoothing', '0.1'],
      ['--label-smoothing', '1'],
      ['--early-stopping', '-1'],
      ['--continue', 'photos', '--seed', '1'],
    ]) {
      const { status, stderr } = await train(...args);
      assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
    }
    assert.match(
      (await train('--early-stopping', '3')).stderr,
      /it does where optimizer is adam or sgd, or head is hidden/,
    );
  });

  it('stops at the first interruption of a training, saves, and goes on from there', async function () {
    if (process.platform === 'win32') this.skip();
    const args = ['--optimizer', 'adam', '--how-many-training-steps', '1000000'];
    const { status, stdout, stderr } = await interrupted(1, ...args);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Stopping the training: .* Ctrl\+C again cancels\./);
    assert.match(stdout, /Training: softmax by \w+, (\d+) steps, best \d+, stopped early at step \1 /);
    const run = /Run: (.*)/.exec(stdout)?.[1] ?? '';
    const stopped = curveOf(path.relative(photos, run));
    const made = (stopped.at(-1)?.epoch ?? NaN) + 1;

    const further = await document('--continue', run, '--how-many-training-steps', '30');
    assert.deepEqual(further.continues, { run: path.basename(run), epochs: made });
    assert.equal(further.training.epochs, made + 30);
    assert.equal(further.training.optimizer['steps'], made + 30);
    const curve = curveOf(further.run);
    // Where it was stopped between two evaluations, that one falls away.
    const inTurn = stopped.filter(({ epoch }) => epoch % 10 === 9);
    assert.ok(inTurn.length > 0);
    assert.deepEqual(curve.slice(0, inTurn.length), inTurn);
    assert.equal(curve.at(-1)?.epoch, made + 29);
    const { stdout: text } = await train('--continue', path.join(photos, further.run));
    assert.match(
      text,
      new RegExp(`continued from the run ${path.basename(further.run)}, its step ${made + 30}`),
    );
  });

  it('cancels at the second interruption, and leaves no run', async function () {
    if (process.platform === 'win32') this.skip();
    const { status, stdout, stderr } = await interrupted(
      2,
      '--optimizer',
      'adam',
      '--how-many-training-steps',
      '1000000',
      '--eval-step-interval',
      '1000000',
      '--train-batch-size',
      '-1',
    );
    // The training may have ended between the two, and what comes after it is quick.
    if (status !== 0) assert.equal(status, 130, stderr);
    if (status === 130) assert.equal(stdout, '');
  });

  it('goes on by every optimizer that has a curve', async () => {
    const first = await document('--optimizer', 'retrain.py', '--how-many-training-steps', '30');
    const second = await document('--continue', path.join(photos, first.run));
    assert.equal(second.training.epochs, 60);
    assert.equal(second.training.optimizer['kind'], 'retrain.py');
    const third = await document('--optimizer', 'sgd', '--how-many-training-steps', '20');
    const fourth = await document('--continue', path.join(photos, third.run));
    const compared = documentOf(
      await runCli(['compare', path.join(photos, first.run), path.join(photos, third.run), '--json'], {
        cwd: home,
        data: home,
      }),
    ) as unknown as { metrics: { key: string; before: unknown; after: unknown }[] };
    assert.deepEqual(
      compared.metrics.filter(({ key }) => key === 'steps' || key === 'epochs'),
      [{ key: 'steps', before: 30, after: 20 }],
    );
    const loss = ({ run }: Document) => curveOf(run).at(-1)?.training.crossEntropy ?? NaN;
    assert.ok(loss(fourth) < loss(third));
  });

  it('says why a run cannot be gone on with', async () => {
    const refusal = async (...args: string[]) => {
      const outcome = await train('--json', ...args);
      assert.equal(outcome.status, 1, outcome.stderr);
      return (documentOf(outcome) as unknown as { error: { code: string; message: string } }).error;
    };
    const converged = await document('--head', 'softmax');
    assert.equal(converged.training.ended, 'converged');
    assert.equal(existsSync(path.join(photos, converged.run, 'last.bin')), false);
    const folder = (run: string) => path.join(photos, run);
    assert.equal((await refusal('--continue', folder(converged.run))).code, 'CONTINUE_CONVERGED');
    const ridge = await document('--head', 'ridge');
    assert.equal((await refusal('--continue', folder(ridge.run))).code, 'CONTINUE_UNKEPT');
    const short = await document('--optimizer', 'adam', '--how-many-training-steps', '5');
    const outcome = await runCli(['train', 'other', '--json', '--continue', folder(short.run)], {
      cwd: home,
      data: home,
      started: () => copySamples(path.join(home, 'other'), { daisy: 'daisy', roses: 'roses' }, 4),
    });
    const { error } = documentOf(outcome) as unknown as { error: { code: string; message: string } };
    assert.equal(error.code, 'CONTINUE_CLASSES');
    assert.match(
      error.message,
      /it knows the classes daisy, roses, tulips, the photos now have daisy, roses/,
    );
    const file = path.join(folder(short.run), 'run.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"fingerprint": ".{8}/, '"fingerprint": "00000000'));
    assert.equal((await refusal('--continue', folder(short.run))).code, 'CONTINUE_BACKBONE');
    writeFileSync(file, text);
    rmSync(path.join(folder(short.run), 'state.bin'));
    assert.equal((await refusal('--continue', folder(short.run))).code, 'RUN_DAMAGED');
  });

  it('goes on with a run from before its state was kept, but not with a hidden layer', async () => {
    const stateless = async (...args: string[]) => {
      const { run } = await document(...args);
      const folder = path.join(photos, run);
      const metrics = path.join(folder, 'metrics.json');
      const kept = JSON.parse(readFileSync(metrics, 'utf8')) as { training: { state?: object } };
      delete kept.training.state;
      writeFileSync(metrics, JSON.stringify(kept));
      rmSync(path.join(folder, 'state.bin'));
      cpSync(path.join(folder, 'weights.bin'), path.join(folder, 'last.bin'));
      return folder;
    };
    const former = await stateless('--optimizer', 'adam', '--how-many-training-steps', '5');
    const further = await document('--continue', former);
    assert.deepEqual([further.training.epochs, curveOf(further.run).length], [10, 2]);
    assert.ok(existsSync(path.join(photos, further.run, 'state.bin')));
    const hidden = await stateless('--head', 'hidden', '--training-passes', '2');
    assert.match((await train('--continue', hidden)).stderr, /cannot be continued/);
  });

  it('goes on after photos were added, on the sides that the split gives them', async () => {
    const short = await document('--optimizer', 'adam', '--how-many-training-steps', '10');
    cpSync(path.resolve('media/samples/flowers/roses'), path.join(photos, 'roses'), { recursive: true });
    const further = await document('--continue', path.join(photos, short.run));
    assert.equal(further.training.epochs, 20);
    assert.equal(further.dataset.images, 80);
  });
});
