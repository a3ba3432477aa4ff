import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readScriptValue } from '../../../src/backbones/custom/scriptValue';

/** As minifiers write it. */
function minified(value: unknown): string {
  if (typeof value === 'boolean') return value ? '!0' : '!1';
  if (Array.isArray(value)) return `[${value.map(minified).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replace(/^(-?)0\./, '$1.');
  const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
  return `{${Object.entries(value)
    .map(([name, inner]) => `${key(name)}:${minified(inner)}`)
    .join(',')}}`;
}

const wrapped = (value: string): string =>
  `!function(e){module.exports=e()}(function(){var c=i[o]={exports:{}};return{1:[function(a,n,i){n.exports=${value}},{}]}});`;

describe('readScriptValue', () => {
  it('reads what a minified script exports, whatever the value', () => {
    const text = fc.stringMatching(/^[\w +/=:.-]{0,20}$/);
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
        fc.boolean(),
        fc.constant(null),
        text,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          text.filter((name) => name !== '__proto__'),
          tie('value'),
          { noNullPrototype: true, maxKeys: 4 },
        ),
      ),
    }));
    const exported = fc.oneof(
      fc.record({ a: value, b: value }, { noNullPrototype: true }),
      text,
      fc.tuple(value, value),
    );
    fc.assert(
      fc.property(exported, (value) => {
        assert.deepEqual(readScriptValue(wrapped(minified(value))), value);
      }),
    );
  });

  it('runs nothing, and refuses what is no value', () => {
    for (const value of ['', '{a:b}', '[1,,2]', '"abc', '"a\\x41"', '{__proto__:1}', '{a:f()}', '[new Date]'])
      assert.throws(() => readScriptValue(wrapped(value)), /value/, value);
    assert.throws(() => readScriptValue(wrapped('['.repeat(1000))), /value/);
    for (const cut of ['{a:1', '[1,', '"abc', '{a', '{a:'])
      assert.throws(() => readScriptValue(`module.exports=${cut}`), /value/, cut);
  });
});
