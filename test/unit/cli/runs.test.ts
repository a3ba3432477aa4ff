import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type {
  ComparedSetting,
  Forecast,
  LearningClass,
  LearningPoint,
  RunComparison,
} from '../../../src/jobs';
import { documentOf, runCli } from '../../support/cli';
import { copySamples, samples } from '../../support/sampleDataset';

interface Measured {
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly sureness: { readonly calibration: { readonly expectedError: number } };
}

describe('retrain runs, compare and learning-curve', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-cli-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const dataset = path.join(home, 'photos');
  const cli = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const train = async (...args: string[]) =>
    path.join(dataset, String(documentOf(await cli('train', 'photos', '--json', ...args))['run']));
  let first = '';
  let second = '';
  const names = (label: string) => readdirSync(path.join(dataset, label)).sort();

  before(async () => {
    copySamples(dataset, { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 20);
    first = await train('--testing-percentage', '30');
    // One is relabelled, one goes, one comes, one is renamed.
    const [relabelled = '', removed = '', renamed = ''] = names('daisy');
    renameSync(path.join(dataset, 'daisy', relabelled), path.join(dataset, 'roses', relabelled));
    rmSync(path.join(dataset, 'daisy', removed));
    renameSync(path.join(dataset, 'daisy', renamed), path.join(dataset, 'daisy', 'other name.jpg'));
    const added = readdirSync(path.join(samples, 'tulips')).sort()[30] ?? '';
    cpSync(path.join(samples, 'tulips', added), path.join(dataset, 'tulips', 'added.jpg'));
    second = await train('--testing-percentage', '30', '--seed', '42');
  });

  it('lists the runs, the newest first', async () => {
    const { runs, damaged } = documentOf(await cli('runs', 'photos', '--json')) as {
      runs: {
        run: string;
        images: number;
        accuracy: number;
        title: null;
        leaveOneOut: { n: number; accuracy: number; interval: { low: number; high: number } };
      }[];
      damaged: unknown[];
    };
    assert.deepEqual(
      runs.map(({ run, images }) => [run, images]),
      [
        [second, 60],
        [first, 60],
      ],
    );
    assert.deepEqual(damaged, []);
    for (const { leaveOneOut } of runs) {
      const { n, accuracy, interval } = leaveOneOut;
      assert.ok(n === 60 && interval.low < accuracy && accuracy < interval.high);
    }
    const { stdout } = await cli('runs', 'photos');
    assert.match(
      stdout,
      new RegExp(
        `^${path.basename(second)}: \\d+\\.\\d % of \\d+ testing images · leave-one-out \\d+\\.\\d % of 60 · 60 images`,
      ),
    );
    assert.match((await cli('runs', '.')).stdout, /There is no run of /);
  });

  it('has none of a folder without runs, and fails where there is no folder', async () => {
    const none = await cli('runs', 'photos/daisy', '--json');
    assert.deepEqual([none.status, documentOf(none)['runs']], [0, []]);
    const missing = await cli('runs', 'no-such-folder', '--json');
    assert.equal(missing.status, 1);
    assert.equal((documentOf(missing)['error'] as { code: string }).code, 'FOLDER_NOT_FOUND');
  });

  it('names, pins and deletes runs', async () => {
    const titled = async () =>
      (
        documentOf(await cli('runs', 'list', 'photos', '--json')) as {
          runs: { run: string; title: string | null; pinned: boolean }[];
        }
      ).runs.map(({ run, title, pinned }) => [run, title, pinned]);
    assert.match((await cli('runs', 'rename', first, 'the first')).stdout, /“the first”/);
    assert.equal((await cli('runs', 'pin', first)).status, 0);
    assert.deepEqual(await titled(), [
      [first, 'the first', true],
      [second, null, false],
    ]);
    assert.equal((await cli('runs', 'unpin', first)).status, 0);
    assert.deepEqual(documentOf(await cli('runs', 'rename', first, '--json')), {
      format: 1,
      run: first,
      title: null,
      pinned: false,
    });
    const copy = `${first}-copy`;
    cpSync(first, copy, { recursive: true });
    const asked = await cli('runs', 'delete', copy);
    assert.equal(asked.status, 1);
    assert.match(asked.stdout, /Nothing was deleted; say --yes/);
    assert.ok(existsSync(copy));
    assert.equal((await cli('runs', 'delete', copy, `${copy}/`, '--yes')).status, 0);
    assert.deepEqual(
      readdirSync(path.dirname(copy)).sort(),
      [path.basename(first), path.basename(second)].sort(),
    );
  });

  it("restores a run's settings into retrain.json, and makes one where there is none", async () => {
    const file = path.join(dataset, 'retrain.json');
    const made = documentOf(await cli('runs', 'restore', first, '--json'));
    const { changed } = made as { changed: Record<string, unknown> };
    assert.deepEqual({ ...made, changed: null }, { format: 1, run: first, file, changed: null, made: true });
    assert.equal(changed['testingPercentage'], 30);
    assert.equal(changed['seed'], undefined, 'it was so by default');
    const { head, splitRule } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual([head, splitRule], ['ridge', 'content'], 'the file says all of it');
    assert.match((await cli('runs', 'restore', first)).stdout, /retrain\.json says already what .* with\./);
    const above = path.join(home, 'retrain.json');
    renameSync(file, above);
    writeFileSync(above, '{ "runtime": "wasm", "testingPercentage": 30, "seed": 7 }');
    assert.match(
      (await cli('runs', 'restore', second)).stdout,
      /^Changed .*retrain\.json to what .* was made with:\n(?: {2}.*\n)* {2}seed 42\n/,
    );
    assert.match(readFileSync(above, 'utf8'), /"runtime": "wasm"/);
    rmSync(above);
    assert.ok(!existsSync(file));
    const copy = path.join(home, 'copied');
    cpSync(first, copy, { recursive: true });
    const stray = documentOf(await cli('runs', 'restore', copy, '--json')) as { error: { code: string } };
    assert.equal(stray.error.code, 'NOT_A_RUN');
    rmSync(copy, { recursive: true });
  });

  it('deletes nothing but runs', async () => {
    const elsewhere = path.join(home, 'elsewhere');
    cpSync(first, elsewhere, { recursive: true });
    const link = `${first}-link`;
    symlinkSync(elsewhere, link, 'junction');
    const codeOf = async (folder: string) =>
      (documentOf(await cli('runs', 'delete', folder, '--yes', '--json')) as { error: { code: string } })
        .error.code;
    for (const folder of [elsewhere, dataset, path.dirname(first), path.join(home, 'nothing')])
      assert.equal(await codeOf(folder), 'NOT_A_RUN', folder);
    assert.equal(await codeOf(link), 'PATH_OUTSIDE');
    assert.ok(existsSync(path.join(elsewhere, 'run.json')));
    rmSync(link);
  });

  it('holds two runs against each other', async () => {
    const outcome = await cli('compare', first, second, '--json');
    const document = documentOf(outcome) as unknown as RunComparison & { format: number };
    assert.equal(document.format, 1);
    const setting = (key: string): ComparedSetting | undefined =>
      document.settings.find((candidate) => candidate.key === key);
    assert.deepEqual(setting('testingPercentage'), { key: 'testingPercentage', before: 30, after: 30 });
    assert.ok(setting('head.penalties'));
    const epochs = document.metrics.find(({ key }) => key === 'epochs');
    assert.ok(epochs && Number(epochs.before) > 1 && Number(epochs.after) > 1, 'a ridge head has a curve');
    assert.deepEqual(
      document.metrics.filter(({ before, after }) => before === null && after === null),
      [],
    );
    assert.ok(document.dataset.kind === 'known');
    const { added, removed, relabelled, unchanged } = document.dataset;
    assert.deepEqual(
      added.map((image) => image.path),
      ['tulips/added.jpg'],
    );
    assert.equal(removed.length, 1);
    assert.deepEqual(
      relabelled.map((pair) => [pair.before.label, pair.after.label]),
      [['daisy', 'roses']],
    );
    assert.equal(unchanged, 58);
    const text = (await cli('compare', first, second)).stdout;
    assert.match(text, /Settings: the same\./);
    // Ridge heads: leave-one-out comes first, over the 59 images that are in both runs.
    const [, everyOneText = '', testingText = ''] = text.split(/^(?=Leave-one-out,|Testing images:)/m);
    assert.match(
      everyOneText,
      /^Leave-one-out, each image answered without itself: 59 of both runs \(before 60, after 60\)\n {2}both right/,
    );
    assert.ok(document.leaveOneOut?.ofHeads);
    for (const [answers, said, atLeast] of [
      [document, testingText, 15],
      [document.leaveOneOut, everyOneText, 59],
    ] as const) {
      const { both, bothRight, bothWrong, toWrong, toRight } = answers.flips;
      assert.ok(both >= atLeast);
      assert.equal(bothRight + bothWrong + toWrong.length + toRight.length, both);
      const { labels, before, after } = answers.confusion;
      const right = (matrix: readonly (readonly number[])[]) =>
        matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
      assert.deepEqual(
        [before, after].map((matrix) => matrix.flat().reduce((a, b) => a + b)),
        [both, both],
      );
      assert.deepEqual(
        [right(before), right(after)],
        [bothRight + toWrong.length, bothRight + toRight.length],
      );
      for (const [i, truth] of labels.entries())
        for (const [j, predicted] of labels.entries()) {
          const [was, is] = [before[i]?.[j] ?? NaN, after[i]?.[j] ?? NaN];
          const line = `  ${truth} taken for ${predicted}: ${was} -> ${is}\n`;
          assert.equal(said.includes(line), i !== j && was !== is, line);
        }
    }
    const metric = (key: string) => document.metrics.find((candidate) => candidate.key === key);
    const { evaluation, leaveOneOut } = JSON.parse(
      readFileSync(path.join(first, 'metrics.json'), 'utf8'),
    ) as Record<string, Measured>;
    assert.ok(evaluation && leaveOneOut);
    assert.deepEqual(document.before.leaveOneOut, {
      n: 60,
      accuracy: leaveOneOut.accuracy,
      interval: leaveOneOut.interval,
    });
    assert.equal(metric('leaveOneOutAccuracy')?.before, leaveOneOut.accuracy);
    assert.deepEqual(metric('leaveOneOutAccuracy')?.interval?.before, leaveOneOut.interval);
    assert.deepEqual(metric('accuracy')?.interval?.before, evaluation.interval);
    assert.equal(metric('calibrationError')?.before, evaluation.sureness.calibration.expectedError);
    assert.equal(
      metric('leaveOneOutCalibrationError')?.before,
      leaveOneOut.sureness.calibration.expectedError,
    );
    assert.ok((metric('temperature')?.before ?? 0) > 0);
    assert.match(text, /^ {2}leaveOneOutAccuracy: \d+\.\d % \(95 %: \d+\.\d % to \d+\.\d %\) -> /m);
    assert.doesNotMatch(text, /: - -> -/, 'a measure that neither run has is left out');
    assert.match(text, /Dataset: 1 added, 1 removed, 1 relabelled, 58 unchanged/);
  });

  it('does without the list of images in a run of an older version', async () => {
    const old = path.join(home, 'old');
    cpSync(first, old, { recursive: true });
    rmSync(path.join(old, 'images.csv'));
    const { dataset: changes } = documentOf(
      await cli('compare', old, second, '--json'),
    ) as unknown as RunComparison;
    assert.deepEqual(changes, { kind: 'unknown', of: 'before' });
    // Nor does one from before leave-one-out have any.
    const metrics = JSON.parse(readFileSync(path.join(old, 'metrics.json'), 'utf8')) as object;
    writeFileSync(path.join(old, 'metrics.json'), JSON.stringify({ ...metrics, leaveOneOut: null }));
    const compared = documentOf(await cli('compare', old, second, '--json')) as unknown as RunComparison;
    assert.deepEqual([compared.leaveOneOut, compared.before.leaveOneOut], [null, null]);
    assert.ok(compared.after.leaveOneOut && compared.flips.both >= 15);
    assert.doesNotMatch((await cli('compare', old, second)).stdout, /^Leave-one-out,/m);
    assert.match((await cli('compare', old, second)).stdout, /^ {2}leaveOneOutAccuracy: - -> /m);
    assert.equal((await cli('compare', home, second)).status, 1);
  });

  it('says whether more images would help, the same each time, and leaves no run behind', async () => {
    const asked = ['learning-curve', 'photos', '--repeats', '2'];
    const curve = async (...args: string[]) =>
      documentOf(await cli(...asked, ...args, '--json')) as {
        head: string;
        points: LearningPoint[];
        forecast: Forecast;
        classes: LearningClass[];
        interval: Forecast['interval'];
        folds: number;
        images: number;
        testedImages: number;
        seconds: number;
      };
    const before = readdirSync(path.join(dataset, '.retrain', 'runs'));
    const { head, points, forecast, interval, classes, folds, images, testedImages } = await curve();
    assert.equal(head, 'ridge');
    assert.deepEqual([images, testedImages, folds, points.at(-1)?.images], [60, 60, 10, 54]);
    assert.ok(points.every(({ repeats }) => repeats.length === 2));
    // A share of the 60 that were tested, in each repetition.
    for (const share of points.flatMap(({ repeats }) => repeats))
      assert.ok(Math.abs(share * 60 - Math.round(share * 60)) < 1e-9);
    assert.ok(interval.low < (points.at(-1)?.accuracy ?? 0));
    assert.ok((points[0]?.accuracy ?? 1) < (points.at(-1)?.accuracy ?? 0));
    assert.equal(forecast.n, 120);
    assert.ok(forecast.gainInterval.high > 0);
    assert.ok(forecast.interval.low <= forecast.accuracy && forecast.accuracy <= forecast.interval.high);
    assert.deepEqual(
      classes.map(({ label, images: own, testedImages: tested, forecast: of }) => [
        label,
        own,
        tested,
        of?.n,
      ]),
      [
        ['daisy', 18, 18, 120],
        ['roses', 21, 21, 120],
        ['tulips', 21, 21, 120],
      ],
    );
    assert.deepEqual((await curve()).points, points);
    const once = await cli('learning-curve', 'photos', '--repeats', '1');
    assert.match(once.stdout, /^photos: ridge head, 60 of 60 images tested, .*; 10 folds, dealt out once/);
    assert.equal(once.stdout.match(/^ {2}(daisy|roses|tulips): /gm)?.length, 3);
    const softmax = await curve('--head', 'softmax');
    assert.equal(softmax.head, 'softmax');
    assert.notDeepEqual(softmax.points, points);
    // As the dataset's own file has it.
    const file = path.join(dataset, 'retrain.json');
    writeFileSync(file, '{ "optimizer": "l-bfgs" }');
    assert.deepEqual((await curve()).points, softmax.points);
    writeFileSync(file, '{ "head": "neighbours" }');
    assert.match((await cli(...asked)).stdout, /^photos: neighbours head, 60 of 60 images/);
    rmSync(file);
    assert.deepEqual(readdirSync(path.join(dataset, '.retrain', 'runs')), before);
  });

  it('needs something to test on', async () => {
    copySamples(path.join(home, 'few'), { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 1);
    const outcome = await cli('learning-curve', 'few');
    assert.equal(outcome.status, 1);
    assert.match(outcome.stderr, /few has too few photos to test any: a class needs two different ones/);
    // One photo and its copies are none to train and another to test on.
    copySamples(path.join(home, 'few'), { daisy: 'daisy' }, 3);
    const roses = path.join(home, 'few', 'roses');
    cpSync(path.join(roses, readdirSync(roses)[0] ?? ''), path.join(roses, 'copy.jpg'));
    const curve = documentOf(await cli('learning-curve', 'few', '--json'));
    assert.deepEqual([curve['images'], curve['testedImages'], curve['folds']], [6, 3, 5]);
    assert.equal((await cli('learning-curve', 'photos', '--repeats', '0')).status, 2);
  });
});
