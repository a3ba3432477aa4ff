import assert from 'node:assert/strict';
import fc from 'fast-check';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RetrainError } from '../../../src/base';
import {
  defaultSettings,
  type RetrainSettings,
  type SettingChanges,
  type SettingControl,
} from '../../../src/jobs';
import { changeSettings } from '../../../src/jobs/changeSettings';
import { readSettingsFile } from '../../../src/jobs/settingsForm';
import { temporaryFolder } from '../../support/temporaryFolder';

const none = { flipLeftRight: false, randomCrop: 0, randomScale: 0, randomBrightness: 0 };
const distorted: RetrainSettings = { ...defaultSettings, distortions: { ...none, randomCrop: 10, views: 4 } };
const adam: RetrainSettings = { ...defaultSettings, head: { kind: 'softmax', optimizer: { kind: 'adam' } } };

describe('settings that are changed', () => {
  const temporary = temporaryFolder();
  const context = undefined as never;
  const file = () => path.join(temporary.path, 'retrain.json');
  const text = () => readFileSync(file(), 'utf8');
  const said = () => JSON.parse(text()) as Record<string, unknown>;
  const change = (changes: SettingChanges, settings = defaultSettings) =>
    changeSettings({ folder: temporary.path, settings, changes }, context);
  const read = (settings = defaultSettings) =>
    readSettingsFile({ folder: temporary.path, settings }, context);
  const controlOf = async (name: SettingControl['name'], settings = defaultSettings) =>
    (await read(settings)).controls.find((control) => control.name === name);

  it('make a retrain.json that says them and nothing else', async () => {
    assert.deepEqual(await change({ seed: 7 }), { file: file() });
    assert.equal(text(), '{\n  "seed": 7\n}\n');
    assert.deepEqual(await controlOf('seed'), {
      name: 'seed',
      input: { kind: 'number', whole: true, least: 0, most: 2 ** 32 - 1 },
      choices: null,
      value: 7,
      usual: 42,
      named: true,
    });
  });

  it('leave the rest of the file as the person wrote it', async () => {
    writeFileSync(
      file(),
      '{\r\n\t"$schema": "x.json",\r\n\t"learningRate": 1e-2, "seed":1,\r\n\t"optimizer": "sgd"\r\n}',
    );
    await change({ seed: 2, runtime: 'wasm' });
    assert.equal(
      text(),
      '{\r\n\t"$schema": "x.json",\r\n\t"learningRate": 1e-2, "seed":2,\r\n\t"optimizer": "sgd",\r\n\t"runtime": "wasm"\r\n}',
    );
    await change({ seed: null });
    assert.deepEqual(Object.keys(said()), ['$schema', 'learningRate', 'optimizer', 'runtime']);
  });

  it('hold also where the file says them twice', async () => {
    writeFileSync(file(), '{ "seed": 1, "runtime": "wasm", "seed": 2 }');
    await change({ seed: 3 });
    assert.deepEqual(said(), { runtime: 'wasm', seed: 3 });
    writeFileSync(file(), '{ "seed": 1, "runtime": "wasm", "seed": 2 }');
    await change({ seed: null });
    assert.deepEqual(said(), { runtime: 'wasm' });
  });

  it('take along what would change nothing beside them, and keep what still does', async () => {
    const optimizer = { optimizer: 'adam', trainingSteps: 50, labelSmoothing: 0.1, classWeights: 'balanced' };
    writeFileSync(file(), JSON.stringify(optimizer));
    await change({ optimizer: 'sgd' });
    assert.deepEqual(said(), { ...optimizer, optimizer: 'sgd' });
    await change({ optimizer: 'l-bfgs' });
    assert.deepEqual(said(), { optimizer: 'l-bfgs', labelSmoothing: 0.1, classWeights: 'balanced' });
    await change({ head: 'ridge' });
    assert.deepEqual(said(), { classWeights: 'balanced', head: 'ridge' });
    await change({ head: 'centroid' });
    assert.deepEqual(said(), { head: 'centroid' });
  });

  it('have no part in a hidden layer where they were those of an optimizer', async () => {
    writeFileSync(file(), '{"head": "softmax", "optimizer": "sgd", "learningRate": 5, "trainingSteps": 9}');
    await change({ head: 'hidden' });
    assert.deepEqual(said(), { head: 'hidden' });
    const control = await controlOf('learningRate');
    assert.deepEqual([control?.value, control?.usual], [null, 0.003]);
    await change({ hiddenUnits: 64, learningRate: 0.01 });
    assert.deepEqual(said(), { head: 'hidden', hiddenUnits: 64, learningRate: 0.01 });
    await change({ head: 'ridge' });
    assert.deepEqual(said(), { head: 'ridge' });
  });

  it('go back to what the editor says, with what needs them', async () => {
    writeFileSync(file(), '{"head": "softmax", "optimizer": "sgd", "trainingSteps": 50, "seed": 3}');
    await change({ optimizer: null });
    assert.deepEqual(said(), { head: 'softmax', seed: 3 });
    assert.equal((await controlOf('optimizer', adam))?.value, 'adam');
    await change({ head: null, seed: null });
    assert.deepEqual(said(), {});
  });

  it('name what must be named beside them', async () => {
    await change({ trainingSteps: 50 }, adam);
    assert.deepEqual(said(), { optimizer: 'adam', trainingSteps: 50 });
    const usual = await controlOf('learningRate', adam);
    assert.deepEqual([usual?.value, usual?.usual, usual?.named], [null, 0.02, false]);
  });

  it('say of views which distortions they are of, and go with the last of them', async () => {
    await change({ views: 8 }, distorted);
    assert.deepEqual(said(), { ...none, randomCrop: 10, views: 8 });
    await change({ randomCrop: 0 }, distorted);
    assert.deepEqual(said(), none);
  });

  it('are refused where they cannot be, and the file stays', async () => {
    writeFileSync(file(), '{"testingPercentage": 60}');
    await assert.rejects(change({ validationPercentage: 40 }), { code: 'SHARES_TOO_LARGE' });
    await assert.rejects(change({ validationPercentage: 91 }), {
      code: 'SETTING_REFUSED',
      message: `${file()} stays as it is: validationPercentage: a whole number from 0 to 90 was expected.`,
    });
    await assert.rejects(change({ trainingSteps: 5 }), /trainingSteps: it needs /);
    assert.equal(text(), '{"testingPercentage": 60}');
    writeFileSync(file(), '{');
    await assert.rejects(change({ seed: 1 }), { code: 'SETTINGS_DAMAGED' });
    assert.equal(text(), '{');
  });

  it('are offered where they change something, and hold once they are changed', async () => {
    const value = ({ input, choices }: SettingControl): fc.Arbitrary<string | number | boolean | null> => {
      const some: fc.Arbitrary<string | number | boolean> = {
        choice: fc.constantFrom(...Object.keys(choices ?? { x: '' })),
        text: fc.constantFrom('one', 'two'),
        toggle: fc.boolean(),
        number:
          input.kind === 'number'
            ? fc.integer({ min: Math.max(1, input.least), max: Math.min(45, input.most ?? 45) })
            : fc.constant(1),
      }[input.kind];
      return fc.option(some, { freq: 5 });
    };
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.constantFrom(defaultSettings, adam, distorted), async (gen, settings) => {
        rmSync(file(), { force: true });
        for (let i = 0; i < 8; i++) {
          const { controls } = await read(settings);
          const control = gen(fc.constantFrom, ...controls);
          const next = gen(value, control);
          const before = existsSync(file()) ? text() : null;
          try {
            await change({ [control.name]: next }, settings);
          } catch (error) {
            // Only the number of a label smoothing, and shares of which the sum is too large.
            assert.ok(
              error instanceof RetrainError && ['SETTING_REFUSED', 'SHARES_TOO_LARGE'].includes(error.code),
            );
            assert.ok(error.code === 'SHARES_TOO_LARGE' || control.name === 'labelSmoothing', error.message);
            assert.equal(existsSync(file()) ? text() : null, before);
            continue;
          }
          const { facts } = await read(settings);
          assert.ok(facts?.kind === 'read', facts?.kind === 'damaged' ? facts.failure.message : 'no file');
          const held = await controlOf(control.name, settings);
          if (next !== null) assert.deepEqual([held?.value, held?.named], [next, true], control.name);
          else assert.notEqual(held?.named, true, control.name);
        }
      }),
      { numRuns: 40 },
    );
  });
});
