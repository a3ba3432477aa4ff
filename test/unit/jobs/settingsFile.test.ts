import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { RetrainError, Untrusted } from '../../../src/base';
import { defaultSettings } from '../../../src/jobs';
import type { RetrainSettings } from '../../../src/jobs';
import {
  readSettingValues,
  settingDescriptions,
  settingNames,
  type Setting,
} from '../../../src/jobs/settingDescriptions';
import {
  chosenSettings,
  openSettingsFile,
  readSettingsFile,
  restoreSettings,
} from '../../../src/jobs/settingsFile';
import { valuesOf, withValues } from '../../../src/jobs/settingValues';
import { documentedSettings, settingsSchema, withSettingsTable } from '../../../scripts/settingsSchema.mjs';
import { saveRun } from '../../../src/models';
import { retrainPyDefaults } from '../../../src/training';
import { runWith } from '../../support/runRecords';
import { temporaryFolder } from '../../support/temporaryFolder';

const damaged = (reason: string) => new RetrainError('SETTINGS_DAMAGED', { path: 'retrain.json', reason });
const read = (text: string) => readSettingValues(Untrusted.parse(text, damaged));

const settings: fc.Arbitrary<RetrainSettings> = fc.record({
  backbone: fc.string({ minLength: 1 }),
  runtime: fc.constantFrom('auto', 'onnx', 'tensorflow', 'wasm'),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  validationPercentage: fc.integer({ min: 0, max: 45 }),
  testingPercentage: fc.integer({ min: 0, max: 45 }),
  splitRule: fc.oneof(
    fc.constant({ kind: 'content' } as const),
    fc.record({ kind: fc.constant('retrain.py' as const), imageDir: fc.string({ minLength: 1 }) }),
  ),
  head: fc.oneof(
    fc.constant({ kind: 'ridge' } as const),
    fc.record({
      kind: fc.constant('softmax' as const),
      optimizer: fc.oneof(
        fc.constant({ kind: 'l-bfgs' } as const),
        fc.record({
          kind: fc.constant('retrain.py' as const),
          steps: fc.integer({ min: 1, max: 10_000_000 }),
          learningRate: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
          trainBatchSize: fc.constantFrom(-1, 1, 100_000),
          validationBatchSize: fc.constantFrom(-1, 1, 100_000),
          evalStepInterval: fc.integer({ min: 1, max: 10_000_000 }),
          keep: fc.constantFrom('best' as const, 'last' as const),
        }),
      ),
    }),
  ),
});

/** Objects that are nearly what a retrain.json holds. */
const nearly = fc.dictionary(
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom<string>(...settingNames, '$schema') }, fc.string()),
  fc.oneof(
    fc.constantFrom<unknown>('auto', 'onnx', 'retrain.py', 'content', 'l-bfgs', 'best', 'softmax', 'ridge'),
    fc.constantFrom<unknown>('', null, true),
    fc.constantFrom<unknown>(-1, 0, 1, 10, 90, 91, 0.5, 1e300, 4294967295, 4294967296, [], {}),
    fc.jsonValue(),
  ),
  { maxKeys: 5 },
);

