import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseBottleneckText, writeBottleneckText } from '../../../src/bottlenecks';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

function valuesOf(text: string): number[] {
  const parsed = parseBottleneckText(text);
  assert.equal(parsed.kind, 'values');
  return [...parsed.values];
}

describe("retrain.py's text of values", () => {
  it('is read back as the very same float32, whatever the values', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, noNaN: true, noDefaultInfinity: true }), (values) => {
        const parsed = parseBottleneckText(writeBottleneckText(values));
        assert.equal(parsed.kind, 'values');
        const bits = (array: Float32Array) => [...new Uint32Array(Float32Array.from(array).buffer)];
        assert.deepEqual(bits(parsed.values), bits(values));
      }),
      { numRuns: 300 },
    );
  });

  it('has no digit more than float32 needs', () => {
    assert.equal(
      writeBottleneckText(Float32Array.of(0.1, 1 / 3, 16777216, 1e-30, 0, -2.5)),
      '0.1,0.33333334,16777216,1e-30,0,-2.5',
    );
  });

  it('is read as Python wrote it', () => {
    assert.deepEqual(valuesOf('0.0,1e-05,3.4028235e+38,-.5,+1.,1.4e-45'), [
      0,
      Math.fround(1e-5),
      3.4028234663852886e38,
      -0.5,
      1,
      1.401298464324817e-45,
    ]);
    assert.deepEqual(valuesOf(' 1.5 , 2\n'), [1.5, 2]);
  });

  it('is refused, and the value named, where one is no finite float32', () => {
    for (const [text, place] of [
      ['', 1],
      ['1,2,', 3],
      ['1,,2', 2],
      ['1,2,0.3e', 3],
      ['1,nan', 2],
      ['inf,1', 1],
      ['1,1e39', 2],
      ['1,0x10', 2],
      ['1,2;3', 2],
      ['1,2\0', 2],
      ['1 2,3', 1],
    ] as const)
      assert.deepEqual(
        parseBottleneckText(text),
        { kind: 'damaged', reason: `value ${place} is no finite number` },
        JSON.stringify(text),
      );
  });

  it('never gives anything but finite values or the place of the damage', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,-+eE naif\n') }), (text) => {
        const parsed = parseBottleneckText(text);
        if (parsed.kind === 'values') assert.ok(parsed.values.every(Number.isFinite));
        else assert.match(parsed.reason, /^value \d+ is no finite number$/);
      }),
    );
  });

  it('shows by its count that it is torn, unless it is torn within its last number', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2, maxLength: 20 }), fc.nat(), (values, at) => {
        const text = writeBottleneckText(Float32Array.from(values));
        const lastComma = text.lastIndexOf(',');
        const parsed = parseBottleneckText(text.slice(0, at % (lastComma + 2)));
        assert.ok(parsed.kind === 'damaged' || parsed.values.length < values.length);
      }),
    );
  });
});
