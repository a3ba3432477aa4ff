import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface TrainDocument {
  dataset: { classes: { label: string; count: number }[]; images: number };
  split: { training: number; validation: number; testing: number };
  evaluation: { labels: string[]; accuracy: number; confusion: number[][] };
  run: string;
}

describe('retrain train on a dataset of train, val and test folders', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-cli-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const dataset = path.join(home, 'photos');
  const train = (...args: string[]) => runCli(['train', 'photos', ...args], { cwd: home, data: home });
  /** Copies photos into `train` and moves some of them to another side. */
  const put = (sample: string, label: string, sides: { train: number; val: number; test: number }) => {
    const all = sides.train + sides.val + sides.test;
    copySamples(path.join(home, 'drawer'), { [sample]: label }, all);
    const names = readdirSync(path.join(home, 'drawer', label)).sort();
    for (const [side, count] of Object.entries(sides)) {
      if (count === 0) continue;
      const folder = path.join(dataset, side, label);
      copySamples(path.join(dataset, side), { [sample]: label }, 0);
      for (const name of names.splice(0, count))
        renameSync(path.join(home, 'drawer', label, name), path.join(folder, name));
    }
  };
  let document: TrainDocument;

  before(async () => {
    put('daisy', 'daisy', { train: 6, val: 2, test: 3 });
    put('roses', 'roses', { train: 5, val: 2, test: 4 });
    put('tulips', 'tulips', { train: 0, val: 0, test: 3 });
    document = documentOf(await train('--json')) as unknown as TrainDocument;
  });

  it('keeps every image on the side it was given', () => {
    assert.deepEqual(document.dataset.classes, [
      { label: 'daisy', count: 11 },
      { label: 'roses', count: 11 },
      { label: 'tulips', count: 3 },
    ]);
    assert.deepEqual(document.split, { training: 11, validation: 4, testing: 7 });
    assert.deepEqual(
      document.evaluation.confusion.map((row) => row.reduce((sum, n) => sum + n, 0)),
      [3, 4],
    );
    const predictions = readFileSync(path.join(dataset, document.run, 'predictions.csv'), 'utf8');
    const tested = predictions
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0] ?? '');
    assert.deepEqual(
      tested.map((file) => file.split('/')[0]),
      new Array<string>(7).fill('test'),
    );
  });

  it('leaves out a class with no image to train on, says so, and keeps the note in the run', async () => {
    assert.deepEqual(document.evaluation.labels, ['daisy', 'roses']);
    const run = JSON.parse(readFileSync(path.join(dataset, document.run, 'run.json'), 'utf8')) as {
      dataset: { warnings: { code: string; params: object }[] };
    };
    assert.deepEqual(
      run.dataset.warnings.filter(({ code }) => code === 'CLASS_NOT_TRAINED').map(({ params }) => params),
      [{ label: 'tulips' }],
    );
    const { stdout } = await train();
    assert.match(stdout, /note: The class “tulips” has no image on the training side and was left out/);
    assert.match(stdout, /Accuracy: .* of 7 testing images/);
  });
});
