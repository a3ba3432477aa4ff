import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples, samples } from '../../support/sampleDataset';

interface Sure {
  n?: number;
  unknown?: number | null;
  accuracy: number;
  interval: { low: number; high: number };
  labels: string[];
  confusion: number[][];
  perClass: { label: string; images: number; precision: number; recall: number; f1: number }[];
  topK: { k: number; accuracy: number }[];
  calibration: { bins: { images: number }[]; expectedError: number };
  reject: { threshold: number; answered: number; right: number }[];
}

interface Trained {
  evaluation: Sure;
  leaveOneOut: Sure;
  calibration: { temperature: number; on: string; images: number } | null;
  unknown: { threshold: number; images: number } | null;
  run: string;
}

interface Answer {
  path: string;
  label: string | null;
  nearest?: string;
  unknown?: { novelty: number; threshold: number };
  unsure?: { reject: number };
  confidence: number;
}

describe('how sure a run is, on the command line', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-sureness-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const cli = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const train = async (...args: string[]) =>
    documentOf(await cli('train', 'photos', '--json', ...args)) as unknown as Trained;
  const classify = async (...args: string[]) => {
    const outcome = await cli('classify', ...args, '--json');
    assert.equal(outcome.status, 0, outcome.stderr);
    return documentOf(outcome)['answers'] as Answer[];
  };
  let trained: Trained;
  let run = '';

  before(async () => {
    const labels = Object.fromEntries(['daisy', 'dandelion', 'roses', 'tulips'].map((name) => [name, name]));
    copySamples(path.join(home, 'photos'), labels, 40);
    trained = await train();
    run = path.join(home, 'photos', trained.run);
  });

  it('has top-k, reliability and what a reject threshold leaves, for testing and for leave-one-out', () => {
    const { evaluation, leaveOneOut } = trained;
    for (const [sure, n] of [
      [evaluation, 16],
      [leaveOneOut, 160],
    ] as const) {
      assert.deepEqual(
        sure.topK.map(({ k }) => k),
        [1, 3],
      );
      assert.equal(sure.topK[0]?.accuracy, sure.accuracy);
      assert.equal(
        sure.calibration.bins.reduce((sum, { images }) => sum + images, 0),
        n,
      );
      assert.ok(sure.calibration.expectedError > 0 && sure.calibration.expectedError < 1);
      const [all] = sure.reject;
      assert.equal(all?.answered, n - (sure.unknown ?? 0));
      if (all.answered === n) assert.equal(all.right / n, sure.accuracy);
    }
  });

  it('has the interval of an accuracy and the measures of each class, for testing, leave-one-out and evaluate', async () => {
    const { evaluation, leaveOneOut } = trained;
    assert.deepEqual([evaluation.n, leaveOneOut.n], [16, 160]);
    const evaluated = documentOf(await cli('evaluate', 'photos', '--run', run, '--json')) as unknown as Sure;
    for (const { accuracy, interval, labels, confusion, perClass } of [evaluation, leaveOneOut, evaluated]) {
      assert.ok(interval.low <= accuracy && accuracy <= interval.high && interval.low < interval.high);
      assert.deepEqual(
        perClass.map(({ label, images, recall }) => [label, images, images * recall]),
        labels.map((label, i) => [
          label,
          confusion[i]?.reduce((sum, count) => sum + count, 0),
          confusion[i]?.[i],
        ]),
      );
      assert.ok(perClass.every(({ precision, f1 }) => precision > 0 && f1 > 0));
    }
  });

  it('does not calibrate by few validation images, but by many, in the saved head, and changes no answer', async () => {
    assert.equal(trained.calibration?.on, 'leave-one-out', 'a ridge classifier has its own way');
    assert.equal((await train('--head', 'softmax')).calibration, null);
    const options = ['--head', 'softmax', '--validation-percentage', '65', '--testing-percentage', '10'];
    const { calibration, run: name } = await train(...options);
    assert.equal(calibration?.on, 'validation');
    assert.ok(calibration.images >= 100 && calibration.temperature > 0);
    const folder = path.join(home, 'photos', name);
    const facts = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as {
      calibration: unknown;
      head: { sha256: { weights: string } };
    };
    assert.deepEqual(facts.calibration, calibration);
    // Its logits times the temperature are those of the head as it was trained: the answers stay.
    const weights = readFileSync(path.join(folder, 'weights.bin'));
    const before = await classify('photos/roses', '--run', folder);
    const values = new Float32Array(
      weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
    );
    const cold = values.map((value) => value * calibration.temperature);
    writeFileSync(path.join(folder, 'weights.bin'), cold);
    facts.head.sha256.weights = createHash('sha256').update(cold).digest('hex');
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify(facts));
    const after = await classify('photos/roses', '--run', folder);
    assert.notDeepEqual(after, before);
    assert.deepEqual(
      after.map(({ label, nearest }) => label ?? nearest),
      before.map(({ label, nearest }) => label ?? nearest),
    );
  });

  it('calls unknown what is unlike anything trained, names the nearest label all the same', async () => {
    assert.ok(trained.unknown !== null && trained.unknown.images > 100);
    const [answer] = await classify(path.resolve('media/readme/panel-dark.png'), '--run', run);
    assert.equal(answer?.label, null);
    assert.ok(['daisy', 'dandelion', 'roses', 'tulips'].includes(answer.nearest ?? ''));
    assert.equal(answer.unknown?.threshold, trained.unknown.threshold);
    assert.ok((answer.unknown?.novelty ?? 0) > trained.unknown.threshold);
    const text = await cli('classify', path.resolve('media/readme/panel-dark.png'), '--run', run);
    assert.match(text.stdout, /panel-dark\.png: unknown: unlike anything trained \(nearest: \w+ [\d.]+ %/);
    const own = await classify(path.join(samples, 'roses'), '--run', run);
    assert.ok(own.filter(({ unknown }) => unknown).length <= 2, 'photos like those trained on are known');
  });

  it('counts what it calls unknown: among the testing images, and among labels that it does not know', async () => {
    const shots = ['panel-dark.png', 'panel-light.png'];
    const put = (folder: string) => {
      mkdirSync(folder, { recursive: true });
      for (const name of shots) copyFileSync(path.join('media', 'readme', name), path.join(folder, name));
    };
    const given = path.join(home, 'given');
    copySamples(path.join(given, 'train'), { daisy: 'daisy', roses: 'roses' }, 24);
    for (const label of ['daisy', 'roses']) {
      const [from, to] = ['train', 'test'].map((side) => path.join(given, side, label)) as [string, string];
      mkdirSync(to, { recursive: true });
      for (const name of readdirSync(from).slice(-4)) renameSync(path.join(from, name), path.join(to, name));
    }
    put(path.join(given, 'test', 'roses'));
    const { evaluation, run: name } = documentOf(
      await cli('train', 'given', '--json', '--reject', '0', '--junit', 'given.xml'),
    ) as unknown as Trained;
    const own = path.join(given, name);
    const called = (await classify('given/test', '--run', own)).filter(({ unknown }) => unknown);
    assert.ok(called.length >= 2 && called.length < 10);
    assert.equal(evaluation.unknown, called.length);
    assert.equal(evaluation.reject[0]?.answered, 10 - called.length, 'what is unknown is not answered');
    assert.match(
      readFileSync(path.join(home, 'given.xml'), 'utf8'),
      new RegExp(`<property name="unknown" value="${called.length}"/>`),
    );
    const predictions = readFileSync(path.join(own, 'predictions.csv'), 'utf8').split('\r\n');
    assert.deepEqual(
      predictions.filter((line) => line.endsWith(',yes')).map((line) => line.split(',')[0]),
      called.map(({ path: file }) => file.replace('given/', '')).sort(),
    );

    const strange = path.join(home, 'strange');
    put(path.join(strange, 'shots'));
    const evaluate = async (...args: string[]) => cli('evaluate', strange, '--run', own, ...args);
    const alone = await evaluate();
    assert.equal(alone.status, 0, alone.stderr);
    assert.match(alone.stdout, /^Labels .* not counted: shots \(2 of 2 images called unknown, 100\.0 %\)$/m);
    assert.doesNotMatch(alone.stdout, /Confusion/);
    put(path.join(strange, 'roses'));
    copySamples(strange, { daisy: 'daisy' }, 5);
    const { images, unknown, unknownLabels, ofUnknownLabels } = documentOf(await evaluate('--json'));
    assert.deepEqual(
      { images, unknown, unknownLabels, ofUnknownLabels },
      {
        images: 7,
        unknown: 2,
        unknownLabels: ['shots'],
        ofUnknownLabels: [{ label: 'shots', images: 2, unknown: 2 }],
      },
    );
    assert.match(
      (await evaluate()).stdout,
      /^Unlike anything trained, called unknown: 2 of 7 images \(28\.6 %\); of the 5 others [\d.]+ % right$/m,
    );
  });

  it('calls unsure what is below the reject threshold, and leaves the labels file as it is', async () => {
    const all = await classify('photos/tulips', '--run', run, '--reject', '0');
    assert.ok(all.every(({ unsure }) => unsure === undefined));
    const some = await classify('photos/tulips', '--run', run, '--reject', '0.9');
    some.forEach(({ unsure, unknown, confidence, label }) => {
      assert.equal(unsure !== undefined, unknown === undefined && confidence < 0.9);
      assert.equal(label === null, unsure !== undefined || unknown !== undefined);
    });
    assert.ok(some.some(({ unsure }) => unsure?.reject === 0.9));
    assert.equal(readFileSync(path.join(run, 'labels.txt'), 'utf8'), 'daisy\ndandelion\nroses\ntulips\n');
    for (const wrong of ['1.5', '-0.1', 'much', '']) {
      const outcome = await cli('classify', 'photos/tulips', '--run', run, '--reject', wrong);
      assert.equal(outcome.status, 2, wrong);
    }
  });

  it('counts what a reject threshold leaves, in evaluate and in train', async () => {
    type Rejecting = { images: number; rejected?: { threshold: number; answered: number; right: number } };
    const evaluate = async (...args: string[]) =>
      documentOf(await cli('evaluate', 'photos', '--run', run, '--json', ...args)) as unknown as Rejecting &
        Sure;
    const measured = await evaluate('--reject', '0.9');
    assert.deepEqual(
      measured.rejected,
      measured.reject.find(({ threshold }) => threshold === 0.9),
    );
    assert.equal((await evaluate()).rejected, undefined);
    const between = (await evaluate('--reject', '0.873')).rejected;
    const [low, high] = [0.85, 0.9].map((at) => measured.reject.find(({ threshold }) => threshold === at));
    assert.ok(between && low && high && between.threshold === 0.873);
    assert.ok(low.answered >= between.answered && between.answered >= high.answered);
    const { stdout } = await cli('evaluate', 'photos', '--run', run, '--reject', '0.9');
    const { answered, right } = measured.rejected ?? { answered: NaN, right: NaN };
    const share = `${((100 * right) / answered).toFixed(1)} % of these right`;
    assert.match(
      stdout,
      new RegExp(
        `^Unsure below 0\\.9, or unknown: ${measured.images - answered} of ${measured.images} images; ${answered} answered \\(.*\\), ${share}$`,
        'm',
      ),
    );
    const settings = path.join(home, 'photos', 'retrain.json');
    writeFileSync(settings, '{"reject": 0.9}');
    assert.deepEqual((await evaluate()).rejected, measured.rejected, 'retrain.json says it for all');
    assert.equal((await evaluate('--reject', '0')).rejected, undefined, 'an option is stronger');
    const unsure = (await classify('photos/tulips', '--run', run)).filter((answer) => answer.unsure);
    assert.ok(unsure.length > 0 && unsure.every((answer) => answer.unsure?.reject === 0.9));
    const { evaluation } = (await train()) as { evaluation: Sure & Partial<Rejecting> };
    assert.deepEqual(
      evaluation.rejected,
      evaluation.reject.find(({ threshold }) => threshold === 0.9),
    );
    rmSync(settings);
    assert.equal((await cli('evaluate', 'photos', '--run', run, '--reject', '2')).status, 2);
  });

  it('answers as before from a run of an older version, which knows nothing of it', async () => {
    rmSync(path.join(run, 'known.bin'));
    const predictions = path.join(run, 'predictions.csv');
    const asNow = readFileSync(predictions, 'utf8');
    const asThen = asNow.replace(/,(?:unknown|no|yes)(?=\r\n)/g, '');
    assert.notEqual(asThen, asNow);
    writeFileSync(predictions, asThen);
    for (const name of ['run.json', 'metrics.json']) {
      const file = path.join(run, name);
      const document = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
      for (const key of ['known', 'calibration']) delete document[key];
      for (const key of ['evaluation', 'leaveOneOut']) {
        delete document[key]?.['sureness'];
        delete document[key]?.['unknown'];
      }
      writeFileSync(file, JSON.stringify(document));
    }
    const [answer] = await classify(path.resolve('media/readme/panel-dark.png'), '--run', run);
    assert.equal(typeof answer?.label, 'string');
    assert.equal(answer?.unknown, undefined);
    const outcome = await cli('evaluate', 'photos', '--run', run, '--json');
    const measured = documentOf(outcome) as unknown as Sure & { images: number };
    assert.equal(measured.unknown, null);
    assert.equal(measured.reject[0]?.answered, measured.images);
  });
});
