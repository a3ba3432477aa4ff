import assert from 'node:assert/strict';
import { leaveOneOut } from '../../../src/jobs/leaveOneOut';
import type { FilledDataset, ReadRows } from '../../../src/jobs/fillCache';
import { plainProduct64, type Doubles } from '../../../src/runtimes';
import { plainProduct } from '../../../src/training';
import type { RetrainProgress } from '../../../src/jobs';
import { naiveRidge } from '../../support/naiveRidge';
import { sha256 } from '../../support/runRecords';
import { clouds } from '../../support/softmaxProblem';

const labels = ['a', 'b', 'c'];
const dimension = 9;
const penalty = 0.3;
const { signal } = new AbortController();
const context = { signal, report: () => assert.fail('nobody waits for so little') };

function filled(doubles: Doubles, size = dimension): FilledDataset {
  return {
    backbone: { id: 'tiny', name: 'Tiny', dimension: size, fingerprint: sha256('tiny'), scaling: undefined },
    runtime: { id: 'onnx', version: '1', multiply: plainProduct, multiply64: plainProduct64, doubles },
    location: { bottlenecks: '', retrain: '' },
    rows: [],
    facts: { root: '', name: '', classes: [], images: 0, skipped: [], duplicates: [], warnings: [] },
    scanSeconds: 0,
    counts: { cached: 0, computed: 0, seconds: 0 },
  };
}

function imageRow(row: number, label: string, content = row): ReadRows['rows'][number] {
  return { image: { path: `${row}.jpg`, label, size: 1, mtimeNs: 0n }, sha256: sha256(String(content)) };
}

/** `n` images; each of `twins` has the content and the label of another. */
function rowsOf(n: number, twins: ReadonlyMap<number, number> = new Map()): ReadRows {
  const { values, labels: truth } = clouds(n, dimension, labels.length, 3, 2);
  twins.forEach((of, row) => values.copyWithin(row * dimension, of * dimension, (of + 1) * dimension));
  const rows = Array.from(truth, (_, row) => {
    const content = twins.get(row) ?? row;
    return imageRow(row, labels[truth[content] ?? -1] ?? '', content);
  });
  return { rows, values };
}

const sideOf = (row: number) => (row < 20 ? 'training' : 'testing');

