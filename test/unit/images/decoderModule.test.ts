import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import sharp, { type JpegOptions } from 'sharp';
import { RetrainError } from '../../../src/base';
import { decodeImage } from '../../../src/images';
import { DecoderRefusal, decodeJpeg, resize, shrinkOf } from '../../../src/images/decoderModule';
import { decodePixels, readHeader } from '../../../src/images/sharpDecoder';
import { plainResize } from '../../support/plainResize';

/** Bytes that look like a photo to a JPEG encoder: slopes with some noise, the same for the same seed. */
function scene(width: number, height: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const slope = 128 + 90 * Math.sin(x / (5 + (i % 3)) + seed) * Math.cos(y / 7);
    return slope + ((state >> 16) % 31);
  });
}

function jpegOf(width: number, height: number, seed: number, options: JpegOptions): Promise<Buffer> {
  return sharp(scene(width, height, seed), { raw: { width, height, channels: 3 } })
    .jpeg(options)
    .toBuffer();
}

/** By sharp, and by the filter in plain JavaScript. */
async function reference(file: Uint8Array, size: { width: number; height: number }): Promise<Uint8Array> {
  return plainResize(await decodePixels(file, await readHeader(file, 'jpeg', 'a'), 'a'), size);
}

function farthest(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
}

const side = fc.integer({ min: 1, max: 70 });

describe('the decoder of plain JPEG files', () => {
  const options = fc.record({
    quality: fc.integer({ min: 20, max: 100 }),
    progressive: fc.boolean(),
    chromaSubsampling: fc.constantFrom('4:4:4', '4:2:0'),
    optimiseCoding: fc.boolean(),
  });

  it('gives the very pixels that sharp gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        fc.nat(99),
        options,
        fc.boolean(),
        async (width, height, seed, jpeg, grey) => {
          const raw = sharp(scene(width, height, seed), { raw: { width, height, channels: 3 } });
          const file = await raw
            .toColourspace(grey ? 'b-w' : 'srgb')
            .jpeg(jpeg)
            .toBuffer();
          const size = { width, height };
          assert.deepEqual(decodeJpeg(file, size, size), new Uint8Array(await reference(file, size)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('resizes them as the plain filter does, within 1, upright whatever their orientation', async () => {
    const orientation = fc.integer({ min: 1, max: 8 });
    await fc.assert(
      fc.asyncProperty(side, side, side, side, orientation, async (w, h, width, height, turn) => {
        const file = await sharp(scene(w, h, turn), { raw: { width: w, height: h, channels: 3 } })
          .withMetadata({ orientation: turn })
          .jpeg()
          .toBuffer();
        const size = { width, height };
        assert.ok(farthest(await decodeImage(file, size, { path: 'a' }), await reference(file, size)) <= 1);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses a file cut short anywhere, and the next one comes out right', async () => {
    const size = { width: 40, height: 30 };
    for (const progressive of [false, true]) {
      const file = await jpegOf(40, 30, 1, { progressive });
      const whole = decodeJpeg(file, size, size);
      for (let length = 2; length < file.length - 2; length += 3)
        assert.throws(() => decodeJpeg(file.subarray(0, length), size, size), DecoderRefusal);
      assert.deepEqual(decodeJpeg(file, size, size), whole);
    }
  });

  it('never does worse than fail by name, whatever is done to a file', async () => {
    const size = { width: 16, height: 16 };
    const files = await Promise.all(
      [false, true].flatMap((progressive) =>
        ['4:4:4', '4:2:0'].map((chromaSubsampling) => jpegOf(48, 40, 3, { progressive, chromaSubsampling })),
      ),
    );
    const change = fc.tuple(fc.noBias(fc.nat(9999)), fc.integer({ min: 1, max: 255 }));
    const outcomes = { decoded: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (whole, changes) => {
          const file = Buffer.from(whole);
          for (const [place, value] of changes) {
            const at = Math.floor((place * file.length) / 10_000);
            file[at] = (file[at] ?? 0) ^ value;
          }
          try {
            assert.equal((await decodeImage(file, size, { path: 'a' })).length, 16 * 16 * 3);
            outcomes.decoded++;
          } catch (error) {
            assert.ok(error instanceof RetrainError, String(error));
            outcomes.refused++;
          }
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(outcomes.decoded > 50 && outcomes.refused > 50, JSON.stringify(outcomes));
  });

  it('decodes large pictures smaller than they are, and the filter smooths over it', async () => {
    assert.deepEqual(
      [
        [4000, 3000],
        [1300, 1300],
        [1299, 1300],
        [900, 900],
        [8000, 6000],
        [1, 1_000_000],
      ].map(([width = 0, height = 0]) => shrinkOf({ width, height }, { width: 260, height: 260 })),
      [4, 2, 1, 1, 8, 1],
    );
    for (const [width, height, seed] of [
      [1601, 1203, 1],
      [2407, 1999, 2],
    ] as const) {
      const file = await jpegOf(width, height, seed, { quality: 90 });
      const size = { width: 120, height: 90 };
      assert.ok(shrinkOf({ width, height }, size) > 1);
      const shrunk = decodeJpeg(file, { width, height }, size);
      const full = await reference(file, size);
      const mean =
        shrunk.reduce((sum, value, i) => sum + Math.abs(value - (full[i] ?? NaN)), 0) / full.length;
      assert.ok(mean < 1, `they differ by ${mean} on average`);
    }
  });

  it('gives the same bytes of a large picture on every machine: raise decoderVersion when they change', () => {
    const file = readFileSync(path.resolve(import.meta.dirname, '../../data/large.jpg'));
    const pixels = decodeJpeg(file, { width: 1250, height: 1000 }, { width: 100, height: 80 });
    assert.equal(createHash('sha256').update(pixels).digest('hex').slice(0, 16), 'b591ca7ec7f6940c');
  });
});

describe('the filter', () => {
  it('does what the plain one does, within 1', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.nat(999), (w, h, width, height, seed) => {
        const picture = { width: w, height: h, data: scene(w, h, seed) };
        const size = { width, height };
        assert.ok(farthest(resize(picture, size), plainResize(picture, size)) <= 1);
      }),
      { numRuns: 300 },
    );
  });

  it('takes a picture of more rows than are handed over at once', () => {
    const picture = { width: 700, height: 1500, data: scene(700, 1500, 4) };
    const size = { width: 33, height: 44 };
    assert.ok(farthest(resize(picture, size), plainResize(picture, size)) <= 1);
  });
});
