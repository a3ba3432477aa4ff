import assert from 'node:assert/strict';
import { advance, notBegun } from '../../../src/editor/panelState';
import type { DatasetFacts, EpochView, RetrainProgress } from '../../../src/protocol';

const facts: DatasetFacts = {
  root: '/photos',
  name: 'photos',
  classes: [
    { label: '__proto__', count: 2 },
    { label: 'c++', count: 2 },
  ],
  images: 4,
  skipped: [],
  duplicates: [],
  warnings: [],
};
const epoch = (n: number): EpochView => ({
  epoch: n,
  training: { accuracy: 0.5, crossEntropy: 1 / (n + 1) },
  validation: null,
});
const after = (...all: RetrainProgress[]) => all.reduce(advance, notBegun);

const scanned: RetrainProgress = { kind: 'scanned', dataset: facts, seconds: 0.1 };
const half: RetrainProgress = {
  kind: 'bottlenecks',
  done: 2,
  of: 4,
  cached: 1,
  computed: 1,
  perSecond: 8,
  secondsLeft: 0.25,
  path: 'c++/a.jpg',
};

describe('advance', () => {
  it('leaves a step that has not begun null', () => {
    const running = after({ kind: 'scanning', files: 3 });
    assert.deepEqual(running, { ...notBegun, scan: { files: 3, seconds: null } });
  });

  it('goes on to the bottlenecks when the scan is done, and knows the dataset then', () => {
    const running = after({ kind: 'scanning', files: 3 }, scanned);
    assert.equal(running.step, 'bottlenecks');
    assert.deepEqual(running.scan, { files: 3, seconds: 0.1 });
    assert.equal(running.dataset, facts);
    assert.equal(running.bottlenecks, null);
  });

  it('shows how far the bottlenecks are', () => {
    const { bottlenecks } = after(scanned, half);
    assert.deepEqual(bottlenecks, {
      done: 2,
      of: 4,
      cached: 1,
      perSecond: 8,
      secondsLeft: 0.25,
      path: 'c++/a.jpg',
      counts: null,
    });
  });

  it('shows every bottleneck as done when they all came from the cache and none was reported', () => {
    const counts = { cached: 4, computed: 0, seconds: 0.01 };
    const running = after(scanned, { kind: 'bottlenecksDone', counts, dataset: { ...facts, images: 3 } });
    assert.equal(running.step, 'training');
    assert.equal(running.bottlenecks?.done, 4);
    assert.equal(running.bottlenecks.of, 4);
    assert.equal(running.bottlenecks.counts, counts);
    assert.equal(running.dataset?.images, 3, 'the facts of the scan were not replaced');
  });

  it('shows how far leave-one-out is where it takes long', () => {
    const leavingOut = { images: 3000, share: 0.25, product: 'plain' } as const;
    const running = after(scanned, { kind: 'leavingOut', ...leavingOut });
    assert.deepEqual([running.step, running.leavingOut], ['evaluation', leavingOut]);
  });

  it('shows the views of the training images while they are computed, and goes on to the training', () => {
    const counts = { cached: 4, computed: 0, seconds: 0.01 };
    const views = { done: 3, of: 8, cached: 1, computed: 2, perSecond: 4, secondsLeft: 1, path: 'c++/a.jpg' };
    const running = after(
      scanned,
      { kind: 'bottlenecksDone', counts, dataset: facts },
      { kind: 'views', ...views },
    );
    assert.equal(running.step, 'bottlenecks');
    assert.deepEqual(running.views, views);
    assert.equal(running.bottlenecks?.counts, counts);
    const done = { rows: 8, cached: 1, computed: 7, missing: 0, seconds: 2 };
    assert.equal(advance(running, { kind: 'viewsDone', counts: done }).step, 'training');
  });

  it('appends each epoch to the curve and ends it with the best epoch', () => {
    const epochs = [0, 1, 2].map((n): RetrainProgress => ({
      kind: 'training',
      unit: 'epoch',
      epoch: epoch(n),
      maxEpochs: 50,
    }));
    const training = after(scanned, ...epochs);
    const iterative = {
      kind: 'iterative',
      unit: 'epoch',
      curve: [epoch(0), epoch(1), epoch(2)],
      maxEpochs: 50,
    };
    assert.deepEqual(training.training, { ...iterative, bestEpoch: null, seconds: null });
    const trained = advance(training, {
      kind: 'trained',
      unit: 'epoch',
      epochs: 3,
      bestEpoch: 2,
      seconds: 0.4,
    });
    assert.equal(trained.step, 'evaluation');
    assert.deepEqual(trained.training, { ...iterative, bestEpoch: 2, seconds: 0.4 });
  });

  it('gathers the penalties a ridge classifier tries, then its curve, and ends with the penalty it took', () => {
    const trials = [
      { penalty: 0.1, error: 0.5 },
      { penalty: 0.3, error: 0.6 },
    ];
    const tried = after(
      scanned,
      ...trials.map((trial): RetrainProgress => ({ kind: 'penaltyTried', trial })),
    );
    assert.equal(tried.step, 'training');
    assert.deepEqual(tried.training, { kind: 'ridge', trials, curve: [], penalty: null, seconds: null });
    const first = { epoch: 0, training: { accuracy: 0.5, crossEntropy: 0.7 }, validation: null };
    const begun = advance(tried, { kind: 'descending', epoch: first });
    assert.deepEqual(begun.training, { kind: 'ridge', trials, curve: [first], penalty: null, seconds: null });
    const solved = advance(begun, {
      kind: 'solved',
      solution: { kind: 'ridge', penalty: 0.1 },
      seconds: 0.2,
    });
    assert.equal(solved.step, 'evaluation');
    assert.deepEqual(solved.training, { kind: 'ridge', trials, curve: [first], penalty: 0.1, seconds: 0.2 });
  });

  it('gathers the numbers of neighbours that are tried, and has nothing of class means but that they are there', () => {
    const trials = [
      { k: 1, error: 0.2, crossEntropy: 0.6 },
      { k: 3, error: 0.1, crossEntropy: 0.5 },
    ];
    const tried = after(
      scanned,
      ...trials.map((trial): RetrainProgress => ({ kind: 'neighboursTried', trial })),
    );
    assert.deepEqual(tried.training, { kind: 'neighbours', compared: 1, trials, k: null, seconds: null });
    const half = after(scanned, { kind: 'neighboursCompared', done: 30, of: 60 }).training;
    assert.deepEqual(half, { kind: 'neighbours', compared: 0.5, trials: [], k: null, seconds: null });
    const solved = advance(tried, { kind: 'solved', solution: { kind: 'neighbours', k: 3 }, seconds: 0.2 });
    assert.deepEqual(solved.training, { kind: 'neighbours', compared: 1, trials, k: 3, seconds: 0.2 });
    const means = after(scanned, { kind: 'solved', solution: { kind: 'centroid' }, seconds: 0.1 });
    assert.equal(means.step, 'evaluation');
    assert.deepEqual(means.training, { kind: 'centroid', seconds: 0.1 });
  });

  it('begins the curve anew with each penalty that validation chooses among', () => {
    const training = (n: number): RetrainProgress => ({
      kind: 'training',
      unit: 'epoch',
      epoch: epoch(n),
      maxEpochs: 50,
    });
    const state = after(scanned, training(0), training(1), training(0), training(1), training(2));
    assert.ok(state.training?.kind === 'iterative');
    assert.deepEqual(
      state.training.curve.map((each) => each.epoch),
      [0, 1, 2],
    );
  });

  it('leaves the state that it was given as it was', () => {
    const before = after(scanned, half);
    const copy = structuredClone(before);
    advance(before, { kind: 'training', unit: 'epoch', epoch: epoch(0), maxEpochs: 50 });
    assert.deepEqual(before, copy);
  });
});
