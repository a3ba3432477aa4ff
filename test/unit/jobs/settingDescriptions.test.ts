import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import fc from 'fast-check';
import { RetrainError, Untrusted } from '../../../src/base';
import { mostViews, type RetrainSettings } from '../../../src/jobs';
import {
  distortionNames,
  readSettingValues,
  settingDescriptions,
  settingNames,
} from '../../../src/jobs/settingDescriptions';
import type { Setting } from '../../../src/jobs/settingKinds';
import { distortionsOf } from '../../../src/jobs/settings';
import { valuesOf, withValues } from '../../../src/jobs/settingValues';
import { documentedSettings, settingsSchema, withSettingsTable } from '../../../scripts/settingsSchema.mjs';

const damaged = (reason: string) => new RetrainError('SETTINGS_DAMAGED', { path: 'retrain.json', reason });
const read = (text: string) => readSettingValues(Untrusted.parse(text, damaged));

const percentage = fc.integer({ min: 0, max: 100 });
const distortions = fc
  .record({
    flipLeftRight: fc.boolean(),
    randomCrop: percentage,
    randomScale: percentage,
    randomBrightness: percentage,
    views: fc.integer({ min: 1, max: mostViews }),
  })
  .filter((given) => distortionsOf(given) !== undefined);

const inSteps = {
  steps: fc.integer({ min: 1, max: 10_000_000 }),
  learningRate: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
  trainBatchSize: fc.constantFrom(-1, 1, 100_000),
  evalStepInterval: fc.integer({ min: 1, max: 10_000_000 }),
};
const smoothing = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** `distortions` are absent where all are off, `classWeights` where nothing is balanced: always in retrain.py's training. */
const everySetting: {
  [K in keyof Required<RetrainSettings>]: fc.Arbitrary<Required<RetrainSettings>[K]>;
} = {
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
    fc.record({ kind: fc.constantFrom('ridge', 'neighbours', 'centroid') } as const),
    fc.record({
      kind: fc.constant('hidden' as const),
      units: fc.integer({ min: 1, max: 4096 }),
      passes: fc.integer({ min: 1, max: 100_000 }),
      learningRate: inSteps.learningRate,
      batchSize: inSteps.trainBatchSize,
      patience: fc.integer({ min: 0, max: 10_000_000 }),
      labelSmoothing: fc.oneof(fc.constant(0), smoothing),
    }),
    fc.record({
      kind: fc.constant('softmax' as const),
      optimizer: fc.oneof(
        fc.constant({ kind: 'l-bfgs' } as const),
        fc.constant({ kind: 'l-bfgs', regularisation: 'validation' } as const),
        fc.record({ kind: fc.constant('l-bfgs' as const), labelSmoothing: smoothing }),
        fc.record({
          kind: fc.constantFrom('adam' as const, 'sgd' as const),
          ...inSteps,
          labelSmoothing: fc.oneof(fc.constant(0), smoothing),
          earlyStopping: fc.integer({ min: 0, max: 10_000_000 }),
        }),
        fc.record({
          kind: fc.constant('retrain.py' as const),
          ...inSteps,
          validationBatchSize: fc.constantFrom(-1, 1, 100_000),
          keep: fc.constantFrom('best' as const, 'last' as const),
        }),
      ),
    }),
  ),
  distortions,
  classWeights: fc.constant('balanced'),
};
const settings: fc.Arbitrary<RetrainSettings> = fc
  .oneof(
    fc.record(everySetting),
    fc.record(everySetting).map(({ distortions: _, ...others }) => others),
    fc.record(everySetting).map(({ classWeights: _, ...others }) => others),
  )
  .map((given: RetrainSettings) => {
    const { classWeights: _, ...others } = given;
    const { head } = given;
    const weightless =
      head.kind === 'softmax'
        ? head.optimizer.kind === 'retrain.py'
        : head.kind === 'neighbours' || head.kind === 'centroid';
    return weightless ? others : given;
  });

/** Objects that are nearly what a retrain.json holds. */
const nearly = fc.dictionary(
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom<string>(...settingNames, '$schema') }, fc.string()),
  fc.oneof(
    fc.constantFrom<unknown>(
      'auto',
      'onnx',
      'retrain.py',
      'content',
      'l-bfgs',
      'best',
      'softmax',
      'ridge',
      'neighbours',
    ),
    fc.constantFrom<unknown>('validation', 'balanced', 'fixed', 'hidden', 'adam', 'sgd', 0.1, 0.99),
    fc.constantFrom<unknown>('', null, true),
    fc.constantFrom<unknown>(-1, 0, 1, 10, 90, 91, 0.5, 1e300, 4294967295, 4294967296, [], {}),
    fc.jsonValue(),
  ),
  { maxKeys: 5 },
);

describe('retrain.json', () => {
  const schema = settingsSchema(settingDescriptions, distortionNames);

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
      // What differs by optimizer is null until the person sets it.
      assert.equal(property['default'], value, name);
      const { type } = value === null ? { type: [wanted['type'], 'null'] } : wanted;
      assert.deepEqual(property['type'], type, `type of ${name}`);
      if (choices) {
        assert.deepEqual(suggested['enum'], Object.keys(choices), name);
        assert.deepEqual(
          (suggested['enumDescriptions'] as unknown[]).map(worded),
          Object.values(choices),
          name,
        );
      }
      for (const keyword of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'])
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
    [
      '{"head": "centroid", "classWeights": "balanced"}',
      /classWeights: it changes nothing unless head is softmax, or head is ridge or hidden/,
    ],
    [
      '{"head": "hidden", "regularisation": "validation"}',
      /regularisation: it changes nothing unless head is softmax/,
    ],
    ['{"flipLeftRight": 1}', /flipLeftRight: true or false was expected/],
    ['{"randomCrop": 10.5}', /randomCrop: a whole number from 0 to 100 was expected/],
    ['{"views": 3}', /views: it changes nothing unless one of flipLeftRight, .*, randomBrightness is on/],
    ['{"views": 3, "randomCrop": 0, "flipLeftRight": false}', /views: it changes nothing unless/],
    ['{"views": 33}', /views: a whole number from 1 to 32 was expected/],
    [
      '{"trainingSteps": 5}',
      /trainingSteps: it needs optimizer to be named beside it, as adam or sgd or retrain\.py/,
    ],
    [
      '{"earlyStopping": 5, "optimizer": "l-bfgs"}',
      /earlyStopping: it needs optimizer to be named beside it, as adam or sgd; or head to be named beside it, as hidden\)/,
    ],
    ['{"hiddenUnits": 5, "head": "ridge"}', /hiddenUnits: it needs head to be named beside it, as hidden\)/],
    [
      '{"labelSmoothing": 0.1, "head": "ridge"}',
      /labelSmoothing: it changes nothing unless head is softmax, or head is hidden\)/,
    ],
    ['{"reject": 1.01}', /reject: a number from 0 to 1 was expected/],
    ['{"labelSmoothing": 1}', /labelSmoothing: a number from 0 to less than 1 was expected/],
    ['{"labelSmoothing": 0.1, "optimizer": "retrain.py"}', /unless optimizer is l-bfgs or adam or sgd/],
  ] as const)
    it(`says what is wrong with ${text || 'nothing'}`, () => {
      assert.throws(() => read(text), { code: 'SETTINGS_DAMAGED', message: reason });
    });
});
