import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ComparedBackbone } from '../../../src/protocol';
import { shareAxis, timeAxis } from '../../../src/webview/backbones/axes';
import { isOutdone, leaders } from '../../../src/webview/backbones/leaders';

const time = fc.double({ min: 0.01, max: 1e5, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const backbone = fc.tuple(share, time).map(([accuracy, millisecondsAnImage]): ComparedBackbone => {
  const facts = { id: 'x', name: 'x', dimension: 1, fingerprint: '' };
  return {
    backbone: facts,
    runtime: 'onnx',
    images: 9,
    accuracy,
    millisecondsAnImage,
    interval: { low: 0, high: 1 },
  };
});
const within = (place: number): boolean => place >= -1e-9 && place <= 1 + 1e-9;

describe('the axes of the plot of backbones', () => {
  it('place every time on the axis, longer ones further on, with a tick or more', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 9 }), (times) => {
        const { place, ticks } = timeAxis(times);
        const sorted = [...times].sort((a, b) => a - b).map(place);
        assert.ok(sorted.every(within));
        assert.deepEqual(
          sorted,
          [...sorted].sort((a, b) => a - b),
        );
        assert.ok(ticks.every((tick) => within(place(tick))));
      }),
    );
    assert.deepEqual(timeAxis([2.1, 61.2]).ticks, [2, 5, 10, 20, 50]);
  });

  it('place every share between two round ones, and go beyond neither 0 nor 1', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 9 }), (pairs) => {
        const lows = pairs.map(([a, b]) => Math.min(a, b));
        const highs = pairs.map(([a, b]) => Math.max(a, b));
        const { place, ticks } = shareAxis(lows, highs);
        assert.ok([...lows, ...highs].every((value) => within(place(value))));
        assert.ok(ticks.length >= 2 && ticks.length <= 8, String(ticks.length));
        assert.ok((ticks[0] ?? -1) >= 0 && (ticks.at(-1) ?? 2) <= 1 + 1e-9);
      }),
    );
    assert.deepEqual(
      shareAxis([0.515], [0.945]).ticks.map((tick) => Math.round(100 * tick)),
      [50, 60, 70, 80, 90, 100],
    );
  });
});

describe('the leaders of a comparison', () => {
  it('are never outdone, and whoever is not outdone is beaten by none in both', () => {
    fc.assert(
      fc.property(fc.array(backbone, { minLength: 1, maxLength: 9 }), (compared) => {
        const { best, fastest } = leaders(compared);
        assert.ok(best && fastest);
        assert.ok(!isOutdone(best, compared) && !isOutdone(fastest, compared));
        assert.ok(compared.every(({ accuracy }) => accuracy <= best.accuracy));
        assert.ok(compared.every((one) => one.millisecondsAnImage >= fastest.millisecondsAnImage));
      }),
    );
    assert.deepEqual(leaders([]), { best: undefined, fastest: undefined });
  });
});