describe('retrain.json', () => {
  const schema = settingsSchema(settingDescriptions);

  it('is taken exactly where its schema takes it', () => {
    const valid = new Ajv({ strict: false }).compile(schema);
    let taken = 0;
    fc.assert(
      fc.property(nearly, (object) => {
        const text = JSON.stringify(object);
        let values: object | null = null;
        try {
          values = read(text);
          taken++;
        } catch (error) {
          assert.ok(error instanceof RetrainError, String(error));
        }
        assert.equal(values !== null, valid(JSON.parse(text)), text);
      }),
      { numRuns: 3000 },
    );
    assert.ok(taken > 100, `${taken} were taken`);
  });

  it('gives back all settings that were written into it', () => {
    fc.assert(
      fc.property(settings, settings, (written, base) => {
        const values = read(JSON.stringify(valuesOf(written)));
        assert.deepEqual(withValues(base, values, '/photos'), structuredClone(written));
      }),
    );
  });

  it('has its schema, its table and the settings of the editor from one description', () => {
    assert.deepEqual(
      JSON.parse(readFileSync('media/retrain.schema.json', 'utf8')),
      schema,
      'npm run settings writes it',
    );
    const formats = readFileSync('docs/formats.md', 'utf8');
    assert.equal(formats, withSettingsTable(formats, settingDescriptions), 'npm run settings writes it');
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: { configuration: { properties: Record<string, Record<string, unknown>> } };
    };
    const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
    const { properties } = manifest.contributes.configuration;
    const worded = (text: unknown) => texts[String(text).replaceAll('%', '')];
    const documented: readonly ({ readonly name: string } & Setting<unknown>)[] =
      documentedSettings(settingDescriptions);
    const inEditor = Object.keys(properties)
      .map((name) => name.replace('retrain.', ''))
      .filter((name) => name !== 'cacheDirectory');
    assert.deepEqual(
      documented.map(({ name }) => name).filter((name) => !['splitRule', 'imageDir'].includes(name)),
      inEditor,
    );
    for (const { name, meaning, schema: wanted, default: value, choices } of documented) {
      const property = properties[`retrain.${name}`];
      if (property === undefined) continue;
      // A name that may be any has suggestions alone, and more is said of it.
      const [suggested = property] = (property['anyOf'] ?? []) as Record<string, unknown>[];
      if (property['markdownDescription'] === undefined)
        assert.equal(worded(property['description']), meaning, name);
      else assert.ok(worded(property['markdownDescription'])?.startsWith(meaning.replace(/\.$/, '')), name);
      assert.equal(property['default'], value, name);
      if (choices) {
        assert.deepEqual(suggested['enum'], Object.keys(choices), name);
        assert.deepEqual(
          (suggested['enumDescriptions'] as unknown[]).map(worded),
          Object.values(choices),
          name,
        );
      }
      for (const keyword of ['type', 'minimum', 'maximum', 'exclusiveMinimum'])
        assert.equal(property[keyword], wanted[keyword], `${keyword} of ${name}`);
    }
  });

  for (const [text, reason] of [
    ['', /it is not JSON/],
    ['[]', /an object was expected/],
    ['{"sead": 1}', /there is no setting “sead”; known are: backbone, runtime, seed, /],
    ['{"__proto__": 1}', /there is no setting “__proto__”/],
    ['{"seed": -1}', /seed: a whole number from 0 to 4294967295 was expected/],
    ['{"runtime": "cuda"}', /runtime: auto or onnx or tensorflow or wasm was expected/],
    ['{"learningRate": 0, "optimizer": "retrain.py"}', /learningRate: a number greater than 0 was expected/],
    ['{"learningRate": 1e999, "optimizer": "retrain.py"}', /learningRate: a number was expected/],
    ['{"head": "ridge", "optimizer": "l-bfgs"}', /optimizer: it changes nothing unless head is softmax/],
    ['{"trainingSteps": 5}', /trainingSteps: it needs optimizer to be named beside it, as retrain\.py/],
  ] as const)
    it(`says what is wrong with ${text || 'nothing'}`, () => {
      assert.throws(() => read(text), { code: 'SETTINGS_DAMAGED', message: reason });
    });
});

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

  it('have retrain.py split by the name of the folder, the same on every machine', async () => {
    const { top, dataset } = workspace();
    writeFileSync(path.join(dataset, 'retrain.json'), '{"optimizer": "retrain.py", "trainingSteps": 7}');
    const { splitRule, head } = await choose(dataset, top);
    assert.deepEqual(splitRule, { kind: 'retrain.py', imageDir: 'photos' });
    assert.ok(head.kind === 'softmax' && head.optimizer.kind === 'retrain.py');
    assert.deepEqual([head.optimizer.steps, head.optimizer.learningRate], [7, 0.01]);
    const other = await choose(dataset, top, { optimizer: 'l-bfgs', splitRule: 'content' });
    assert.deepEqual(other, defaultSettings);
  });

  it('have one head: an optimizer means softmax regression, and ridge takes no split of retrain.py', async () => {
    const { top, dataset } = workspace();
    const ridge = { ...defaultSettings, head: { kind: 'ridge' } } as const;
    writeFileSync(path.join(dataset, 'retrain.json'), '{"optimizer": "l-bfgs"}');
    const choice = { settings: ridge, workspace: top };
    assert.deepEqual(await chosenSettings(dataset, choice, ignore), defaultSettings);
    writeFileSync(path.join(dataset, 'retrain.json'), '{"optimizer": "retrain.py", "trainingSteps": 7}');
    assert.deepEqual(await choose(dataset, top, { head: 'ridge' }), ridge);
    writeFileSync(path.join(dataset, 'retrain.json'), '{"head": "ridge"}');
    assert.deepEqual(await choose(dataset, top), ridge);
    assert.deepEqual(await choose(dataset, top, { head: 'softmax' }), defaultSettings);
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
    const { facts } = await readSettingsFile({ folder: dataset }, context);
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
      '{"$schema": "./s.json", "runtime": "wasm", "head": "ridge", "testingPercentage": 20}',
    );
    const restored = await restore();
    assert.ok(restored.kind === 'file');
    assert.equal(restored.file, file);
    assert.equal(restored.changed['seed'], 3);
    assert.ok(!('testingPercentage' in restored.changed), 'it was so already');
    const said = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual([said['$schema'], said['runtime'], said['head']], ['./s.json', 'wasm', 'softmax']);
    assert.deepEqual(await choose(dataset, top), {
      ...made.settings,
      backbone: made.backbone.id,
      runtime: 'wasm',
    });
    assert.deepEqual(await restore(), { kind: 'file', file, changed: {} });
    writeFileSync(file, '{');
    await assert.rejects(restore(), { code: 'SETTINGS_DAMAGED' });
  });
});
