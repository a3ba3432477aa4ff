import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPosition } from '../../../src/base';

describe('jsonPosition', () => {
  for (const [text, name, line, column] of [
    ['{"seed": 1}', 'seed', 1, 2],
    ['{\n  "head": "x",\r\n  "\\u0073eed": {"head": 1}\n}', 'seed', 3, 3],
    ['{"seed": 1, "seed": 2}', 'seed', 1, 13],
    ['[{"seed": 1}]', 'seed', 1, 1],
    ['[]', '', 1, 1],
    ['', '', 1, 1],
    ['{"seed": 1', '', 1, 11],
    ['{\n  "seed": 1,\n}', 'seed', 3, 1],
    ['{\n  "seed": 1\n  "head": "x"}', 'seed', 3, 3],
    ['{\n  // why\n}', '', 2, 3],
    ['{"seed": 01}', '', 1, 11],
    ['{"seed": "a\nb"}', '', 1, 10],
    ['{} {}', '', 1, 4],
    ['{"a": [1, 2,]}', '', 1, 13],
  ] as const)
    it(`finds ${JSON.stringify(text)} ${name} at ${line}:${column}`, () =>
      assert.deepEqual(jsonPosition(text, name), { line, column }));

  it('finds a fault exactly where JSON.parse does not take a text', () => {
    const bits = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-0.5e+3',
      'null',
      ' ',
      '\n',
      '"\\u12"',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 12 }), (parts) => {
        // What comes behind JSON makes it a fault, whose place is behind it.
        const text = `{"a":${parts.join('')}}`;
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        assert.equal(jsonPosition(text, 'a').column === 2 && jsonPosition(text, 'a').line === 1, valid, text);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a million brackets', () => {
    assert.deepEqual(jsonPosition('['.repeat(1e6), ''), { line: 1, column: 1e6 + 1 });
  });
});
