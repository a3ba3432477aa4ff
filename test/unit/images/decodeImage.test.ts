import assert from 'node:assert/strict';
import sharp from 'sharp';
import { decodeImage, thumbnail } from '../../../src/images';
import { turnUpright } from '../../../src/images/picture';
import '../../../src/images/sharpDecoder';
import { bmpFile } from '../../support/bmpFile';

const size = { width: 6, height: 5 };
const decode = (bytes: Uint8Array) => decodeImage(bytes, size, { path: 'roses/a.jpg' });
const failsWith = (code: string, message: RegExp) => (error: Error & { code?: string }) => {
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /\n|node_modules/);
  return true;
};

/** Four quarters of different colours, so that every orientation is another picture. */
const [width, height] = [24, 16];
const quarters = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const left = Math.floor(i / 3) % width < width / 2;
  const top = Math.floor(i / 3 / width) < height / 2;
  return [left && top ? 250 : 20, left ? 20 : 250, top ? 100 : 200][i % 3] ?? 0;
});
const raw = { raw: { width, height, channels: 3 } } as const;

/** A chunk of a PNG file: its length, its name, its data, their CRC-32. */
function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  let crc = -1;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length);
  chunk.set(body, 4);
  chunk.writeInt32BE(~crc, body.length + 4);
  return chunk;
}

/** A TIFF file of one pixel: cyan, magenta, yellow, black. */
function cmykTiff(ink: readonly number[]): Buffer {
  const short = 3;
  const entries = [
    [256, short, 1, 1],
    [257, short, 1, 1],
    [258, short, 4, 8 + 2 + 10 * 12 + 4],
    [259, short, 1, 1],
    [262, short, 1, 5],
    [273, short, 1, 8 + 2 + 10 * 12 + 4 + 8],
    [277, short, 1, 4],
    [278, short, 1, 1],
    [279, short, 1, 4],
    [332, short, 1, 1],
  ] as const;
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length);
  entries.forEach(([tag, type, count, value], i) => {
    directory.writeUInt16LE(tag, 2 + i * 12);
    directory.writeUInt16LE(type, 4 + i * 12);
    directory.writeUInt32LE(count, 6 + i * 12);
    directory.writeUInt32LE(value, 10 + i * 12);
  });
  const bits = [8, 0, 8, 0, 8, 0, 8, 0];
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), directory, Buffer.from([...bits, ...ink])]);
}

