import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eightBitRuntimes, runtimeAvailability } from '../../../src/runtimes';
import { documentOf, runCli, type CliOutcome } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';
import { skip } from '../../support/skip';

interface Refit {
  backbone: string;
  testingAccuracy: number | null;
  of: { run: string; backbone: string; testingAccuracy: number | null };
}

const eightBits = 'efficientnet-lite2-int8';
const float = 'efficientnet-lite2';

describe('a run of eight bits where they cannot be executed', function () {
  this.timeout(180_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-refit-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const dataset = path.join(home, 'photos');
  const runs = path.join(dataset, '.retrain', 'runs');
  const retrain = (...args: string[]): Promise<CliOutcome> => runCli(args, { cwd: home, data: home });
  const codeOf = (outcome: CliOutcome): string => (documentOf(outcome)['error'] as { code: string }).code;
  const accuracyIn = (run: string): unknown =>
    (
      JSON.parse(readFileSync(path.join(runs, run, 'metrics.json'), 'utf8')) as {
        evaluation: { accuracy: number };
      }
    ).evaluation.accuracy;
  /** One that executes float32 alone. */
  let other = '';
  let original = '';
  let image = '';

  before(async function () {
    const available = (await runtimeAvailability()).filter(({ reason }) => reason === undefined);
    const onnx = available.find(({ id }) => eightBitRuntimes.includes(id));
    other = available.find(({ id }) => !eightBitRuntimes.includes(id))?.id ?? '';
    if (onnx === undefined || other === '')
      skip(this, 'it takes onnx and one more runtime, which do not load here');
    copySamples(dataset, { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 12);
    image = path.join('photos', 'tulips', readdirSync(path.join(dataset, 'tulips'))[0] ?? '');
    const trained = documentOf(await retrain('train', 'photos', '--json')) as {
      backbone?: { id: string };
      run?: string;
    };
    assert.equal(trained.backbone?.id, eightBits);
    original = path.basename(trained.run ?? '');
  });

  it('is not taken for the default, and refused where it is asked for', async () => {
    const plain = await retrain('bottlenecks', 'photos', '--runtime', other, '--json');
    assert.equal((documentOf(plain)['backbone'] as { id: string }).id, float);
    const asked = await retrain(
      'bottlenecks',
      'photos',
      '--backbone',
      eightBits,
      '--runtime',
      other,
      '--json',
    );
    assert.equal(asked.status, 1);
    assert.equal(codeOf(asked), 'RUNTIME_UNFIT');
    assert.match(asked.stderr, new RegExp(`runs on onnx, not on ${other}; .*backbone ${float}\\.`));
  });

  it('is refitted once on float32 values and saved as a run of its own, which says of what', async () => {
    const first = documentOf(await retrain('classify', image, '--runtime', other, '--json'));
    const refit = first['refit'] as Refit;
    const folder = String(first['run']);
    assert.equal(path.dirname(folder), runs);
    assert.notEqual(path.basename(folder), original);
    assert.deepEqual(refit, {
      backbone: float,
      testingAccuracy: accuracyIn(path.basename(folder)),
      of: { run: original, backbone: eightBits, testingAccuracy: accuracyIn(original) },
    });
    const read = (run: string) =>
      JSON.parse(readFileSync(path.join(runs, run, 'run.json'), 'utf8')) as Record<string, unknown>;
    const [before, after] = [read(original), read(path.basename(folder))];
    for (const field of ['settings', 'split', 'fittedOn'])
      assert.deepEqual(after[field], before[field], field);
    assert.deepEqual((after['refitOf'] as { run: string; created: string }).created, before['created']);
    assert.equal((after['backbone'] as { id: string }).id, float);
    assert.equal('refitOf' in before, false);

    const second = documentOf(await retrain('classify', image, '--runtime', other, '--json'));
    assert.deepEqual(second, first);
    assert.equal(readdirSync(runs).length, 2);
  });

  it('says in its answer which run has answered, and how good both are', async () => {
    const { stdout } = await retrain('classify', image, '--runtime', other);
    const percent = (run: string): string => `${(Number(accuracyIn(run)) * 100).toFixed(1)} %`;
    const refitted = readdirSync(runs).find((name) => name !== original) ?? '';
    assert.ok(
      stdout.includes(
        `Answered by run ${refitted} of photos, refitted from ${original} for another network: ` +
          `${float}, testing accuracy ${percent(refitted)}; before ${eightBits}, testing accuracy ${percent(original)}`,
      ),
      stdout,
    );
    const evaluated = await retrain(
      'evaluate',
      'photos',
      '--run',
      path.join(runs, original),
      '--runtime',
      other,
    );
    assert.match(evaluated.stdout, new RegExp(`refitted from ${original}`));
    const document = documentOf(
      await retrain('evaluate', 'photos', '--run', path.join(runs, original), '--runtime', other, '--json'),
    );
    assert.equal((document['refit'] as Refit).of.run, original);
    assert.equal(document['run'], path.join(runs, refitted));
  });

  it('answers itself again where it can, for the other is not a newer run', async () => {
    const document = documentOf(await retrain('classify', image, '--json'));
    assert.equal(document['run'], path.join(runs, original));
    assert.equal('refit' in document, false);
  });

  it('is found by when it was made, not by a name that another run may have had', async () => {
    renameSync(path.join(runs, original), path.join(runs, 'best'));
    const document = documentOf(
      await retrain('classify', image, '--run', path.join(runs, 'best'), '--runtime', other, '--json'),
    );
    assert.equal((document['refit'] as Refit).of.run, original);
    assert.equal(readdirSync(runs).length, 2);
    renameSync(path.join(runs, 'best'), path.join(runs, original));
  });

  it('cannot be refitted away from its photos', async () => {
    const away = path.join(home, 'away');
    cpSync(path.join(runs, original), path.join(away, original), { recursive: true });
    cpSync(path.join(runs, original), path.join(home, 'empty', '.retrain', 'runs', original), {
      recursive: true,
    });
    const others = path.join(home, 'others');
    copySamples(others, { sunflowers: 'daisy', dandelion: 'roses' }, 4);
    cpSync(path.join(runs, original), path.join(others, '.retrain', 'runs', original), { recursive: true });
    for (const folder of [
      path.join(away, original),
      path.join(home, 'empty', '.retrain', 'runs', original),
      path.join(others, '.retrain', 'runs', original),
    ]) {
      const outcome = await retrain('classify', image, '--run', folder, '--runtime', other, '--json');
      assert.equal(outcome.status, 1, folder);
      assert.equal(codeOf(outcome), 'REFIT_IMPOSSIBLE', folder);
      assert.ok(outcome.stderr.includes(folder), outcome.stderr);
    }
  });

  it('is the only kind that is: one of float32 answers on every runtime', async () => {
    const trained = documentOf(await retrain('train', 'photos', '--backbone', float, '--json'));
    const folder = path.join(dataset, String(trained['run']));
    for (const runtime of ['onnx', other]) {
      const document = documentOf(
        await retrain('classify', image, '--run', folder, '--runtime', runtime, '--json'),
      );
      assert.equal(document['run'], folder);
      assert.equal('refit' in document, false);
    }
  });
});
