import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { decodeImage, decoderVersion } from '../../../src/images';
import { bmpFile } from '../../support/bmpFile';
import { goldenFiles } from '../../support/goldenFiles';

/*
 * What a backbone sees of a file is part of its fingerprint. IF A NUMBER IN THIS FILE OR IN goldenFiles.ts HAS TO CHANGE,
 * RAISE decoderVersion: else cached bottleneck values would stand for other pixels than new ones.
 */
const versionOfThesePixels = 3;

const width = 17;
const height = 13;
const of = (value: (x: number, y: number, k: number) => number) =>
  Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
  );
const colours = of((x, y, k) => (k === 0 ? x * 15 : k === 1 ? y * 19 : (x * y * 3) % 256));
const greys = of((x, y) => x * 7 + y * 9);
const fewColours = of((x, y, k) => ((x + y) % 3 === k ? 255 : 0));
const picture = (data: Uint8Array) => sharp(data, { raw: { width, height, channels: 3 } });
const decode = (bytes: Uint8Array, size = { width, height }) => decodeImage(bytes, size, { path: 'golden' });

/** Red, green, blue, alpha. */
const withAlpha = Buffer.from(
  Array.from({ length: width * height }, (_, i) => [
    ...colours.subarray(i * 3, i * 3 + 3),
    (i * 3) % 256,
  ]).flat(),
);
const onWhite = of((x, y, k) => {
  const i = y * width + x;
  const alpha = ((i * 3) % 256) / 255;
  return Math.floor((colours[i * 3 + k] ?? 0) * alpha + 255 * (1 - alpha) + 1e-9);
});
const deep = Uint16Array.from(colours, (value) => value * 256 + 200);
const bmpRows = Buffer.concat(
  Array.from({ length: height }, (_, line) => {
    const row = Buffer.alloc(Math.ceil((width * 3) / 4) * 4);
    const y = height - 1 - line;
    for (let i = 0; i < width * 3; i++) row[i] = colours[y * width * 3 + i + 2 - 2 * (i % 3)] ?? 0;
    return row;
  }),
);

const lossless: [name: string, file: () => Promise<Uint8Array>, pixels: Uint8Array, tolerance?: number][] = [
  ['PNG', () => picture(colours).png().toBuffer(), colours],
  ['interlaced PNG', () => picture(colours).png({ progressive: true }).toBuffer(), colours],
  ['grey PNG', () => picture(greys).toColourspace('b-w').png().toBuffer(), greys],
  ['palette PNG', () => picture(fewColours).png({ palette: true }).toBuffer(), fewColours],
  [
    '16-bit PNG',
    () =>
      sharp(deep, { raw: { width, height, channels: 3 } })
        .toColourspace('rgb16')
        .png()
        .toBuffer(),
    colours,
  ],
  [
    'PNG with alpha',
    () =>
      sharp(withAlpha, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer(),
    onWhite,
    1,
  ],
  ['PNG in Display P3', () => picture(greys).withIccProfile('p3').png().toBuffer(), greys, 1],
  [
    '16-bit PNG in Display P3',
    () => picture(greys).toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
    greys,
    1,
  ],
  ['GIF', () => picture(fewColours).gif().toBuffer(), fewColours],
  ['lossless WebP', () => picture(colours).webp({ lossless: true }).toBuffer(), colours],
  ['TIFF', () => picture(colours).tiff({ compression: 'lzw' }).toBuffer(), colours],
  ['BMP', () => Promise.resolve(bmpFile({ width, height, bits: 24, pixels: bmpRows })), colours],
];

describe('golden pixels', () => {
  it(`are those of decoder version ${versionOfThesePixels}: raise it when they change`, () => {
    assert.equal(decoderVersion, versionOfThesePixels);
  });

  for (const [name, file, pixels, tolerance = 0] of lossless) {
    it(`of a ${name} are those that went into it${tolerance > 0 ? `, within ${tolerance}` : ''}`, async () => {
      assertNear(await decode(await file()), pixels, tolerance);
    });
  }

  it('are the same, byte for byte, when stretched', async () => {
    const png = await picture(colours).png().toBuffer();
    const digests: string[] = [];
    for (const size of [
      { width: 5, height: 4 },
      { width: 40, height: 7 },
      { width: 260, height: 260 },
    ])
      digests.push(
        createHash('sha256')
          .update(await decode(png, size))
          .digest('hex')
          .slice(0, 16),
      );
    assert.deepEqual(digests, ['7a598e29e6678b36', '55410933a7215257', '91597954bef86e7b']);
  });

  for (const { name, base64, pixels } of goldenFiles) {
    it(`of a file of its own are the ones on record, within 1: ${name}`, async () => {
      assertNear(await decode(Buffer.from(base64, 'base64'), { width: 3, height: 2 }), pixels, 1);
    });
  }

  it('of colours in Display P3 are those of sRGB, with 8 and with 16 bits', async () => {
    for (const space of ['srgb', 'rgb16']) {
      const file = await picture(of(() => 0).map((_, i) => [200, 100, 50][i % 3] ?? 0))
        .toColourspace(space)
        .withIccProfile('p3')
        .png()
        .toBuffer();
      assertNear((await decode(file)).subarray(0, 3), [200, 100, 50], 1);
    }
  });
});

function assertNear(actual: Uint8Array, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const wanted = expected[i] ?? NaN;
    assert.ok(Math.abs(value - wanted) <= tolerance, `value ${i} is ${value} instead of ${wanted}`);
  });
}
