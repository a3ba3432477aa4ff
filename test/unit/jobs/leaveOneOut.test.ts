import assert from 'node:assert/strict';
import { leaveOneOut } from '../../../src/jobs/leaveOneOut';
import type { FilledDataset, ReadRows } from '../../../src/jobs/fillCache';
import { plainProduct64, type Doubles } from '../../../src/runtimes';
import { plainProduct } from '../../../src/training';
import { naiveRidge } from '../../support/naiveRidge';
import { sha256 } from '../../support/runRecords';
import { clouds } from '../../support/softmaxProblem';

const labels = ['a', 'b', 'c'];
const dimension = 9;
const penalty = 0.3;
const { signal } = new AbortController();

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
      signal,
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
      signal,
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
      signal,
    );
    assert.deepEqual({ ...result, seconds: 0 }, { ...plain, seconds: 0 });
  });

  it('is left out where it would take too long, sooner without a product of 64 bits', async () => {
    const rows = (n: number) => ({
      ...rowsOf(3),
      rows: Array.from({ length: n }, (_, row) => imageRow(row, 'a')),
    });
    for (const [n, doubles, code, word] of [
      [5000, 'native', 'LEAVE_ONE_OUT_LARGE', /5000 images/],
      [2000, 'plain', 'LEAVE_ONE_OUT_SLOW', /2000 images .* choose onnx/],
    ] as const) {
      const result = await leaveOneOut(
        filled(doubles, 2912),
        rows(n),
        labels,
        { penalty, balanced: false, sideOf },
        signal,
      );
      assert.ok(result.kind === 'skipped');
      assert.equal(result.reason.code, code);
      assert.match(result.reason.message, word);
    }
  });

  it('ends when it is aborted', async () => {
    await assert.rejects(
      leaveOneOut(
        filled('native'),
        rowsOf(30),
        labels,
        { penalty, balanced: false, sideOf },
        AbortSignal.abort(),
      ),
      { name: 'AbortError' },
    );
  });
});