describe('leaveOneOut', () => {
  it('answers each image as a head does that is fitted to all the others, twins counted once', async () => {
    const twins = new Map([
      [4, 1],
      [27, 1],
      [29, 12],
    ]);
    const read = rowsOf(30, twins);
    const kept = [...read.rows.keys()].filter((row) => !twins.has(row));
    const set = (rows: readonly number[]) => ({
      values: Float32Array.from(
        rows.flatMap((row) => [...read.values.subarray(row * dimension, (row + 1) * dimension)]),
      ),
      labels: Int32Array.from(rows, (row) => labels.indexOf(read.rows[row]?.image.label ?? '')),
    });
    const expected = kept.map((row) => {
      const training = set(kept.filter((other) => other !== row));
      const scores = naiveRidge({ training, dimension, classes: labels.length }, penalty)(set([row]).values);
      return {
        path: `${row}.jpg`,
        side: sideOf(row),
        label: read.rows[row]?.image.label,
        predicted: labels[scores.indexOf(Math.max(...scores))],
      };
    });
    const result = await leaveOneOut(
      filled('native'),
      read,
      labels,
      { penalty, balanced: false, sideOf },
      context,
    );
    assert.ok(result.kind === 'measured');
    assert.deepEqual(
      result.predictions.map(({ path, side, label, predicted }) => ({ path, side, label, predicted })),
      expected,
    );
    const right = expected.filter(({ label, predicted }) => label === predicted).length;
    assert.deepEqual([result.n, result.accuracy], [27, right / 27]);
    assert.ok(right > 9 && right < 27, `${right} right: the test shows little`);
  });

  it('has no part for views: they change nothing', async () => {
    const read = rowsOf(30);
    const plain = await leaveOneOut(
      filled('native'),
      rowsOf(30),
      labels,
      { penalty, balanced: false, sideOf },
      context,
    );
    const views = [3, 3, 11];
    const added = views.map((row) => [...read.values.subarray(row * dimension, (row + 1) * dimension)]);
    const [rows, own] = [read.rows, 20 * dimension];
    const withViews: ReadRows = {
      rows: [...rows.slice(0, 20), ...views.flatMap((row) => rows[row] ?? []), ...rows.slice(20)],
      values: Float32Array.from([
        ...read.values.subarray(0, own),
        ...added.flat().map((value) => value + 0.01),
        ...read.values.subarray(own),
      ]),
    };
    const side = (row: number) => (row < 20 ? 'training' : row < 23 ? null : 'testing');
    const result = await leaveOneOut(
      filled('native'),
      withViews,
      labels,
      { penalty, balanced: false, sideOf: side },
      context,
    );
    assert.deepEqual({ ...result, seconds: 0 }, { ...plain, seconds: 0 });
  });

  it('is left out where it would take too long, sooner without a product of 64 bits', async () => {
    const rows = (n: number) => ({
      ...rowsOf(3),
      rows: Array.from({ length: n }, (_, row) => imageRow(row, 'a')),
    });
    for (const [n, doubles, code, word, named = labels] of [
      [50_000, 'native', 'LEAVE_ONE_OUT_LARGE', /50000 images/],
      [10_000, 'plain', 'LEAVE_ONE_OUT_SLOW', /10000 images .* choose onnx/],
      [2000, 'native', 'LEAVE_ONE_OUT_LARGE', /2000 images/, Array.from({ length: 13_000 }, String)],
    ] as const) {
      const result = await leaveOneOut(
        filled(doubles, 2912),
        rows(n),
        named,
        { penalty, balanced: false, sideOf },
        context,
      );
      assert.ok(result.kind === 'skipped');
      assert.equal(result.reason.code, code);
      assert.match(result.reason.message, word);
    }
  });

  it('says that the plain product does it, and how far that is; it ends within a product', async () => {
    const [n, size] = [600, 3000];
    const { values, labels: truth } = clouds(n, size, labels.length, 3, 2);
    const read = (): ReadRows => ({
      rows: Array.from(truth, (label, row) => imageRow(row, labels[label] ?? '')),
      values: values.slice(),
    });
    const settings = { penalty, balanced: false, sideOf };
    const told: RetrainProgress[] = [];
    const report = (progress: RetrainProgress) => told.push(progress);
    const result = await leaveOneOut(filled('plain', size), read(), labels, settings, { signal, report });
    assert.ok(result.kind === 'measured');
    assert.equal(result.product, 'plain');
    const shares = told.map((progress) => {
      assert.ok(progress.kind === 'leavingOut' && progress.product === 'plain' && progress.images === n);
      return progress.share;
    });
    assert.equal(shares[0], 0);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    const last = shares.at(-1) ?? NaN;
    assert.ok(last > 0.8 && last <= 1, String(last));

    const controller = new AbortController();
    told.length = 0;
    const aborting = (progress: RetrainProgress) => {
      report(progress);
      setImmediate(() => controller.abort());
    };
    await assert.rejects(
      leaveOneOut(filled('plain', size), read(), labels, settings, {
        signal: controller.signal,
        report: aborting,
      }),
      { name: 'AbortError' },
    );
    assert.equal(told.length, 1, 'no product came to its end');
  });

  it('ends when it is aborted', async () => {
    await assert.rejects(
      leaveOneOut(
        filled('native'),
        rowsOf(30),
        labels,
        { penalty, balanced: false, sideOf },
        { ...context, signal: AbortSignal.abort() },
      ),
      { name: 'AbortError' },
    );
  });
});
