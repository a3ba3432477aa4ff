import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BmpError, decodeBmp, readBmpHeader } from '../../../src/images/bmp';
import { bmpFile, type BmpParts } from '../../support/bmpFile';

const decode = (file: Uint8Array) => [...decodeBmp(file, readBmpHeader(file)).data];
const black = [0, 0, 0] as const;
const red = [255, 0, 0] as const;
const green = [0, 255, 0] as const;
const white = [255, 255, 255] as const;
const palette = [black, red, green, white];

/** A picture of 3 x 2 pixels, in each form a bitmap may have: red, green, white over black, black, red. */
const rows = [...red, ...green, ...white, ...black, ...black, ...red];
const forms: Record<string, BmpParts> = {
  '1 bit': {
    width: 3,
    height: 2,
    bits: 1,
    palette: [black, white],
    pixels: Buffer.from('4000000080000000', 'hex'),
  },
  '4 bits': { width: 3, height: 2, bits: 4, palette, pixels: Buffer.from('0010000012300000', 'hex') },
  '8 bits': { width: 3, height: 2, bits: 8, palette, pixels: Buffer.from('0000010001020300', 'hex') },
  '16 bits': {
    width: 3,
    height: 2,
    bits: 16,
    pixels: Buffer.from('00000000007c0000007ce003ff7f0000', 'hex'),
  },
  '24 bits': {
    width: 3,
    height: 2,
    bits: 24,
    pixels: Buffer.from('0000000000000000ff0000000000ff00ff00ffffff000000', 'hex'),
  },
  '24 bits, from the top': {
    width: 3,
    height: -2,
    bits: 24,
    pixels: Buffer.from('0000ff00ff00ffffff0000000000000000000000ff000000', 'hex'),
  },
  '32 bits': {
    width: 3,
    height: 2,
    bits: 32,
    pixels: Buffer.from('00000000000000000000ff000000ff0000ff0000ffffff00', 'hex'),
  },
  '5-6-5 fields': {
    width: 3,
    height: 2,
    bits: 16,
    compression: 3,
    masks: [0xf800, 0x07e0, 0x001f],
    pixels: Buffer.from('0000000000f8000000f8e007ffff0000', 'hex'),
  },
  'fields with an alpha of 0 everywhere': {
    width: 3,
    height: 2,
    bits: 32,
    compression: 3,
    masks: [0xff0000, 0xff00, 0xff, 0xff000000],
    pixels: Buffer.from('00000000000000000000ff000000ff0000ff0000ffffff00', 'hex'),
  },
  'runs of 8 bits': {
    width: 3,
    height: 2,
    bits: 8,
    compression: 1,
    palette,
    pixels: Buffer.from('020001010000000301020300' + '0001', 'hex'),
  },
  'runs of 4 bits': {
    width: 3,
    height: 2,
    bits: 4,
    compression: 2,
    palette,
    pixels: Buffer.from('02000110000000031230' + '0001', 'hex'),
  },
};

describe('bitmaps', () => {
  for (const [name, parts] of Object.entries(forms)) {
    it(`are decoded: ${name}`, () => {
      const expected = name === '1 bit' ? [...white, ...black, ...black, ...black, ...white, ...black] : rows;
      assert.deepEqual(decode(bmpFile(parts)), expected);
    });
  }

  it('have their alpha, where they have one, on white', () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const pixels = Buffer.from('0000ff80' + '00000000', 'hex');
    assert.deepEqual(decode(bmpFile({ width: 2, height: 1, bits: 32, compression: 3, masks, pixels })), [
      255,
      127,
      127,
      ...white,
    ]);
  });

  it('keep colour 0 where a run skips pixels, and end at the last row', () => {
    const pixels = Buffer.from('0002' + '0101' + '0101' + '0501' + '0000' + '0000', 'hex');
    const colours = decode(bmpFile({ width: 3, height: 2, bits: 8, compression: 1, palette, pixels }));
    assert.deepEqual(colours, [...black, ...red, ...red, ...black, ...black, ...black]);
  });

  it('are refused when cut anywhere, but for the padding of the last row', () => {
    for (const [name, parts] of Object.entries(forms)) {
      const file = bmpFile(parts);
      const padding =
        {
          '1 bit': 3,
          '4 bits': 2,
          '8 bits': 1,
          '16 bits': 2,
          '24 bits': 3,
          '24 bits, from the top': 3,
          '5-6-5 fields': 2,
          'runs of 8 bits': 0,
          'runs of 4 bits': 0,
        }[name] ?? 0;
      for (let length = 0; length < file.length - padding; length++)
        assert.throws(() => decode(file.subarray(0, length)), BmpError, `${name}, ${length} bytes`);
      assert.equal(decode(file.subarray(0, file.length - padding)).length, 18);
    }
  });

  it('never do worse than fail with a reason, whatever their bytes', () => {
    const bytes = fc.record({
      form: fc.constantFrom(...Object.keys(forms)),
      changes: fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(bytes, ({ form, changes }) => {
        const file = bmpFile(forms[form] ?? assert.fail());
        for (const [at, value] of changes) file[at] = value;
        try {
          const header = readBmpHeader(file);
          // What the byte budget refuses before any pixel is decoded.
          if (header.width * header.height > 1e6) return;
          assert.equal(decodeBmp(file, header).data.length, header.width * header.height * 3);
        } catch (error) {
          assert.ok(error instanceof BmpError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
