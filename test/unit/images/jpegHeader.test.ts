import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp from 'sharp';
import { readJpegHeader } from '../../../src/images/jpegHeader';

const picture = sharp({ create: { width: 20, height: 10, channels: 3, background: '#804020' } });

describe('the header of a JPEG file', () => {
  it('tells size, orientation and profile, of baseline and progressive files, in colour and grey', async () => {
    for (const progressive of [false, true])
      for (const space of ['srgb', 'b-w'])
        for (let orientation = 1; orientation <= 8; orientation++) {
          const input = picture.clone().toColourspace(space).withMetadata({ orientation });
          const header = readJpegHeader(await input.jpeg({ progressive }).toBuffer());
          assert.deepEqual([header?.width, header?.height, header?.orientation], [20, 10, orientation]);
        }
    const file = await picture.clone().withIccProfile('p3').jpeg().toBuffer();
    const { icc } = await sharp(file).metadata();
    assert.deepEqual(Buffer.from(readJpegHeader(file)?.profile ?? []), icc);
    assert.equal(readJpegHeader(await picture.clone().jpeg().toBuffer())?.profile, undefined);
  });

  it('reads EXIF of either byte order, and takes none for upright', () => {
    const little = 'II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0';
    const big = 'MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0';
    assert.equal(readJpegHeader(file(segment(0xe1, `Exif\0\0${little}`)))?.orientation, 6);
    assert.equal(readJpegHeader(file(segment(0xe1, `Exif\0\0${big}`)))?.orientation, 6);
    assert.equal(readJpegHeader(file(segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0')))?.orientation, 1);
  });

  it('leaves alone whatever is odd', () => {
    const odd = {
      'four components': file('', frame(0xc0, 4)),
      'twelve bits': file('', frame(0xc1, 3, 12)),
      'arithmetic coding': file('', frame(0xc9, 3)),
      'no loss': file('', frame(0xc3, 3)),
      'no height': file('', frame(0xc0, 3, 8, 0)),
      'no frame': file('', ''),
      'two frames': file(frame(0xc0, 3)),
      'a profile of which a piece is missing': file(segment(0xe2, 'ICC_PROFILE\0\x01\x02abc')),
      'a profile in no order': file(
        segment(0xe2, 'ICC_PROFILE\0\x02\x02abc') + segment(0xe2, 'ICC_PROFILE\0\x01\x02abc'),
      ),
      'two profiles': file(segment(0xe2, 'ICC_PROFILE\0\x01\x01abc').repeat(2)),
      'damaged EXIF': file(segment(0xe1, 'Exif\0\0II*\0\xff\xff\xff\xff')),
      'an orientation of another type': file(
        segment(0xe1, 'Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0'),
      ),
      'a segment that ends after the file': file('').subarray(0, -3),
      'bytes between segments': file('\0'),
    };
    for (const [name, bytes] of Object.entries(odd)) assert.equal(readJpegHeader(bytes), undefined, name);
    assert.ok(readJpegHeader(file('')));
  });

  it('answers for any bytes, and for any change to a file', async () => {
    const whole = await picture
      .clone()
      .withMetadata({ orientation: 3 })
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readJpegHeader(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), bytes]));
      }),
    );
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(whole.length), (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        const header = readJpegHeader(bytes);
        assert.ok(header === undefined || (header.orientation >= 1 && header.orientation <= 8));
      }),
      { numRuns: 2000 },
    );
  });
});

function segment(code: number, content: string): string {
  const length = content.length + 2;
  return `\xff${String.fromCharCode(code, length >> 8, length & 255)}${content}`;
}

function frame(code: number, components: number, depth = 8, height = 10): string {
  const fields = String.fromCharCode(depth, height >> 8, height & 255, 0, 20, components);
  return segment(code, fields + '\x01\x11\0'.repeat(components));
}

/** A file with these segments before its frame, and no pixels. */
function file(before: string, frames = frame(0xc0, 3)): Buffer {
  return Buffer.from(`\xff\xd8${before}${frames}${segment(0xda, '\x01\x01\0\0\x3f\0')}`, 'latin1');
}
