import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { RetrainError } from '../../../src/base';
import { predict, readRun, saveRun, type NewRun } from '../../../src/models';
import { plainProduct, type Head, type TrainedHead } from '../../../src/training';
import { runWith } from '../../support/runRecords';
import { clouds } from '../../support/softmaxProblem';
import { temporaryFolder } from '../../support/temporaryFolder';

/** Of the runs of `runWith`. */
const dimension = 6;
const names = ['daisy', 'two\nlines', '猫'];

const floats = (length: number) =>
  fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true });

const layer = (inputs: number, outputs: number): fc.Arbitrary<Head> =>
  fc.record({ weights: floats(inputs * outputs), bias: floats(outputs) }, { noNullPrototype: true });

const plain = { noNullPrototype: true };

const linear: fc.Arbitrary<TrainedHead> = layer(dimension, names.length).map((head) => ({
  kind: 'linear',
  head,
}));

const hidden: fc.Arbitrary<TrainedHead> = fc
  .integer({ min: 1, max: 9 })
  .chain((units) =>
    fc
      .record({ hidden: layer(dimension, units), output: layer(units, names.length) }, plain)
      .map((layers) => ({ kind: 'hidden', ...layers })),
  );

const neighbours: fc.Arbitrary<TrainedHead> = fc.integer({ min: 1, max: 12 }).chain((m) =>
  fc
    .record(
      {
        units: floats(m * dimension),
        labels: fc
          .array(fc.nat(names.length - 1), { minLength: m, maxLength: m })
          .map((labels) => Int32Array.from(labels)),
        classes: fc.constant(names.length),
        k: fc.integer({ min: 1, max: 20 }),
        temperature: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        scaling: fc.record({ mean: floats(dimension), deviation: floats(dimension) }, plain),
      },
      plain,
    )
    .map((neighbours) => ({ kind: 'neighbours', neighbours })),
);

const anyHead = fc.oneof(linear, hidden, neighbours);

/** A run of such a head; with neighbours its training says the same. */
function runOf(head: TrainedHead): NewRun {
  const { settings } = runWith(names);
  if (head.kind !== 'neighbours') return runWith(names, { head });
  const { k, temperature } = head.neighbours;
  return runWith(names, {
    head,
    settings: { ...settings, head: { kind: 'neighbours', candidates: [k] } },
    training: {
      kind: 'neighbours',
      k,
      temperature,
      trials: [{ k, error: 0.25, crossEntropy: 0.5 }],
      seconds: 1,
    },
  });
}

function filesOf(head: TrainedHead): readonly [string, ...string[]] {
  return head.kind === 'neighbours' ? ['neighbours.npy', 'neighbours.txt'] : ['weights.bin'];
}

async function failure(saved: string): Promise<RetrainError> {
  const error: unknown = await readRun(saved).then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RetrainError, String(error));
  return error;
}