describe('decodeImage', () => {
  it('turns all eight orientations of EXIF upright, as sharp does', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const file = await sharp(quarters, raw).withMetadata({ orientation }).png().toBuffer();
      const upright = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
      const { info, data } = upright;
      const own = turnUpright({ width, height, data: quarters }, orientation);
      assert.deepEqual([own.width, own.height], [info.width, info.height]);
      assert.deepEqual(Buffer.from(own.data), data, `orientation ${orientation}`);
      assert.deepEqual(Buffer.from(await decodeImage(file, info, { path: 'a' })), data);
    }
  });

  it('follows the orientation that a PNG tells in XMP only', async () => {
    const png = await sharp(quarters, raw).png().toBuffer();
    for (const text of [
      '<tiff:Orientation>8</tiff:Orientation>',
      '<rdf:Description tiff:Orientation="8"/>',
    ]) {
      const packet = `XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x="adobe:ns:meta/">${text}</x:xmpmeta>`;
      const file = Buffer.concat([
        png.subarray(0, 33),
        pngChunk('iTXt', Buffer.from(packet)),
        png.subarray(33),
      ]);
      const upright = turnUpright({ width, height, data: quarters }, 8);
      assert.deepEqual(await decodeImage(file, upright, { path: 'a' }), upright.data);
    }
  });

  it('reads profile-less CMYK by plain multiplication, never inverted', async () => {
    const file = cmykTiff([0, 255, 255, 0]);
    const { space, hasProfile } = await sharp(file).metadata();
    assert.deepEqual([space, hasProfile], ['cmyk', false]);
    for (const [ink, colour] of [
      [
        [0, 255, 255, 0],
        [255, 0, 0],
      ],
      [
        [0, 0, 0, 255],
        [0, 0, 0],
      ],
      [
        [0, 0, 0, 0],
        [255, 255, 255],
      ],
      [
        [255, 0, 51, 51],
        [0, 204, 163],
      ],
    ] as const)
      assert.deepEqual(
        [...(await decodeImage(cmykTiff(ink), { width: 1, height: 1 }, { path: 'a' }))],
        colour,
      );
  });

  it('refuses what is not on its list, whatever the name says, before any decoder sees it', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await assert.rejects(
      decode(svg),
      failsWith('FORMAT_UNSUPPORTED', /^roses\/a\.jpg: SVG is not supported/),
    );
    await assert.rejects(
      decode(Buffer.from('version https://git-lfs')),
      failsWith('FORMAT_UNKNOWN', /roses\/a\.jpg/),
    );
    await assert.rejects(decode(Buffer.alloc(0)), failsWith('FILE_EMPTY', /roses\/a\.jpg/));
  });

  it('leaves sharp no other loader than those of its list', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    await assert.rejects(sharp(Buffer.from(svg)).metadata(), /unsupported image format/);
    await assert.rejects(sharp(Buffer.from('P1\n1 1\n1\n')).metadata(), /unsupported image format/);
  });

  it('lists a picture cut anywhere as damaged, with the reason, and never as blank', async () => {
    const jpeg = await sharp(quarters, raw).jpeg().toBuffer();
    const png = await sharp(quarters, raw).png().toBuffer();
    for (const file of [jpeg, png]) {
      for (let length = 12; length < file.length - 20; length += 7)
        await assert.rejects(
          decode(file.subarray(0, length)),
          failsWith('IMAGE_DAMAGED', /roses\/a\.jpg is damaged \(.+\)/),
        );
    }
  });

  it('refuses more pixels than the budget holds, from the header alone', async () => {
    const tooLarge = failsWith('IMAGE_TOO_LARGE', /has more than 89 megapixels/);
    await assert.rejects(
      decode(bmpFile({ width: 20_000, height: 20_000, bits: 24, pixels: Buffer.alloc(8) })),
      tooLarge,
    );
    const png = await sharp(quarters, raw).png().toBuffer();
    const header = Buffer.concat([Buffer.from('IHDR'), png.subarray(16, 29)]);
    header.writeUInt32BE(30_000, 4);
    header.writeUInt32BE(30_000, 8);
    const bomb = Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', header.subarray(4)), png.subarray(33)]);
    await assert.rejects(decode(bomb), tooLarge);
  });

  it('takes the first frame of an animation', async () => {
    const frames = await sharp(Buffer.concat([Buffer.alloc(12, 255), Buffer.alloc(12, 0)]), {
      raw: { width: 2, height: 4, channels: 3, pageHeight: 2 },
    })
      .gif()
      .toBuffer();
    assert.equal((await sharp(frames).metadata()).pages, 2);
    assert.ok((await decode(frames)).every((value) => value === 255));
  });

  it('decodes nothing once it is cancelled', async () => {
    const png = await sharp(quarters, raw).png().toBuffer();
    await assert.rejects(decodeImage(png, size, { path: 'a', signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
  });
});

describe('thumbnail', () => {
  it('is an upright JPEG of the size asked for, of any format, and never larger than the picture', async () => {
    const png = await sharp(quarters, raw).withMetadata({ orientation: 6 }).png().toBuffer();
    const jpeg = await sharp(quarters, raw).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const bmp = bmpFile({ width: 16, height: 24, bits: 24, pixels: Buffer.alloc(16 * 24 * 3, 128) });
    for (const file of [png, jpeg, bmp]) {
      for (const [asked, expected] of [
        [12, [8, 12]],
        [500, [16, 24]],
      ] as const) {
        const made = await sharp(await thumbnail(file, { size: asked, path: 'a' })).metadata();
        assert.deepEqual(
          [made.format, made.width, made.height, made.orientation],
          ['jpeg', ...expected, undefined],
        );
      }
    }
  });

  it('names the picture that it cannot be made of', async () => {
    const jpeg = await sharp(quarters, raw).jpeg().toBuffer();
    await assert.rejects(
      thumbnail(jpeg.subarray(0, -30), { size: 9, path: 'roses/a.jpg' }),
      failsWith('IMAGE_DAMAGED', /roses\/a\.jpg/),
    );
  });
});
