import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Document {
  training: { classWeights?: string };
  evaluation: { accuracy: number };
  leaveOneOut: { perClass?: { label: string; recall: number | null }[]; confusion: number[][] };
  run: string;
}

describe('retrain train --class-weights', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-weights-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const run = (...args: string[]) => runCli(['train', 'photos', ...args], { cwd: home, data: home });
  const train = async (...args: string[]) => documentOf(await run('--json', ...args)) as unknown as Document;
  const settingsOf = (folder: string): unknown => {
    const text = readFileSync(path.join(home, 'photos', folder, 'run.json'), 'utf8');
    return (JSON.parse(text) as { settings: Record<string, unknown> }).settings['classWeights'];
  };
  /** How many of the few roses are found, when each is answered without itself. */
  const found = ({ leaveOneOut }: Document) => leaveOneOut.confusion[1]?.[1] ?? NaN;

  before(() => {
    const photos = path.join(home, 'photos');
    copySamples(photos, { daisy: 'daisy', tulips: 'tulips' }, 30);
    copySamples(photos, { roses: 'roses' }, 5);
  });

  for (const head of ['softmax', 'ridge'])
    it(`balances the classes of a ${head} head, and the run says so`, async () => {
      const plain = await train('--head', head);
      assert.equal(plain.training.classWeights, undefined);
      assert.equal(settingsOf(plain.run), undefined);
      const balanced = await train('--head', head, '--class-weights', 'balanced');
      assert.equal(balanced.training.classWeights, 'balanced');
      assert.equal(settingsOf(balanced.run), 'balanced');
      assert.ok(found(balanced) >= found(plain), `${found(balanced)} of 5 roses, ${found(plain)} without`);
      assert.notDeepEqual(
        readFileSync(path.join(home, 'photos', balanced.run, 'weights.bin')),
        readFileSync(path.join(home, 'photos', plain.run, 'weights.bin')),
      );
    });

  it('comes from retrain.json too, and an option is stronger', async () => {
    const file = path.join(home, 'photos', 'retrain.json');
    writeFileSync(file, '{ "classWeights": "balanced" }');
    assert.equal((await train()).training.classWeights, 'balanced');
    assert.equal((await train('--class-weights', 'none')).training.classWeights, undefined);
    rmSync(file);
  });

  it('is that of the trainings of a learning curve, too, which says so', async () => {
    const learn = (...args: string[]) =>
      runCli(['learning-curve', 'photos', '--repeats', '1', ...args], { cwd: home, data: home });
    const last = ({ points }: { points: { accuracy: number }[] }) => points.map(({ accuracy }) => accuracy);
    type Curve = { head: string; classWeights?: string; points: { accuracy: number }[] };
    const plain = documentOf(await learn('--json')) as unknown as Curve;
    const weighted = ['--class-weights', 'balanced'];
    const balanced = documentOf(await learn('--json', ...weighted)) as unknown as Curve;
    assert.equal(plain.classWeights, undefined);
    assert.equal(balanced.classWeights, 'balanced');
    assert.notDeepEqual(last(balanced), last(plain));
    assert.match((await learn(...weighted)).stdout, /^Classes balanced: every class counts/m);
    // Of a head that takes none: not where the dataset's settings have them, and refused where a person asks.
    const file = path.join(home, 'photos', 'retrain.json');
    writeFileSync(file, '{ "classWeights": "balanced" }');
    const centroid = documentOf(await learn('--json', '--head', 'centroid')) as unknown as Curve;
    rmSync(file);
    assert.deepEqual([centroid.head, centroid.classWeights], ['centroid', undefined]);
    const { status, stderr } = await learn('--head', 'centroid', '--class-weights', 'balanced');
    assert.equal(status, 2);
    assert.match(stderr, /--class-weights has no part in --head centroid/);
  });

  it("is refused beside retrain.py's optimizer, which has none, whoever names that", async () => {
    const file = path.join(home, 'photos', 'retrain.json');
    const refused = async (...args: string[]) => {
      const { status, stderr } = await run('--class-weights', 'balanced', ...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(
        stderr,
        /classWeights changes nothing here; it does where head is softmax and optimizer is l-bfgs or adam or sgd, or head is ridge or hidden/,
      );
    };
    const steps = ['--how_many_training_steps', '20'];
    await refused('--optimizer', 'retrain.py');
    await refused(...steps);
    writeFileSync(file, '{ "optimizer": "adam" }');
    const { training } = await train('--class-weights', 'balanced', ...steps);
    await refused('--keep', 'last');
    writeFileSync(file, '{ "optimizer": "retrain.py" }');
    await refused();
    rmSync(file);
    assert.equal(training.classWeights, 'balanced');
  });

  it('holds in a cross-validation for all heads that take any, whatever head the settings name', async () => {
    const file = path.join(home, 'photos', 'retrain.json');
    writeFileSync(file, '{ "head": "neighbours" }');
    const asked = ['cross-validate', 'photos', '--heads', 'ridge,neighbours', '--folds', '2', '--json'];
    const outcome = await runCli([...asked, '--class-weights', 'balanced'], { cwd: home, data: home });
    rmSync(file);
    const { heads } = documentOf(outcome) as { heads: { classWeights?: string }[] };
    assert.deepEqual(
      heads.map(({ classWeights }) => classWeights),
      ['balanced', undefined],
    );
  });
});