describe('the head of a run', () => {
  const folder = temporaryFolder();

  it('comes back bit for bit, whatever its kind', async () => {
    await fc.assert(
      fc.asyncProperty(anyHead, async (head) => {
        const run = runOf(head);
        const saved = await saveRun(folder.path, run);
        assert.deepEqual(await readRun(saved), { ...run, name: path.basename(saved) });
        await rm(saved, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('is refused in one sentence where any bit of its numbers is another, or a file is cut short', async () => {
    const damage = fc.record({
      which: fc.nat(1),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.nat(7),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(anyHead, damage, async (head, { which, at, bit, cut }) => {
        const saved = await saveRun(folder.path, runOf(head));
        const files = filesOf(head);
        const name = files[which] ?? files[0];
        const file = path.join(saved, name);
        const bytes = await readFile(file);
        const place = Math.floor(at * bytes.length);
        if (cut) await writeFile(file, bytes.subarray(0, place));
        else {
          bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
          await writeFile(file, bytes);
        }
        const { code, message } = await failure(saved);
        assert.equal(code, 'RUN_DAMAGED', message);
        assert.match(message, /^The run file .* is damaged \(.*\); retrain\.$/s);
        await rm(file);
        assert.match((await failure(saved)).message, /is damaged \(it is missing\)/);
        await rm(saved, { recursive: true });
      }),
      { numRuns: 80 },
    );
  });

  it('opens in NumPy where it is neighbours: a header of 128 bytes, then whole rows', async () => {
    const units = clouds(5, dimension, 1, 1).values;
    const scaling = { mean: new Float32Array(dimension), deviation: new Float32Array(dimension).fill(1) };
    const labels = Int32Array.of(0, 1, 2, 1, 0);
    const saved = await saveRun(
      folder.path,
      runOf({
        kind: 'neighbours',
        neighbours: { units, labels, classes: 3, k: 1, temperature: 1, scaling },
      }),
    );
    const bytes = await readFile(path.join(saved, 'neighbours.npy'));
    assert.match(
      bytes.subarray(10, 128).toString('latin1'),
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(7, 6\), \} *\n$/,
    );
    assert.equal(bytes.length, 128 + 7 * 6 * 4);
    assert.equal(
      await readFile(path.join(saved, 'neighbours.txt'), 'utf8'),
      'daisy\ntwo\\nlines\n猫\ntwo\\nlines\ndaisy\n',
    );
  });

  it('is refused where run.json and the files contradict each other', async () => {
    const units = clouds(4, dimension, 1, 1).values;
    const scaling = { mean: new Float32Array(dimension), deviation: new Float32Array(dimension).fill(1) };
    const voting: TrainedHead = {
      kind: 'neighbours',
      neighbours: { units, labels: Int32Array.of(0, 1, 2, 1), classes: 3, k: 3, temperature: 0.5, scaling },
    };
    const layers: TrainedHead = {
      kind: 'hidden',
      hidden: { weights: clouds(dimension, 2, 1, 1).values, bias: new Float32Array(2) },
      output: { weights: clouds(2, 3, 1, 2).values, bias: new Float32Array(3) },
    };
    for (const [head, name, from, to, reason] of [
      [voting, 'run.json', '"k": 3', '"k": 0', /head\.k: a whole number/],
      [voting, 'run.json', '"k": 3', '"k": 2', /metrics\.json is damaged \(its training is not that/],
      [voting, 'run.json', '"temperature": 0.5', '"temperature": -1', /temperature: a number/],
      [voting, 'run.json', '"vectors": "', '"vectors": "x', /vectors: a sha256/],
      [
        voting,
        'run.json',
        /"kind": "neighbours",\n {4}"k"/,
        '"kind": "voters",\n    "k"',
        /the kind of a head/,
      ],
      [
        voting,
        'metrics.json',
        '"k": 3,\n    "temperature"',
        '"k": 5,\n    "temperature"',
        /k: it was not tried/,
      ],
      [voting, 'metrics.json', '"error": 0.25', '"error": 1.25', /error: a number/],
      [voting, 'neighbours.txt', '猫', 'dog', /line 3 is a label that is not in labels\.txt/],
      [
        layers,
        'run.json',
        '"kind": "hidden",\n    "sha256"',
        '"kind": "linear",\n    "sha256"',
        /it is no linear head/,
      ],
      [layers, 'model.json', '"relu"', '"tanh"', /activation: /],
      [layers, 'model.json', '"units": 2', '"units": 3', /shape\[1\]|shape: |weights/],
    ] as const) {
      const saved = await saveRun(folder.path, runOf(head));
      const file = path.join(saved, name);
      const text = await readFile(file, 'utf8');
      assert.notEqual(text.replace(from, to), text, `${name} has no ${String(from)}`);
      await writeFile(file, text.replace(from, to));
      const { code, message } = await failure(saved);
      assert.equal(code, 'RUN_DAMAGED');
      assert.match(message, reason);
      await rm(saved, { recursive: true });
    }
  });

  it('answers after reading as before saving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 5 }), async (seed, k) => {
        const head: TrainedHead = {
          kind: 'neighbours',
          neighbours: {
            units: clouds(20, dimension, 1, seed).values,
            labels: Int32Array.from({ length: 20 }, (_, row) => row % 3),
            classes: 3,
            k,
            temperature: 0.5,
            scaling: {
              mean: new Float32Array(dimension).fill(0.5),
              deviation: new Float32Array(dimension).fill(2),
            },
          },
        };
        const saved = await saveRun(folder.path, runOf(head));
        const { values } = clouds(4, dimension, 1, seed + 1);
        const before = await predict(head, values, 4, plainProduct);
        assert.deepEqual(await predict((await readRun(saved)).head, values, 4, plainProduct), before);
        await rm(saved, { recursive: true });
      }),
      { numRuns: 20 },
    );
  });
});
