import assert from 'node:assert/strict';
import type { EpochView } from '../../../src/protocol';
import { plotData, type PlotLine } from '../../../src/webview/panel/plotData';

const curveAt = (...epochs: number[]): EpochView[] =>
  epochs.map((epoch) => ({
    epoch,
    training: { accuracy: epoch / 1000, crossEntropy: 1 },
    validation: epoch === 0 ? null : { accuracy: epoch / 2000, crossEntropy: 2 },
  }));
const line = (curve: EpochView[], change: Partial<PlotLine> = {}): PlotLine => ({
  curve,
  side: 'training',
  colour: '--first',
  ...change,
});

describe('plotData', () => {
  it('places every point at its own epoch or step, whatever another curve has there', () => {
    const { data } = plotData(
      [line(curveAt(0, 10, 20)), line(curveAt(0, 3, 10), { side: 'validation' })],
      'accuracy',
    );
    assert.deepEqual(data, [
      [0, 3, 10, 20],
      [0, null, 0.01, 0.02],
      [null, 0.0015, 0.005, null],
    ]);
  });

  it('ends a curve of the axis above where those of the axis below end', () => {
    const { data, aboveByBelow } = plotData(
      [line(curveAt(0, 100, 400), { above: true }), line(curveAt(0, 1, 4))],
      'accuracy',
    );
    assert.equal(aboveByBelow, 100);
    assert.deepEqual(data, [
      [0, 1, 4],
      [0, 0.1, 0.4],
      [0, 0.001, 0.004],
    ]);
  });

  it('has no point of a run without a curve', () => {
    assert.deepEqual(plotData([line([], { above: true }), line(curveAt(1))], 'crossEntropy'), {
      data: [[1], [null], [1]],
      aboveByBelow: 1,
    });
  });
});
