import assert from 'node:assert/strict';
import fc from 'fast-check';
import { folderName } from '../../../src/bottlenecks/folderName';

const anyLabel = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      'A',
      'ß',
      'ſ',
      's',
      'é',
      'e\u0301',
      'ı',
      'I',
      'i',
      'İ',
      'Σ',
      'ς',
      'σ',
      '\u200d',
      '.',
      ' ',
      '~',
    ),
  }),
  fc.constantFrom(
    'con',
    'CON.txt',
    'aux ',
    '..',
    '.',
    '',
    'files',
    'backbone.json',
    'roses',
    'Roses',
    'lpt³',
  ),
);

/** The names that some file system takes for one. */
function folded(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{DI}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD');
}

describe('the folder of a label', () => {
  it('is the label where that is plain', () => {
    for (const label of [
      'roses',
      'lily of the valley',
      '猫',
      'c++',
      'c#',
      '__proto__',
      'हिन्दी',
      'v1.5',
      'ça va',
    ])
      assert.equal(folderName(label), label);
  });

  it('is never shared, not even where case, normal form or invisible characters do not count', () => {
    fc.assert(
      fc.property(anyLabel, anyLabel, (a, b) => {
        fc.pre(a !== b);
        assert.notEqual(folded(folderName(a)), folded(folderName(b)));
      }),
      { numRuns: 5000 },
    );
    assert.notEqual(folded(folderName('Cat')), folded(folderName('cat')));
    assert.notEqual(folded(folderName('\u00e9')), folded(folderName('e\u0301')));
    assert.notEqual(folderName('\ud800'), folderName('\udfff'));
  });

  it('is a name that every file system takes as it is', () => {
    fc.assert(
      fc.property(anyLabel, (label) => {
        const name = folderName(label);
        assert.ok(
          name !== '' && Buffer.byteLength(name) <= 120 && Buffer.from(name).toString() === name,
          name,
        );
        assert.ok(!/[<>:"/\\|?*\p{Cc}]/u.test(name), name);
        assert.ok(!/^[. ]|[. ]$/.test(name), name);
        assert.ok(!/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name), name);
        assert.ok(name !== 'files' && name !== 'backbone.json');
      }),
      { numRuns: 5000 },
    );
    assert.ok(Buffer.byteLength(folderName('猫'.repeat(300))) <= 120);
  });
});
