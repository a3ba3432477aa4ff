import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defaultSettings, type HeadChoice } from '../../../src/jobs';
import type { JobContext } from '../../../src/jobs/context';
import { wholeHead } from '../../../src/jobs/optimizerSettings';
import { chosenReject, chosenSettings, openSettingsFile } from '../../../src/jobs/settingsFile';
import { readSettingsFile } from '../../../src/jobs/settingsForm';
import { restoreSettings, writeRunSettings } from '../../../src/jobs/restoreSettings';
import { saveRun } from '../../../src/models';
import { retrainPyDefaults } from '../../../src/training';
import { runWith } from '../../support/runRecords';
import { temporaryFolder } from '../../support/temporaryFolder';

const softmax = { ...defaultSettings, head: { kind: 'softmax', optimizer: { kind: 'l-bfgs' } } } as const;

describe('the settings of a dataset', () => {
  const temporary = temporaryFolder();
  const ignore = () => undefined;
  const context = undefined as never;

  function workspace(): { top: string; dataset: string } {
    const top = temporary.path;
    const dataset = path.join(top, 'data', 'photos');
    mkdirSync(dataset, { recursive: true });
    return { top, dataset };
  }
  const choose = (folder: string, top: string | undefined, options = {}) =>
    chosenSettings(folder, { settings: defaultSettings, workspace: top, options }, ignore);

  it('come from the nearest retrain.json, and what was said for the job is stronger', async () => {
    const { top, dataset } = workspace();
    assert.deepEqual(await choose(dataset, top), defaultSettings);
    writeFileSync(path.join(top, 'retrain.json'), '\uFEFF{"seed": 1, "runtime": "wasm"}');
    assert.equal((await choose(dataset, top)).seed, 1);
    assert.equal(
      (await choose(dataset, undefined)).seed,
      42,
      'outside of a workspace it is the dataset alone',
    );
    assert.equal((await choose(dataset, dataset)).seed, 42);
    assert.equal((await choose(dataset, path.join(top, 'elsewhere'))).seed, 42);
    writeFileSync(path.join(dataset, 'retrain.json'), '{"seed": 2}');
    assert.deepEqual(await choose(dataset, top), { ...defaultSettings, seed: 2 }, 'the nearest alone counts');
    assert.deepEqual(await choose(dataset, top, { seed: 3, backbone: 'x' }), {
      ...defaultSettings,
      seed: 3,
      backbone: 'x',
    });
  });

  it('have a reject threshold, on which no training depends: the option, then retrain.json, then the editor', async () => {
    const { top, dataset } = workspace();
    const reject = (options = {}) =>
      chosenReject(dataset, { settings: { reject: 0.1 }, workspace: top, options });
    assert.equal(await reject(), 0.1);
    writeFileSync(path.join(top, 'retrain.json'), '{"reject": 0.2}');
    assert.deepEqual([await reject(), await reject({ reject: 0 })], [0.2, 0]);
    assert.deepEqual(await choose(dataset, top), defaultSettings);
  });

  it('have retrain.py split by the name of the folder, the same on every machine', async () => {
    const { top, dataset } = workspace();
    writeFileSync(path.join(dataset, 'retrain.json'), '{"optimizer": "retrain.py", "trainingSteps": 7}');
    const { splitRule, head } = await choose(dataset, top);
    assert.deepEqual(splitRule, { kind: 'retrain.py', imageDir: 'photos' });
    assert.ok(head.kind === 'softmax' && head.optimizer.kind === 'retrain.py');
    // What is not said is open: retrain.py's own is taken when it trains.
    assert.deepEqual([head.optimizer.steps, head.optimizer.learningRate], [7, undefined]);
    const other = await choose(dataset, top, { optimizer: 'l-bfgs', splitRule: 'content' });
    assert.deepEqual(other, softmax);
  });

  it('have one head: an optimizer means softmax regression, and ridge takes no split of retrain.py', async () => {
    const { top, dataset } = workspace();
    writeFileSync(path.join(dataset, 'retrain.json'), '{"optimizer": "l-bfgs"}');
    assert.deepEqual(await choose(dataset, top), softmax);
    writeFileSync(path.join(dataset, 'retrain.json'), '{"optimizer": "retrain.py", "trainingSteps": 7}');
    assert.deepEqual(await choose(dataset, top, { head: 'ridge' }), defaultSettings);
    writeFileSync(path.join(dataset, 'retrain.json'), '{"head": "ridge"}');
    assert.deepEqual(await choose(dataset, top), defaultSettings);
    assert.deepEqual(await choose(dataset, top, { head: 'softmax' }), softmax);
  });

  it('have distortions of both, none where all are off, and views asked for a job only with some', async () => {
    const { top, dataset } = workspace();
    const off = { flipLeftRight: false, randomCrop: 0, randomScale: 0, randomBrightness: 0 };
    writeFileSync(path.join(dataset, 'retrain.json'), '{"randomCrop": 10, "views": 2}');
    const cropped = { ...off, randomCrop: 10 };
    assert.deepEqual((await choose(dataset, top)).distortions, { ...cropped, views: 2 });
    assert.deepEqual((await choose(dataset, top, { views: 3, flipLeftRight: true })).distortions, {
      ...cropped,
      flipLeftRight: true,
      views: 3,
    });
    assert.deepEqual(await choose(dataset, top, { randomCrop: 0 }), defaultSettings);
    await assert.rejects(choose(dataset, top, { randomCrop: 0, views: 3 }), {
      code: 'VIEWS_WITHOUT_DISTORTION',
    });
    assert.equal((await choose(dataset, top, { randomCrop: 0, flipLeftRight: true })).distortions?.views, 1);
    const inEditor = { ...defaultSettings, distortions: { ...off, flipLeftRight: true, views: 5 } };
    const choice = { settings: inEditor, workspace: top };
    assert.deepEqual((await chosenSettings(dataset, choice, ignore)).distortions, {
      ...cropped,
      flipLeftRight: true,
      views: 2,
    });
  });

  it('name the shares that are too large together', async () => {
    const { top, dataset } = workspace();
    writeFileSync(path.join(dataset, 'retrain.json'), '{"testingPercentage": 60}');
    await assert.rejects(choose(dataset, top, { validationPercentage: 31 }), {
      code: 'SHARES_TOO_LARGE',
      params: { validation: 31, testing: 60 },
    });
  });

  it('are written into a retrain.json that is opened, once', async () => {
    const { top, dataset } = workspace();
    const params = { folder: dataset, workspace: top, settings: { ...defaultSettings, seed: 5 } };
    const { file } = await openSettingsFile(params, context);
    assert.equal(file, path.join(dataset, 'retrain.json'));
    assert.equal((await choose(dataset, top)).seed, 5);
    writeFileSync(file, '{"seed": 6');
    assert.deepEqual(await openSettingsFile(params, context), { file });
    assert.equal(readFileSync(file, 'utf8'), '{"seed": 6', 'what a person wrote stays, damaged as it is');
    const { facts } = await readSettingsFile({ folder: dataset, settings: defaultSettings }, context);
    assert.ok(facts?.kind === 'damaged');
    assert.match(facts.failure.message, /retrain\.json cannot be used \(it is not JSON\); correct it there/);
  });

  it('are not written through a link', async function () {
    if (process.platform === 'win32') this.skip();
    const { top, dataset } = workspace();
    symlinkSync(path.join(top, 'elsewhere'), path.join(dataset, 'retrain.json'));
    await openSettingsFile({ folder: dataset, settings: defaultSettings }, context);
    assert.throws(() => readFileSync(path.join(top, 'elsewhere')), { code: 'ENOENT' });
  });

  it('come back whole from a run of each kind of head', async () => {
    const { top, dataset } = workspace();
    const made = runWith(['a', 'b']);
    const heads: HeadChoice[] = [
      { kind: 'ridge' },
      { kind: 'neighbours' },
      { kind: 'centroid' },
      { kind: 'hidden', units: 8, labelSmoothing: 0.1 },
      { kind: 'softmax', optimizer: { kind: 'l-bfgs' } },
      { kind: 'softmax', optimizer: { kind: 'l-bfgs', regularisation: 'validation', labelSmoothing: 0.1 } },
      { kind: 'softmax', optimizer: { kind: 'adam', steps: 5, earlyStopping: 2 } },
      { kind: 'softmax', optimizer: { kind: 'sgd', trainBatchSize: -1 } },
      { kind: 'softmax', optimizer: { kind: 'retrain.py', keep: 'last' } },
    ];
    for (const chosen of heads) {
      const { settings: others } = made;
      const run = { ...made, settings: { ...others, head: wholeHead(chosen) } };
      const saved = await saveRun(path.join(dataset, '.retrain'), run, []);
      writeFileSync(path.join(dataset, 'retrain.json'), '{"seed": 999}');
      await restoreSettings({ run: saved, folder: dataset, settings: defaultSettings }, context);
      const { head } = await choose(dataset, top);
      assert.deepEqual(wholeHead(head), run.settings.head);
      rmSync(path.join(dataset, 'retrain.json'));
      const places = { places: { assets: '', cacheDirectory: top } } as JobContext<never>;
      const { changed } = await writeRunSettings({ run: saved, settings: defaultSettings }, places);
      assert.equal(changed['head'], chosen.kind === 'ridge' ? undefined : chosen.kind);
      assert.ok(!('seed' in changed) && changed['regularisation'] !== 'fixed', 'so they are by default');
    }
  });

  it('become those of a run, in the retrain.json that holds', async () => {
    const { top, dataset } = workspace();
    const optimizer = { ...retrainPyDefaults, steps: 7 };
    const made = runWith(['a', 'b'], {
      settings: {
        seed: 3,
        validationPercentage: 10,
        testingPercentage: 20,
        splitRule: { kind: 'retrain.py', imageDir: 'data/photos' },
        head: { kind: 'softmax', optimizer },
      },
    });
    const run = await saveRun(path.join(dataset, '.retrain'), made, []);
    const restore = () =>
      restoreSettings({ run, folder: dataset, workspace: top, settings: defaultSettings }, context);
    const none = await restore();
    assert.ok(none.kind === 'none');
    assert.deepEqual(
      [none.values['seed'], none.values['trainingSteps'], none.values['runtime']],
      [3, 7, undefined],
    );

    const file = path.join(top, 'retrain.json');
    writeFileSync(
      file,
      '{"$schema": "./s.json", "runtime": "wasm", "reject": 0.4, "head": "ridge", "testingPercentage": 20}',
    );
    const restored = await restore();
    assert.ok(restored.kind === 'file');
    assert.equal(restored.file, file);
    assert.equal(restored.changed['seed'], 3);
    assert.ok(!('testingPercentage' in restored.changed), 'it was so already');
    const said = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(
      [said['$schema'], said['runtime'], said['reject'], said['head']],
      ['./s.json', 'wasm', 0.4, 'softmax'],
    );
    assert.deepEqual(await choose(dataset, top), {
      ...made.settings,
      backbone: made.backbone.id,
      runtime: 'wasm',
    });
    assert.deepEqual(await restore(), { kind: 'file', file, changed: {} });
    writeFileSync(file, '{"flipLeftRight": true, "views": 3}');
    const without = await restore();
    assert.ok(without.kind === 'file');
    assert.equal(without.changed['flipLeftRight'], false);
    assert.equal((await choose(dataset, top)).distortions, undefined, 'the run had none');
    writeFileSync(file, '{');
    await assert.rejects(restore(), { code: 'SETTINGS_DAMAGED' });
  });
});
