import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { RetrainError } from '../../../src/base';
import { readLast, readRun, readState, saveRun } from '../../../src/models';
import { retrainPyDefaults, type Layers, type TrainingEnd } from '../../../src/training';
import { runWith, sha256 } from '../../support/runRecords';
import { temporaryFolder } from '../../support/temporaryFolder';
import { skip } from '../../support/skip';

/** How `action` fails: the code and the sentence. */
async function failure(action: Promise<unknown>): Promise<RetrainError> {
  const error: unknown = await action.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RetrainError, String(error));
  return error;
}

const odd = ['daisy', '__proto__', 'c++', 'c#', '猫', ' ', 'a,b', '"', 'two\nlines', 'back\\slash\\n', '\r'];

describe('saveRun and readRun', () => {
  const folder = temporaryFolder();

  it('give back the very run, whatever its labels', async () => {
    const run = runWith(odd);
    const saved = await saveRun(folder.path, run);
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
  });

  it('count on after the last of the day, whatever was deleted of them', async () => {
    const run = runWith(['a', 'b']);
    const names: string[] = [];
    for (let i = 0; i < 3; i++) names.push(path.basename(await saveRun(folder.path, run)));
    await rm(path.join(folder.path, 'runs', names[1] ?? ''), { recursive: true });
    await mkdir(path.join(folder.path, 'runs', `${names[2]}-mine`));
    const next = path.basename(await saveRun(folder.path, run));
    await rm(path.join(folder.path, 'runs'), { recursive: true });
    const last = path.basename(await saveRun(folder.path, run));
    const numbers = [...names, next, last].map((name) => Number(name.split('-').at(-1)));
    assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
    await writeFile(path.join(folder.path, 'last-run'), 'nonsense');
    assert.match(path.basename(await saveRun(folder.path, run)), /-6$/);
  });

  it('give back any label a file system may hold', async () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(label, { minLength: 2, maxLength: 5 }), async (labels) => {
        const run = runWith(labels);
        const saved = await saveRun(folder.path, run);
        assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
      }),
      { numRuns: 30 },
    );
  });

  it('give back the distortions and the counts of views, and refuse what is none', async () => {
    const plain = runWith(odd);
    const distortions = {
      flipLeftRight: true,
      randomCrop: 10,
      randomScale: 0,
      randomBrightness: 2.5,
      views: 4,
    };
    const run = {
      ...plain,
      settings: { ...plain.settings, distortions },
      views: { rows: 8, cached: 3, computed: 5, missing: 0, seconds: 0.5 },
    };
    const saved = await saveRun(folder.path, run);
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
    const file = path.join(saved, 'run.json');
    const text = await readFile(file, 'utf8');
    for (const [from, to] of [
      ['"flipLeftRight": true', '"flipLeftRight": 1'],
      ['"randomCrop": 10', '"randomCrop": 101'],
      ['"views": 4', '"views": 33'],
      ['"rows": 8', '"rows": -1'],
    ] as const) {
      assert.ok(text.includes(from));
      await writeFile(file, text.replace(from, to));
      await assert.rejects(readRun(saved), { code: 'RUN_DAMAGED' }, to);
    }
  });

  it("give back how retrain.py's training was set, and its curve of steps", async () => {
    const score = { accuracy: 0.5, crossEntropy: 0.7 };
    const run = runWith(odd, {
      settings: {
        seed: 1,
        validationPercentage: 10,
        testingPercentage: 10,
        splitRule: { kind: 'retrain.py', imageDir: './数据/' },
        head: { kind: 'softmax', optimizer: { ...retrainPyDefaults, trainBatchSize: -1, keep: 'last' } },
      },
      training: {
        kind: 'iterative',
        unit: 'step',
        epochs: 4000,
        bestEpoch: 3999,
        seconds: 1,
        curve: [0, 10, 3999].map((epoch) => ({ epoch, training: score, validation: score })),
      },
    });
    const saved = await saveRun(folder.path, run);
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });

    const file = path.join(saved, 'run.json');
    const text = await readFile(file, 'utf8');
    for (const [from, to] of [
      ['"steps": 4000', '"steps": 0'],
      ['"trainBatchSize": -1', '"trainBatchSize": 0'],
      ['"evalStepInterval": 10', '"evalStepInterval": 0'],
      ['"keep": "last"', '"keep": "first"'],
    ] as const) {
      assert.ok(text.includes(from), from);
      await writeFile(file, text.replace(from, to));
      assert.equal((await failure(readRun(saved))).code, 'RUN_DAMAGED', to);
    }
    await writeFile(file, text);
    const metrics = path.join(saved, 'metrics.json');
    const curve = await readFile(metrics, 'utf8');
    await writeFile(metrics, curve.replace('"bestEpoch": 3999', '"bestEpoch": 11'));
    assert.match((await failure(readRun(saved))).message, /bestEpoch: it is not in the curve/);
    await writeFile(metrics, curve.replace('"epoch": 10,', '"epoch": 0,'));
    assert.match((await failure(readRun(saved))).message, /curve\[1\].epoch: a whole number from 1/);
  });

  it('give back how Adam and plain descent were set, what ended them and what they go on with', async () => {
    const count = fc.integer({ min: 1, max: 10_000_000 });
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const optimizer = fc.oneof(
      fc.record({
        kind: fc.constantFrom('adam' as const, 'sgd' as const),
        steps: count,
        learningRate: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        trainBatchSize: fc.constantFrom(-1, 1, 100_000),
        evalStepInterval: count,
        labelSmoothing: share,
        earlyStopping: fc.integer({ min: 0, max: 10_000_000 }),
      }),
      fc.record({
        kind: fc.constant('l-bfgs' as const),
        l2: fc.constant(1e-5),
        maxEpochs: count,
        labelSmoothing: share,
      }),
    );
    const ended = fc.constantFrom<TrainingEnd>('converged', 'limit', 'patience', 'stopped');
    const continues = fc.record(
      {
        run: fc.string({ minLength: 1, maxLength: 100 }),
        created: fc.constant('2026-11-04T10:11:12.345Z'),
        epochs: count,
      },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(optimizer, ended, continues, async (optimizer, ended, continues) => {
        const { settings, training } = runWith(odd);
        assert.ok(training.kind === 'iterative');
        const run = runWith(odd, {
          settings: { ...settings, head: { kind: 'softmax', optimizer: { ...optimizer } } },
          training: { ...training, ended },
          continues,
        });
        const saved = await saveRun(folder.path, run);
        assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
      }),
      { numRuns: 20 },
    );
  });

  it('keep where a training ended, and refuse what is not that', async () => {
    const run = runWith(['a', 'b', 'c']);
    assert.ok(run.head.kind === 'linear');
    const { weights } = run.head.head;
    const last = { weights: weights.map((weight) => weight + 1), bias: Float32Array.of(1, 2, 3) };
    const saved = await saveRun(folder.path, run, undefined, { kind: 'head', head: last });
    const shape = { dimension: 6, classes: 3 };
    assert.deepEqual(await readLast(saved, shape), last);
    const file = path.join(saved, 'last.bin');
    const bytes = await readFile(file);
    for (const [what, damage] of [
      ['it is too large', Buffer.concat([bytes, Buffer.alloc(1)])],
      ['it has 83 bytes, not 84', bytes.subarray(1)],
      [
        'weight 0 is not a finite number',
        Buffer.concat([Buffer.from([0, 0, 0x80, 0x7f]), bytes.subarray(4)]),
      ],
    ] as const) {
      await writeFile(file, damage);
      const { code, message } = await failure(readLast(saved, shape));
      assert.equal(code, 'RUN_DAMAGED');
      assert.ok(message.includes(what), message);
    }
    await rm(file);
    assert.match((await failure(readLast(saved, shape))).message, /last\.bin is damaged \(it is missing\)/);
    assert.equal((await readRun(saved)).name, path.basename(saved), 'the run itself is there');
  });

  for (const kind of ['linear', 'hidden'] as const)
    it(`keep the state of a ${kind} head in training, and refuse what is not that`, async () => {
      const layer = (inputs: number, outputs: number, first: number) => ({
        weights: Float32Array.from({ length: inputs * outputs }, (_, i) => first + i / 3),
        bias: Float32Array.from({ length: outputs }, (_, i) => first - i / 7),
      });
      const layersAt = (first: number): Layers =>
        kind === 'linear' ? [layer(6, 3, first)] : [layer(6, 2, first), layer(2, 3, first)];
      const headOf = ([first, second]: Layers) =>
        second === undefined
          ? ({ kind: 'linear', head: first } as const)
          : ({ kind: 'hidden', hidden: first, output: second } as const);
      const { training, ...others } = runWith(['a', 'b', 'c']);
      assert.ok(training.kind === 'iterative');
      const place = { steps: 90, before: 40, measured: 2, best: 1, patientSince: 0 };
      const head = headOf(layersAt(5));
      const run = { ...others, training: { ...training, state: place }, head };
      const scaling = { mean: layer(6, 1, 1).weights, deviation: layer(6, 1, 2).weights };
      const shape = { place, head, dimension: 6 };
      const withMoments = {
        state: {
          ...place,
          layers: layersAt(1),
          bestHead: headOf(layersAt(2)),
          moments: { means: layersAt(-3), squares: layersAt(4) },
        },
        scaling,
      };
      const without = { scaling, state: { ...withMoments.state, moments: null } };
      const plain = await saveRun(folder.path, run, undefined, { kind: 'state', ...without });
      assert.deepEqual(await readState(plain, { ...shape, isAdam: false }), without);
      const saved = await saveRun(folder.path, run, undefined, { kind: 'state', ...withMoments });
      assert.deepEqual(await readState(saved, { ...shape, isAdam: true }), withMoments);
      assert.deepEqual((await readRun(saved)).training, run.training);

      const file = path.join(saved, 'state.bin');
      const bytes = await readFile(file);
      const signed = (content: Uint8Array) =>
        Buffer.concat([content, createHash('sha256').update(content).digest()]);
      const content = bytes.subarray(0, -32);
      const number = (at: number, value: number) => {
        const other = Buffer.from(content);
        other.writeFloatLE(value, at);
        return signed(other);
      };
      for (const [what, damage] of [
        ['it is too large', Buffer.concat([bytes, Buffer.alloc(1)])],
        [`it has ${bytes.length - 1} bytes, not ${bytes.length}`, bytes.subarray(1)],
        ['its checksum is another', Buffer.concat([Buffer.alloc(4), bytes.subarray(4)])],
        ['it holds a number that cannot be', number(0, NaN)],
        ['it holds a number that cannot be', number(24, -1)],
        ['weight 0 is not a finite number', number(48, Infinity)],
        ['it holds a number that cannot be', number(content.length - 4, -1)],
      ] as const) {
        await writeFile(file, damage);
        const { code, message } = await failure(readState(saved, { ...shape, isAdam: true }));
        assert.equal(code, 'RUN_DAMAGED');
        assert.ok(message.includes(what), message);
      }
      const metrics = path.join(saved, 'metrics.json');
      const text = await readFile(metrics, 'utf8');
      for (const [name, value] of Object.entries({ steps: 0, before: 91, measured: 1e5, best: 2 })) {
        await writeFile(
          metrics,
          text.replace(new RegExp(`(?<="state": [^}]*"${name}": )\\d+`), String(value)),
        );
        assert.match((await failure(readRun(saved))).message, new RegExp(`state.${name}: a whole number`));
      }
    });

  it("give back a ridge classifier's trials and the answers of leave-one-out, and refuse what contradicts them", async () => {
    const { evaluation, predictions, settings } = runWith(odd);
    const { on, ...measured } = evaluation;
    assert.equal(on, 'testing');
    const answers = predictions.map((prediction) => ({ ...prediction, side: 'training' as const }));
    const run = runWith(odd, {
      settings: { ...settings, head: { kind: 'ridge', penalties: [0.01, 0.1, 1] } },
      training: {
        kind: 'ridge',
        curve: [
          { epoch: 0, training: { accuracy: 0.5, crossEntropy: 0.7 }, validation: null },
          { epoch: 1, training: { accuracy: 1, crossEntropy: 0.1 }, validation: null },
        ],
        penalty: 0.1,
        temperature: 0.25,
        trials: [
          { penalty: 0.1, error: 0.5 },
          { penalty: 1, error: 0.75 },
        ],
        chosenOn: 2,
        seconds: 1,
      },
      leaveOneOut: { kind: 'measured', penalty: 0.1, product: 'plain', ...measured, predictions: answers },
    });
    const saved = await saveRun(folder.path, run);
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });

    for (const [name, from, to, reason] of [
      ['run.json', '"kind": "ridge"', '"kind": "bridge"', /head.kind: the name of a head/],
      ['run.json', '0.01,', '0,', /penalties\[0\]: a number/],
      ['metrics.json', '"penalty": 0.1,\n    "temperature"', '"penalty": 3,\n    "temperature"', /not tried/],
      ['metrics.json', '"temperature": 0.25', '"temperature": 0', /temperature: a number/],
      ['metrics.json', '"chosenOn": 2', '"chosenOn": -2', /chosenOn: a whole number/],
      ['metrics.json', '"epoch": 1', '"epoch": 2', /curve\[1\].epoch: 1 was expected/],
      ['metrics.json', '"kind": "measured"', '"kind": "guessed"', /measured or skipped/],
      ['metrics.json', '"product": "plain"', '"product": "fast"', /product: native or plain was expected/],
      ['leave-one-out.csv', ',training,', ',playing,', /row 1: side/],
      ['leave-one-out.csv', /\r\n=1.*\r\n$/, '\r\n', /answers 1 images, metrics.json counts 2/],
    ] as const) {
      const file = path.join(saved, name);
      const text = await readFile(file, 'utf8');
      assert.notEqual(text.replace(from, to), text, `${name} has no ${from}`);
      await writeFile(file, text.replace(from, to));
      assert.match((await failure(readRun(saved))).message, reason);
      await writeFile(file, text);
    }
    await rm(path.join(saved, 'leave-one-out.csv'));
    assert.match((await failure(readRun(saved))).message, /leave-one-out.csv is damaged \(it is missing\)/);
  });

  it('give back how sure the answers are, how they were calibrated and what is known', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
    const plain = { noNullPrototype: true };
    const calibration = fc.record(
      {
        temperature: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        on: fc.constantFrom('validation' as const, 'leave-one-out' as const),
        images: fc.nat(),
      },
      plain,
    );
    const size = 4 * 6;
    const known = fc.record(
      {
        threshold: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0),
        images: fc.nat(),
        values: fc.float32Array({ minLength: size, maxLength: size, noNaN: true, noDefaultInfinity: true }),
      },
      plain,
    );
    await fc.assert(
      fc.asyncProperty(share, calibration, known, async (value, calibration, { values, ...facts }) => {
        const before = runWith(['a', 'b']);
        const sureness = {
          topK: [{ k: 1, accuracy: value }],
          calibration: {
            bins: [
              { from: 0, to: 0.5, images: 0, confidence: null, accuracy: null },
              { from: 0.5, to: 1, images: 2, confidence: value, accuracy: 0.5 },
            ],
            expectedError: value,
          },
          reject: [
            { threshold: 0, answered: 2, right: 1 },
            { threshold: 0.5, answered: 1, right: 1 },
          ],
        };
        const run = {
          ...before,
          evaluation: { ...before.evaluation, sureness, unknown: 1 },
          predictions: before.predictions.map((prediction, i) => ({ ...prediction, unknown: i === 0 })),
          calibration,
          known: {
            ...facts,
            scaling: { mean: values.slice(0, 6), deviation: values.slice(6, 12) },
            directions: values.slice(12),
          },
        };
        const saved = await saveRun(folder.path, run);
        assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
        await rm(saved, { recursive: true });
      }),
      { numRuns: 20 },
    );
  });

  it('refuse sureness that contradicts itself, and a known.bin that is not what run.json says', async () => {
    const plain = runWith(['a', 'b']);
    const bin = { from: 0, to: 1, images: 2, confidence: 0.5, accuracy: 0.5 };
    const run = {
      ...plain,
      evaluation: {
        ...plain.evaluation,
        unknown: 0,
        sureness: {
          topK: [{ k: 1, accuracy: 0.5 }],
          calibration: { bins: [bin], expectedError: 0.25 },
          reject: [
            { threshold: 0, answered: 2, right: 1 },
            { threshold: 0.75, answered: 1, right: 1 },
          ],
        },
      },
      predictions: plain.predictions.map((prediction) => ({ ...prediction, unknown: false })),
      calibration: { temperature: 0.5, on: 'validation' as const, images: 120 },
      known: {
        threshold: 0.5,
        images: 40,
        scaling: { mean: new Float32Array(6), deviation: new Float32Array(6).fill(1) },
        directions: new Float32Array(12),
      },
    };
    const saved = await saveRun(folder.path, run);
    for (const [name, from, to, reason] of [
      [
        'metrics.json',
        '"images": 2,\n            "confidence"',
        '"images": 3,\n            "confidence"',
        /do not add up/,
      ],
      ['metrics.json', '"threshold": 0.75', '"threshold": 0', /threshold: it does not rise/],
      ['metrics.json', '"answered": 1,', '"answered": 3,', /answered: a whole number from 0 to 2/],
      ['metrics.json', '"unknown": 0', '"unknown": 3', /unknown: a whole number from 0 to 2/],
      ['metrics.json', '"unknown": 0', '"unknown": 1', /it calls 0 images unknown, metrics\.json counts 1/],
      ['predictions.csv', /,no\r\n/, ',maybe\r\n', /row 1: yes or no was expected/],
      ['metrics.json', '"expectedError": 0.25', '"expectedError": 2', /expectedError: a number/],
      ['run.json', '"temperature": 0.5', '"temperature": 0', /temperature: a number/],
      ['run.json', '"on": "validation"', '"on": "testing"', /validation or leave-one-out/],
      ['run.json', '"threshold": 0.5', '"threshold": 3', /threshold: a number/],
    ] as const) {
      const file = path.join(saved, name);
      const text = await readFile(file, 'utf8');
      assert.notEqual(text.replace(from, to), text, `${name} has no ${from}`);
      await writeFile(file, text.replace(from, to));
      assert.match((await failure(readRun(saved))).message, reason);
      await writeFile(file, text);
    }
    const file = path.join(saved, 'known.bin');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(4));
    assert.match((await failure(readRun(saved))).message, /known.bin is damaged \(it has 92 bytes, not 96\)/);
    bytes.writeFloatLE(Infinity, 40);
    await writeFile(file, bytes);
    assert.match((await failure(readRun(saved))).message, /number 10 is not a finite number/);
    await rm(file);
    assert.match((await failure(readRun(saved))).message, /known.bin is damaged \(it is missing\)/);
  });

  it('give back why leave-one-out was not measured', async () => {
    const reason = { code: 'LEAVE_ONE_OUT_LARGE', params: { count: 9000 }, message: 'Too many.' };
    const run = runWith(['a', 'b'], { leaveOneOut: { kind: 'skipped', reason } });
    const saved = await saveRun(folder.path, run);
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
    assert.ok(!(await readdir(saved)).includes('leave-one-out.csv'));
  });

  it('read a run of format 3, when every head was one layer, without a checksum', async () => {
    const run = runWith(['a', 'b']);
    const saved = await saveRun(folder.path, run);
    const file = path.join(saved, 'run.json');
    const { head, ...document } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    assert.ok(head);
    await writeFile(file, JSON.stringify({ ...document, format: 3 }));
    const metrics = path.join(saved, 'metrics.json');
    const text = await readFile(metrics, 'utf8');
    await writeFile(metrics, text.replace('"format": 3', '"format": 2'));
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
  });

  it('give back what validation has chosen, and how a hidden layer was set', async () => {
    const { settings, training } = runWith(['a', 'b']);
    assert.ok(training.kind === 'iterative');
    const penalties = [1e-6, 1e-3];
    const regularisation = { l2: 1e-3, trials: penalties.map((l2) => ({ l2, crossEntropy: 0.5 })) };
    const chosen = runWith(['a', 'b'], {
      settings: {
        ...settings,
        head: { kind: 'softmax', optimizer: { kind: 'l-bfgs', l2: 1e-5, maxEpochs: 100, penalties } },
      },
      training: { ...training, regularisation },
    });
    const hidden = runWith(['a', 'b'], {
      settings: {
        ...settings,
        head: {
          kind: 'hidden',
          units: 8,
          batchSize: 32,
          learningRate: 0.003,
          passes: 100,
          patience: 10,
          labelSmoothing: 0.1,
        },
      },
    });
    const centroid = runWith(['a', 'b'], {
      settings: { ...settings, head: { kind: 'centroid' } },
      training: { kind: 'centroid', temperature: 0.5, seconds: 0 },
    });
    for (const run of [chosen, hidden, centroid]) {
      const saved = await saveRun(folder.path, run);
      assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
    }
    const former = await saveRun(folder.path, hidden);
    const facts = path.join(former, 'run.json');
    await writeFile(facts, (await readFile(facts, 'utf8')).replace(/,\s*"labelSmoothing": 0.1/, ''));
    const { head } = (await readRun(former)).settings;
    assert.equal(head.kind === 'hidden' && head.labelSmoothing, 0, 'from before there was any');
    const saved = await saveRun(folder.path, chosen);
    const metrics = path.join(saved, 'metrics.json');
    const text = await readFile(metrics, 'utf8');
    await writeFile(metrics, text.replace(/"l2": 0.001(,\s*"trials")/, '"l2": 0.5$1'));
    assert.match((await failure(readRun(saved))).message, /regularisation.l2: it was not tried/);
  });

  it('read a run of format 2, when every head was a softmax regression', async () => {
    const run = runWith(['a', 'b']);
    const saved = await saveRun(folder.path, run);
    const edit = async (name: string, change: (document: Record<string, unknown>) => object) => {
      const file = path.join(saved, name);
      await writeFile(
        file,
        JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)),
      );
    };
    const { head, ...settings } = run.settings;
    await edit('run.json', (document) => ({ ...document, format: 2, settings: { ...settings, ...head } }));
    await edit('metrics.json', ({ evaluation, training }) => {
      const { kind, ...rest } = training as Record<string, unknown>;
      assert.equal(kind, 'iterative');
      return { format: 1, training: rest, evaluation };
    });
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
  });

  it('read a run of format 1, when there was one optimiser and one split', async () => {
    const run = runWith(['a', 'b']);
    const saved = await saveRun(folder.path, run);
    const edit = async (name: string, change: (document: Record<string, unknown>) => object) => {
      const file = path.join(saved, name);
      const document = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
      await writeFile(file, JSON.stringify(change(document)));
    };
    const settings = { seed: 42, validationPercentage: 10, testingPercentage: 10, l2: 1e-5, maxEpochs: 100 };
    await edit('run.json', (document) => ({ ...document, format: 1, settings }));
    await edit('metrics.json', (document) => {
      const { unit, ...training } = document['training'] as Record<string, unknown>;
      assert.equal(unit, 'epoch');
      return { ...document, format: 1, training };
    });
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
  });

  it('give back of which run it is a refit, and refuse half of that', async () => {
    const refitOf = {
      run: odd.join(),
      created: '2026-11-05T10:11:12Z',
      backbone: 'tiny-int8',
      accuracy: 0.75,
    };
    for (const accuracy of [0.75, null]) {
      const run = runWith(['a', 'b'], { refitOf: { ...refitOf, accuracy } });
      const saved = await saveRun(folder.path, run);
      assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
    }
    const saved = await saveRun(folder.path, runWith(['a', 'b'], { refitOf }));
    const file = path.join(saved, 'run.json');
    const text = await readFile(file, 'utf8');
    for (const wrong of ['"accuracy": 1.75', '"accuracy": "0.75"', '"accurate": 0.75']) {
      await writeFile(file, text.replace('"accuracy": 0.75', wrong));
      assert.equal((await failure(readRun(saved))).code, 'RUN_DAMAGED');
    }
  });

  it('give back a run with nothing to test on', async () => {
    const { evaluation } = runWith(['a', 'b']);
    const run = runWith(['a', 'b'], {
      evaluation: {
        ...evaluation,
        n: 0,
        accuracy: null,
        interval: null,
        confusion: [
          [0, 0],
          [0, 0],
        ],
      },
      predictions: [],
    });
    const saved = await saveRun(folder.path, run);
    assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
  });

  it('write one label a line and CSV as RFC 4180 has it', async () => {
    const saved = await saveRun(folder.path, runWith(['a', 'two\nlines', 'c\\d']));
    assert.equal(await readFile(path.join(saved, 'labels.txt'), 'utf8'), 'a\ntwo\\nlines\nc\\\\d\n');
    assert.equal(
      await readFile(path.join(saved, 'predictions.csv'), 'utf8'),
      'path,sha256,side,label,predicted,probability\r\n' +
        `"a ""b"", c/é\n.jpg",${sha256('1')},testing,a,a,${Math.fround(0.9)}\r\n` +
        `=1+1.jpg,${sha256('2')},testing,"two\nlines",a,1e-9\r\n`,
    );
  });

  it('number the runs of a day, also of several that save at once, and leave nothing else behind', async () => {
    const saved = await Promise.all(
      Array.from({ length: 12 }, () => saveRun(folder.path, runWith(['a', 'b']))),
    );
    const names = saved.map((run) => path.basename(run)).sort();
    assert.equal(new Set(names).size, 12);
    assert.deepEqual((await readdir(path.join(folder.path, 'runs'))).sort(), names);
    for (const name of names) assert.match(name, /^2026-11-0[456]-\d+$/);
    for (const run of saved) await readRun(run);
  });

  it('keep runs out of git, and a .gitignore that is there as it is', async () => {
    await saveRun(folder.path, runWith(['a', 'b']));
    const file = path.join(folder.path, '.gitignore');
    assert.equal(await readFile(file, 'utf8'), 'runs/\nlast-run\n');
    await writeFile(file, '# mine\n');
    await saveRun(folder.path, runWith(['a', 'b']));
    assert.equal(await readFile(file, 'utf8'), '# mine\n');
  });

  it('write through no symbolic link', async function () {
    const elsewhere = path.join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    const retrain = path.join(folder.path, '.retrain');
    try {
      await symlink(elsewhere, retrain, 'dir');
    } catch {
      skip(this, 'links need a privilege on Windows');
    }
    assert.equal((await failure(saveRun(retrain, runWith(['a', 'b'])))).code, 'PATH_OUTSIDE');
    const other = path.join(folder.path, 'other');
    await mkdir(other);
    await symlink(elsewhere, path.join(other, 'runs'), 'dir');
    assert.equal((await failure(saveRun(other, runWith(['a', 'b'])))).code, 'PATH_OUTSIDE');
    assert.deepEqual(await readdir(elsewhere), []);
  });

  it('say where a run cannot be saved', async () => {
    const error = await failure(saveRun(path.join(folder.write('file'), '.retrain'), runWith(['a', 'b'])));
    assert.equal(error.code, 'RUN_UNWRITABLE');
    assert.match(error.message, /file.*ENOTDIR|file.*ENOENT|file.*EEXIST/);
  });
});

