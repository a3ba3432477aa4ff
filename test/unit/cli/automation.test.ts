import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface TrainDocument {
  readonly split: { readonly training: number; readonly validation: number; readonly testing: number };
  readonly training: {
    readonly seed: number;
    readonly head: string;
    readonly optimizer: { kind: string; steps?: number; learningRate?: number };
    readonly splitRule: { readonly kind: string };
  };
  readonly evaluation: { readonly accuracy: number };
  readonly assertion?: { readonly accuracy: number; readonly holds: boolean };
}

/** What the problem matchers of the extension find in the lines of a command: file and place, severity, message. */
function problemsOf(stderr: string): (string | undefined)[][] {
  type Place = 'file' | 'line' | 'column' | 'severity' | 'message';
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    contributes: { problemMatchers: { pattern: { regexp: string } & Partial<Record<Place, number>> }[] };
  };
  const patterns = manifest.contributes.problemMatchers.map(({ pattern }) => pattern);
  return stderr.split('\n').flatMap((line) =>
    patterns.flatMap(({ regexp, ...places }) => {
      const match = new RegExp(regexp).exec(line);
      const found = (place: Place) => match?.[places[place] ?? NaN];
      const where = (['file', 'line', 'column'] as const).flatMap((place) => found(place) ?? []);
      return match ? [[where.join(':'), found('severity'), found('message')]] : [];
    }),
  );
}

