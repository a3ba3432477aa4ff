import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples, samples } from '../../support/sampleDataset';

interface ClassifyDocument {
  format: number;
  run: string;
  answers: {
    path: string;
    label?: string;
    confidence?: number;
    scores?: { label: string; probability: number }[];
    error?: { code: string; message: string };
  }[];
}

describe('retrain classify and retrain evaluate', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-cli-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const dataset = path.join(home, 'photos');
  const labels = { daisy: 'daisy', roses: 'roses', tulips: 'tulips' };
  let run = '';
  const classify = (...args: string[]) => runCli(['classify', ...args], { cwd: home, data: home });

  before(async () => {
    copySamples(dataset, labels, 10);
    const trained = documentOf(await runCli(['train', 'photos', '--json'], { cwd: home, data: home }));
    run = path.join(dataset, String(trained['run']));
  });

  it('names images and folders of images, in the order and as they were given', async () => {
    writeFileSync(path.join(home, 'note.jpg'), 'no picture');
    mkdirSync(path.join(home, 'new', 'below'), { recursive: true });
    const [, , , , , , , , , , name = ''] = readdirSync(path.join(samples, 'daisy')).sort();
    cpSync(path.join(samples, 'daisy', name), path.join(home, 'new', 'below', 'x.jpg'));
    const outcome = await classify('note.jpg', 'new/', `photos/daisy/${name}`, '--run', run, '--json');
    assert.equal(outcome.status, 0, outcome.stderr);
    const { answers } = documentOf(outcome) as unknown as ClassifyDocument;
    assert.deepEqual(
      answers.map((answer) => answer.path),
      ['note.jpg', 'new/below/x.jpg', `photos/daisy/${name}`],
    );
    assert.equal(answers[0]?.error?.code, 'FORMAT_UNKNOWN');
    const text = await classify('note.jpg', `photos/daisy/${name}`, '--run', run);
    assert.match(text.stdout, /^note\.jpg: note\.jpg is not an image/);
    assert.match(text.stdout, new RegExp(`\nphotos/daisy/${name}: ${name} is not there`));
    assert.equal(answers[2]?.error?.code, 'FILE_MISSING');
    const { label, confidence, scores = [] } = answers[1] ?? {};
    assert.deepEqual(scores.map((score) => score.label).sort(), ['daisy', 'roses', 'tulips']);
    assert.deepEqual({ label, probability: confidence }, scores[0]);
    assert.ok(Math.abs(scores.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-6);
  });

  it('finds the newest run of the nearest dataset above the image, and writes nothing', async () => {
    const before = readdirSync(home, { recursive: true }).sort();
    const [name = ''] = readdirSync(path.join(dataset, 'tulips'));
    const document = documentOf(
      await classify(`photos/tulips/${name}`, '--json'),
    ) as unknown as ClassifyDocument;
    assert.equal(document.run, run);
    assert.deepEqual(readdirSync(home, { recursive: true }).sort(), before);
  });

  it('names an image that is not there, rather than the run that is not, and takes nothing for no folder', async () => {
    const missing = await classify('nowhere.jpg', '--json');
    assert.equal((documentOf(missing) as { error: { code: string } }).error.code, 'FILE_MISSING');
    for (const args of [[''], ['photos', ''], ['photos', '--run', '']]) {
      const { status, stderr } = await classify(...args);
      assert.equal(status, 2);
      assert.match(stderr, /^error: (?:image|--run) is empty/);
    }
  });

  it('gives the same answers in the wasm runtime', async () => {
    const options = ['--backbone', 'efficientnet-lite2', '--json'];
    const trained = documentOf(await runCli(['train', 'photos', ...options], { cwd: home, data: home }));
    const float = path.join(dataset, String(trained['run']));
    const answersOf = async (runtime: string) => {
      const outcome = await classify('photos/roses', '--runtime', runtime, '--run', float, '--json');
      assert.equal(outcome.status, 0, outcome.stderr);
      return (documentOf(outcome) as unknown as ClassifyDocument).answers;
    };
    const expected = await answersOf('auto');
    const answers = await answersOf('wasm');
    assert.equal(answers.length, 10);
    answers.forEach(({ path: file, label, confidence = NaN }, i) => {
      assert.deepEqual([file, label], [expected[i]?.path, expected[i]?.label]);
      assert.ok(Math.abs(confidence - (expected[i]?.confidence ?? NaN)) < 1e-3, file);
    });
  });

  it('keeps the order of many images given one by one, and names those given as folders by path', async () => {
    const given = ['tulips', 'daisy'].flatMap((label) =>
      readdirSync(path.join(dataset, label))
        .sort()
        .reverse()
        .map((name) => `photos/${label}/${name}`),
    );
    const outcome = await classify(...given, './photos/roses//', '--json');
    const { answers } = documentOf(outcome) as unknown as ClassifyDocument;
    const roses = readdirSync(path.join(dataset, 'roses')).sort();
    assert.deepEqual(
      answers.map((answer) => answer.path),
      [...given, ...roses.map((name) => `./photos/roses/${name}`)],
    );
  });

  it('says nothing when its reader has seen enough', async () => {
    const outcome = await runCli(['classify', 'photos', '--run', run, '--json'], {
      cwd: home,
      data: home,
      started: (child) => child.stdout?.destroy(),
    });
    assert.deepEqual([outcome.status, outcome.stderr], [0, '']);
  });

  it('ends with 1 where nothing was answered, and where there is no run', async () => {
    const missing = await classify('photos/tulips/nowhere.jpg', '--json');
    assert.equal(missing.status, 1);
    assert.equal(
      (documentOf(missing) as unknown as ClassifyDocument).answers[0]?.error?.code,
      'FILE_MISSING',
    );
    copySamples(path.join(home, 'untrained'), { daisy: 'daisy' }, 1);
    const [name = ''] = readdirSync(path.join(home, 'untrained', 'daisy'));
    const untrained = await classify(`untrained/daisy/${name}`, '--json');
    assert.equal(untrained.status, 1);
    assert.equal((documentOf(untrained)['error'] as { code: string }).code, 'NO_RUN');
  });

  it('says where what is named as a run is none', async () => {
    for (const none of ['no-such-run', 'photos']) {
      const outcome = await classify('photos', '--run', none, '--json');
      assert.equal(outcome.status, 1);
      assert.equal((documentOf(outcome)['error'] as { code: string }).code, 'NOT_A_RUN', none);
    }
  });

  it('says which run file is damaged', async () => {
    const copy = path.join(home, 'damaged');
    cpSync(run, copy, { recursive: true });
    const weights = readFileSync(path.join(copy, 'weights.bin'));
    writeFileSync(path.join(copy, 'weights.bin'), weights.subarray(0, -4));
    const [name = ''] = readdirSync(path.join(dataset, 'tulips'));
    const outcome = await classify(`photos/tulips/${name}`, '--run', copy, '--json');
    assert.equal(outcome.status, 1);
    const { error } = documentOf(outcome) as { error: { code: string; path: string } };
    assert.equal(error.code, 'RUN_DAMAGED');
    assert.equal(error.path, path.join(copy, 'weights.bin'));
  });

  it('evaluates a labelled folder, and says what was seen in training and which labels are unknown', async () => {
    const folder = path.join(home, 'later');
    copySamples(folder, { daisy: 'daisy', sunflowers: 'sunflowers' }, 12);
    const outcome = await runCli(['evaluate', 'later', '--run', run, '--json'], { cwd: home, data: home });
    assert.equal(outcome.status, 0, outcome.stderr);
    const document = documentOf(outcome) as {
      images: number;
      accuracy: number;
      labels: string[];
      confusion: number[][];
      seenInTraining: number;
      unknownLabels: string[];
    };
    assert.equal(document.images, 12);
    assert.deepEqual(document.labels, ['daisy', 'roses', 'tulips']);
    assert.deepEqual(document.unknownLabels, ['sunflowers']);
    assert.equal(
      document.confusion.flat().reduce((sum, count) => sum + count, 0),
      12,
    );
    assert.equal(document.accuracy, (document.confusion[0]?.[0] ?? 0) / 12);
    const fitted = readFileSync(path.join(run, 'run.json'), 'utf8');
    assert.ok(document.seenInTraining > 0 && document.seenInTraining <= 10, fitted.slice(0, 200));
    assert.ok(existsSync(path.join(folder, '.bottlenecks')));
  });

  it('evaluates the newest run of the nearest dataset where none is named, and says which; or that there is none', async () => {
    const evaluate = (folder: string) => runCli(['evaluate', folder, '--json'], { cwd: home, data: home });
    const newest = path.join(path.dirname(run), readdirSync(path.dirname(run)).sort().at(-1) ?? '');
    const outcome = await evaluate('photos');
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.equal(documentOf(outcome)['run'], newest);
    assert.ok(outcome.stderr.includes(`Run: ${newest}\n`), outcome.stderr);
    mkdirSync(path.join(home, 'elsewhere'));
    for (const [folder, code] of [
      ['elsewhere', 'RUN_UNNAMED'],
      ['nowhere', 'FOLDER_NOT_FOUND'],
    ] as const) {
      const failed = await evaluate(folder);
      assert.equal(failed.status, 1);
      const { error } = documentOf(failed) as { error: { code: string; path: string } };
      assert.deepEqual([error.code, error.path], [code, path.join(home, folder)]);
    }
  });
});