describe('readRun of a damaged run', () => {
  const folder = temporaryFolder();
  let run = '';
  beforeEach(async () => {
    run = await saveRun(folder.path, runWith(['a', 'b', 'c']));
  });

  const replaced = async (file: string, from: string | RegExp, to: string): Promise<void> => {
    const text = await readFile(path.join(run, file), 'utf8');
    const changed = text.replace(from, to);
    assert.notEqual(changed, text);
    await writeFile(path.join(run, file), changed);
  };

  const damages: readonly [string, string, string | RegExp, string, RegExp][] = [
    ['another format', 'run.json', '"format": 4', '"format": 5', /format: a whole number from 1 to 4/],
    ['an unknown optimiser', 'run.json', '"l-bfgs"', '"lion"', /optimizer.kind: the name of an optimizer/],
    ['an unknown split', 'run.json', '"content"', '"moon"', /splitRule.kind: the name of a split rule/],
    ['a missing field', 'run.json', '"seed"', '"weed"', /settings: seed is missing/],
    [
      'a field that only its prototype would have',
      'run.json',
      '"scanSeconds"',
      '"__proto__"',
      /scanSeconds is missing/,
    ],
    [
      'a number too large for JSON',
      'run.json',
      '"seed": 42',
      '"seed": 1e999',
      /settings.seed: a whole number/,
    ],
    [
      'a negative count',
      'run.json',
      '"cached": 1',
      '"cached": -1',
      /bottlenecks.cached: a whole number from 0/,
    ],
    ['half a count', 'run.json', '"cached": 1', '"cached": 1.5', /bottlenecks.cached: a whole number/],
    ['no date', 'run.json', '2026-11-05T', '2026-99-05T', /created: a date in UTC/],
    ['no sha256', 'run.json', sha256('3'), '../../etc/passwd', /fittedOn\[0\]: a sha256 was expected/],
    ['no JSON', 'run.json', '{', '[{', /it is not JSON/],
    ['an end that is none', 'metrics.json', '"seconds": 0.125', '"ended": "soon"', /ended: converged or/],
    [
      'a smoothing of everything',
      'run.json',
      '"maxEpochs": 100',
      '"maxEpochs": 100, "labelSmoothing": 1',
      /labelSmoothing: a number from 0/,
    ],
    [
      'another dimension',
      'run.json',
      '"dimension": 6',
      '"dimension": 7',
      /model.json.*it takes 6 values, the backbone gives 7/,
    ],
    [
      'a path for weights',
      'model.json',
      'weights.bin',
      '../weights.bin',
      /weightsManifest\[0\].paths\[0\]: a bare file name/,
    ],
    ['an absolute path for weights', 'model.json', 'weights.bin', '/etc/passwd', /a bare file name/],
    ['a path of Windows for weights', 'model.json', 'weights.bin', 'c:\\\\weights.bin', /a bare file name/],
    ['more units than weights', 'model.json', '"units": 3', '"units": 4', /shape\[1\]: 4 was expected/],
    ['a head too large to read', 'model.json', /"units": 3|\b3\b(?=\n)/g, '"units": 49999', /model.json/],
    ['another activation', 'model.json', '"softmax"', '"linear"', /activation: "softmax" was expected/],
    ['another layer', 'model.json', '"Dense"', '"Conv2D"', /class_name: "Dense" was expected/],
    [
      'another type',
      'model.json',
      /"dtype": "float32"(?=\s*\}[^}]*\])/,
      '"dtype": "int32"',
      /dtype: "float32" was expected/,
    ],
    [
      'an answer too few',
      'predictions.csv',
      /=1.*\r\n$/,
      '',
      /answers 1 testing images, metrics.json counts 2/,
    ],
    ['a label too many', 'labels.txt', /$/, 'd\n', /labels.txt.*does not hold 3 different labels/],
    ['a label twice', 'labels.txt', 'b', 'a', /does not hold 3 different labels/],
    ['other labels', 'labels.txt', 'b', 'x', /metrics.json.*its labels are not those of labels.txt/],
    [
      'an accuracy of its own',
      'metrics.json',
      '"accuracy": 0.5,\n    "interval"',
      '"accuracy": 1,\n    "interval"',
      /not that of its confusion matrix/,
    ],
    [
      'an accuracy above one',
      'metrics.json',
      '"accuracy": 0.5',
      '"accuracy": 1.5',
      /accuracy: a number from 0 to 1/,
    ],
    [
      'a best epoch after the last',
      'metrics.json',
      '"bestEpoch": 1',
      '"bestEpoch": 2',
      /bestEpoch: a whole number from 0 to 1/,
    ],
    ['epochs in disorder', 'metrics.json', '"epoch": 1', '"epoch": 5', /curve\[1\].epoch: 1 was expected/],
    ['images that do not add up', 'metrics.json', '"n": 2', '"n": 3', /its counts do not add up to n/],
    [
      'a matrix that is not square',
      'metrics.json',
      /\[\s*1,\s*0,\s*0\s*\]/,
      '[1, 0]',
      /3 rows and columns were expected/,
    ],
    ['other columns', 'predictions.csv', 'sha256', 'sha1', /first line is not path,sha256,side/],
    ['a field too few', 'predictions.csv', ',a,1e-9', ',1e-9', /row 2: it has 5 fields/],
    ['a quote that never closes', 'predictions.csv', '=1+1', '"=1+1', /row 2: it is not CSV/],
    ['an unknown label', 'predictions.csv', ',a,1e-9', ',d,1e-9', /row 2: a label that is not in labels.txt/],
    ['an unknown side', 'predictions.csv', 'testing', 'outside', /row 1: side/],
    ['no probability', 'predictions.csv', '1e-9', '', /row 2: probability/],
    ['a probability above one', 'predictions.csv', '1e-9', '1.5', /row 2: probability/],
  ];
  for (const [words, file, from, to, message] of damages)
    it(`names the file and the reason: ${words} in ${file}`, async () => {
      await replaced(file, from, to);
      const error = await failure(readRun(run));
      assert.equal(error.code, 'RUN_DAMAGED');
      assert.match(error.message, message);
      assert.equal(path.dirname(String(error.params['path'])), run);
    });

  it('names a number among the weights that is none', async () => {
    const file = path.join(run, 'weights.bin');
    for (const wrong of [NaN, Infinity]) {
      const bytes = await readFile(file);
      bytes.writeFloatLE(wrong, 8);
      await writeFile(file, bytes);
      assert.match((await failure(readRun(run))).message, /weights.bin.*weight 2 is not a finite number/);
    }
  });

  it('is refused whatever one byte of weights.bin is missing or added', async () => {
    const file = path.join(run, 'weights.bin');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(1));
    assert.match((await failure(readRun(run))).message, /weights.bin.*it has 83 bytes, not 84/);
    await writeFile(file, Buffer.concat([bytes, Buffer.of(0)]));
    assert.match((await failure(readRun(run))).message, /weights.bin.*it is too large/);
  });

  for (const file of ['run.json', 'metrics.json', 'model.json', 'labels.txt', 'predictions.csv'])
    it(`never passes as whole when ${file} is cut short`, async () => {
      const bytes = await readFile(path.join(run, file));
      const whole = await readRun(run);
      for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 50)) {
        await writeFile(path.join(run, file), bytes.subarray(0, length));
        // The last line end of labels.txt may go.
        const read = await readRun(run).catch((error: unknown) => error);
        if (read instanceof RetrainError) assert.equal(read.code, 'RUN_DAMAGED');
        else assert.deepEqual([file, read], ['labels.txt', whole]);
      }
    });

  it('is never anything but RUN_DAMAGED or a run when bytes change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'run.json',
          'metrics.json',
          'model.json',
          'labels.txt',
          'predictions.csv',
          'weights.bin',
        ),
        fc.nat(1e6),
        fc.nat(255),
        async (file, at, byte) => {
          const bytes = await readFile(path.join(run, file));
          const changed = Buffer.from(bytes);
          changed[at % bytes.length] = byte;
          await writeFile(path.join(run, file), changed);
          const read = await readRun(run).catch((error: unknown) => error);
          await writeFile(path.join(run, file), bytes);
          if (read instanceof RetrainError) assert.equal(read.code, 'RUN_DAMAGED');
          else assert.ok(!(read instanceof Error), String(read));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says which file is missing or is a folder', async () => {
    await rm(path.join(run, 'labels.txt'));
    assert.match((await failure(readRun(run))).message, /labels.txt is damaged \(it is missing\)/);
    await mkdir(path.join(run, 'labels.txt'));
    assert.match((await failure(readRun(run))).message, /labels.txt is damaged \(it is not a regular file\)/);
  });

  it('reads nothing outside its folder', async function () {
    const secret = folder.write('secret.txt', 'a\nb\nc\n');
    await rm(path.join(run, 'labels.txt'));
    try {
      await symlink(secret, path.join(run, 'labels.txt'));
    } catch {
      skip(this, 'links need a privilege on Windows');
    }
    assert.match(
      (await failure(readRun(run))).message,
      /labels.txt is damaged \(it links to a place outside/,
    );
  });
});