describe('retrain in CI', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-ci-')));
  const photos = path.join(home, 'data', 'photos');
  after(() => rmSync(home, { recursive: true, force: true }));
  const retrain = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const train = async (...args: string[]) =>
    documentOf(await retrain('train', 'data/photos', '--json', ...args)) as unknown as TrainDocument;
  const settings = path.join(home, 'retrain.json');

  before(() => {
    copySamples(photos, { daisy: 'daisy', roses: 'roses & co', tulips: 'tulips' }, 10);
    writeFileSync(path.join(photos, 'tulips', 'empty.jpg'), '');
    writeFileSync(path.join(photos, 'tulips', 'text.jpg'), 'no picture');
  });

  it('writes of a run what its training could have written', async () => {
    const made = (await train(
      '--output_labels',
      'now/labels.txt',
      '--saved_model_dir',
      'now/head',
    )) as unknown as {
      run: string;
    };
    const run = path.join('data', 'photos', made.run);
    const asked = ['--output_labels', 'later/labels.txt', '--saved_model_dir', 'later/head'];
    const written = documentOf(await retrain('export', run, ...asked, '--junit', 'later/run.xml', '--json'));
    const later = (name: string) => path.join(home, 'later', name);
    assert.deepEqual(written['written'], [later('labels.txt'), later('head'), later('run.xml')]);
    for (const name of ['labels.txt', 'head/model.json', 'head/weights.bin'])
      assert.deepEqual(readFileSync(later(name)), readFileSync(path.join(home, 'now', name)), name);
    assert.match(readFileSync(later('run.xml'), 'utf8'), /<testsuite name="retrain photos"/);

    assert.equal((await retrain('export', run)).status, 2);
    const centroid = (await train('--head', 'centroid')) as unknown as { run: string };
    const refused = await retrain(
      'export',
      path.join('data', 'photos', centroid.run),
      '--summaries_dir',
      'tb',
    );
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /has no curve, so there is nothing to write for TensorBoard/);
  });

  it('ends with status 0 where the accuracy is what was asserted, and 3 where it is below or unknown', async () => {
    const junit = ['--junit', 'reports/retrain.xml'];
    const fine = await retrain('train', 'data/photos', '--assert-accuracy', '0', ...junit);
    assert.equal(fine.status, 0, fine.stderr);
    const report = readFileSync(path.join(home, 'reports', 'retrain.xml'), 'utf8');
    assert.match(report, /<testsuite name="retrain photos" tests="4" failures="0" /);
    assert.match(report, /<testcase name="recall of roses &amp; co" /);

    // Without testing images nothing can be asserted, and all that was trained is there all the same.
    const unknown = await retrain(
      'train',
      'data/photos',
      '--json',
      '--testing-percentage',
      '0',
      '--assert-accuracy',
      '0.5',
      ...junit,
    );
    assert.equal(unknown.status, 3);
    assert.match(
      unknown.stderr,
      /There is no testing image to measure the asserted accuracy of 0\.5 on; add photos/,
    );
    assert.deepEqual((documentOf(unknown) as unknown as TrainDocument).assertion, {
      accuracy: 0.5,
      holds: false,
    });
    assert.match(
      readFileSync(path.join(home, 'reports', 'retrain.xml'), 'utf8'),
      /<failure type="ACCURACY_UNKNOWN"/,
    );
  });

  it('says how far below it is', async () => {
    const { evaluation } = await train('--testing-percentage', '50');
    const run = await retrain('train', 'data/photos', '--testing-percentage', '50', '--assert-accuracy', '1');
    const below = evaluation.accuracy < 1;
    assert.equal(run.status, below ? 3 : 0);
    if (below)
      assert.match(
        run.stderr,
        /The accuracy is 0\.\d+ \(\d+ of \d+ images\), below the asserted 1; the run \S+ stays as it is/,
      );
    assert.match(run.stdout, /^Accuracy: /m);
  });

  it('measures a run on other photos just so', async () => {
    const [run = ''] = [((await train()) as unknown as { run: string }).run];
    const folder = path.join('data', 'photos');
    const args = ['evaluate', folder, '--run', path.join(folder, run), '--junit', 'evaluated.xml', '--json'];
    const { status, stdout } = await retrain(...args, '--assert-accuracy', '0.1');
    assert.equal(status, 0);
    assert.deepEqual((JSON.parse(stdout) as TrainDocument).assertion, { accuracy: 0.1, holds: true });
    assert.match(readFileSync(path.join(home, 'evaluated.xml'), 'utf8'), /<testcase name="accuracy" /);
  });

  it('asserts the recall of every class where that is asked, in status, document and report alike', async () => {
    const [run = ''] = [((await train()) as unknown as { run: string }).run];
    const mixed = path.join(home, 'mixed');
    copySamples(path.join(mixed, 'set'), { daisy: 'daisy', roses: 'tulips' }, 6);
    const args = ['evaluate', path.join(mixed, 'set'), '--run', path.join(photos, run), '--json'];
    const asserting = ['--assert-accuracy', '0.3', '--junit', 'classes.xml'];
    const failures = () => /failures="(\d+)"/.exec(readFileSync(path.join(home, 'classes.xml'), 'utf8'))?.[1];

    const fine = await retrain(...args, ...asserting);
    assert.deepEqual([fine.status, failures()], [0, '0'], fine.stderr);
    const short = await retrain(...args, ...asserting, '--assert-recall', '0.9');
    assert.deepEqual([short.status, failures()], [3, '1']);
    assert.match(
      short.stderr,
      /named rightly is below the asserted 0\.9 in tulips \d of 6; the run \S+ stays as it is/,
    );
    assert.deepEqual((documentOf(short) as unknown as TrainDocument).assertion, {
      accuracy: 0.3,
      recall: 0.9,
      holds: false,
    });
  });

  it('takes a share from 0 to 1 and nothing else', async () => {
    for (const wrong of ['90', '-0.1', '', 'x', '90%', 'NaN']) {
      const { status, stderr } = await retrain('train', 'data/photos', `--assert-accuracy=${wrong}`);
      assert.equal(status, 2, wrong);
      assert.match(stderr, /It must be a number from 0 to 1, such as 0\.9\./);
    }
  });

  it('names each file that is left out on a line of standard error that the editor can match', async () => {
    const { stdout, stderr } = await retrain('train', 'data/photos');
    assert.deepEqual(problemsOf(stderr), [
      [
        path.join('data', 'photos', 'tulips', 'empty.jpg'),
        'warning',
        'empty.jpg is empty; download it again or delete it.',
      ],
      [
        path.join('data', 'photos', 'tulips', 'text.jpg'),
        'warning',
        'text.jpg is not an image that can be read; save it as JPEG or PNG.',
      ],
    ]);
    assert.match(stdout, /^ {2}left out: 2 files$/m);
  });

  it('names the file and the place of what ends it, and the run of what was asserted in vain', async () => {
    const file = path.join('data', 'photos', 'retrain.json');
    const said = 'The settings file retrain.json cannot be used';
    for (const [text, place, reason] of [
      ['{\n  "seed": 7,\n}', ':3:1', 'it is not JSON'],
      ['{\n  "runtime": "cuda"}', ':2:3', 'runtime: auto or onnx or tensorflow or wasm was expected'],
    ] as const) {
      writeFileSync(path.join(home, file), text);
      const [problem, ...others] = problemsOf((await retrain('train', 'data/photos')).stderr);
      const message = `${said} (${reason}); correct it there, or delete it.`;
      assert.deepEqual([problem, others], [[`${file}${place}`, 'error', message], []]);
    }
    rmSync(path.join(home, file));
    const { stderr } = await retrain(
      'train',
      'data/photos',
      '--testing-percentage',
      '0',
      '--assert-accuracy',
      '1',
    );
    const problem = problemsOf(stderr).find(([, severity]) => severity === 'error');
    assert.match(problem?.[0] ?? '', /^data.photos.\.retrain.runs.[\d-]+.run\.json$/);
    assert.match(problem?.[2] ?? '', /^There is no testing image to measure the asserted accuracy of 1 on/);
  });

  it('goes by the retrain.json of the workspace, and by its options before that', async () => {
    writeFileSync(
      settings,
      '{"seed": 7, "testingPercentage": 30, "optimizer": "retrain.py", "trainingSteps": 11}',
    );
    const outcome = await retrain('train', 'data/photos', '--json');
    const document = documentOf(outcome) as unknown as TrainDocument;
    assert.deepEqual(
      [document.training.seed, document.training.optimizer.steps, document.training.splitRule],
      [7, 11, { kind: 'retrain.py', imageDir: 'photos' }],
    );
    assert.match(
      outcome.stderr,
      /^Settings from .*retrain\.json: seed, testingPercentage, optimizer, trainingSteps$/m,
    );
    const other = await train('--seed', '8', '--optimizer', 'l-bfgs');
    assert.deepEqual([other.training.seed, other.training.optimizer.kind], [8, 'l-bfgs']);
    const stepped = await train('--how_many_training_steps', '5');
    assert.deepEqual([stepped.training.seed, stepped.training.optimizer.steps], [7, 5]);
    const ridge = await train('--head', 'ridge');
    assert.deepEqual([ridge.training.head, ridge.training.splitRule], ['ridge', { kind: 'content' }]);
    const curve = documentOf(await retrain('learning-curve', 'data/photos', '--repeats', '1', '--json'));
    assert.equal(curve['seed'], 7);
    writeFileSync(settings, '{"head": "ridge"}');
    const events = await retrain('train', 'data/photos', '--json', '--summaries_dir', 'events');
    assert.equal((documentOf(events) as unknown as TrainDocument).training.head, 'ridge');
    assert.ok(readdirSync(path.join(home, 'events'), { recursive: true }).length > 0);
    const implied = await train('--learning_rate', '0.1');
    assert.deepEqual([implied.training.head, implied.training.optimizer.kind], ['softmax', 'retrain.py']);
    writeFileSync(settings, '{"optimizer": "adam", "trainingSteps": 20}');
    const { splitRule, optimizer } = (await train('--learning_rate', '0.01')).training;
    assert.deepEqual(
      [splitRule.kind, optimizer.kind, optimizer.steps, optimizer.learningRate],
      ['content', 'adam', 20, 0.01],
    );
    rmSync(settings);
  });

  it('says what is wrong with a retrain.json, and where', async () => {
    writeFileSync(path.join(photos, 'retrain.json'), '{"runtime": "cuda"}');
    for (const command of [
      ['train'],
      ['bottlenecks'],
      ['verify'],
      ['learning-curve'],
      ['export-bottlenecks', '--to', 'texts'],
    ]) {
      const { status, stderr } = await retrain(...command, 'data/photos');
      assert.equal(status, 1, command[0]);
      assert.match(
        stderr,
        /photos.retrain\.json:1:2: error: The settings file retrain\.json cannot be used \(runtime: auto or onnx or .* was expected\); correct it/,
      );
    }
    writeFileSync(path.join(photos, 'retrain.json'), '{"seed": 3}');
    const document = (await train()) as unknown as { dataset: { images: number; skipped: object[] } };
    assert.deepEqual(
      [document.dataset.images, document.dataset.skipped.length],
      [30, 2],
      'it is no stray file',
    );
  });
});
