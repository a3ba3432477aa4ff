import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { decodeImage } from '../../../src/images';
import { decodeJpeg } from '../../../src/images/decoderModule';
import { readJpegHeader } from '../../../src/images/jpegHeader';
import { readMatrixProfile } from '../../../src/images/matrixProfile';
import { isSrgb } from '../../../src/images/srgbProfile';
import { tablesOf } from '../../../src/images/toSrgb';
import { skip } from '../../support/skip';

const width = 64;
const height = 48;
/** All sorts of colours, the darkest and the brightest among them. */
const colours = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
  const x = Math.floor(i / 3) % width;
  const y = Math.floor(i / 3 / width);
  return [x * 4.05, y * 5.43, ((x + y) * 37) % 256][i % 3] ?? 0;
});

/** A JPEG file, its profile in pieces of at most `piece` bytes. */
async function jpegWith(profile: Buffer, piece = 60_000): Promise<Buffer> {
  const plain = await sharp(colours, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const count = Math.ceil(profile.length / piece);
  const segments = Array.from({ length: count }, (_, i) => {
    const content = profile.subarray(i * piece, (i + 1) * piece);
    const head = Buffer.from(`\xff\xe2\0\0ICC_PROFILE\0${String.fromCharCode(i + 1, count)}`, 'latin1');
    head.writeUInt16BE(head.length - 2 + content.length, 2);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(2)]);
}

async function displayP3(): Promise<Buffer> {
  const picture = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } });
  const { icc } = await sharp(await picture.withIccProfile('p3').png().toBuffer()).metadata();
  return icc ?? assert.fail('there is no profile p3');
}

/** The profile with another curve for all three colours. */
function withCurve(profile: Buffer, curve: Buffer): Buffer {
  const padded = Buffer.concat([profile, Buffer.alloc(-profile.length & 3)]);
  const changed = Buffer.concat([padded, curve]);
  for (const name of ['rTRC', 'gTRC', 'bTRC']) {
    const entry = changed.indexOf(name, 132, 'latin1');
    changed.writeUInt32BE(padded.length, entry + 4);
    changed.writeUInt32BE(curve.length, entry + 8);
  }
  changed.writeUInt32BE(changed.length, 0);
  return changed;
}

function samples(values: readonly number[]): Buffer {
  const curve = Buffer.alloc(12 + values.length * 2);
  curve.write('curv');
  curve.writeUInt32BE(values.length, 8);
  for (const [i, value] of values.entries()) curve.writeUInt16BE(Math.round(value), 12 + i * 2);
  return curve;
}

function formula(type: number, numbers: readonly number[]): Buffer {
  const curve = Buffer.alloc(12 + numbers.length * 4);
  curve.write('para');
  curve.writeUInt16BE(type, 8);
  for (const [i, number] of numbers.entries()) curve.writeInt32BE(Math.round(number * 65_536), 12 + i * 4);
  return curve;
}

/** Ours without resizing, and sharp's; undefined where the file is left to sharp. */
async function both(file: Buffer): Promise<{ own: Uint8Array; theirs: Buffer } | undefined> {
  const header = readJpegHeader(file);
  const profile = header?.profile && readMatrixProfile(header.profile);
  const tables = profile && tablesOf(profile);
  if (header === undefined || tables === undefined) return undefined;
  const theirs = await sharp(file).toColourspace('srgb').raw().toBuffer();
  return { own: decodeJpeg(file, header, header, tables), theirs };
}

function farthest(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
}

const power = (gamma: number) => (_: unknown, i: number) => 65_535 * (i / 1023) ** gamma;
const curves: Record<string, Buffer> = {
  'none at all': samples([]),
  'gamma 1.8': samples([1.8 * 256]),
  'gamma 2.2': samples([2.2 * 256]),
  'two samples': samples([0, 65_535]),
  samples: samples(Array.from({ length: 1024 }, power(2))),
  'few samples': samples([0, 2000, 9000, 25_000, 65_535]),
  'formula 0': formula(0, [2.4]),
  'formula 1': formula(1, [2.2, 1.05, -0.05]),
  'formula 2': formula(2, [2.2, 1.05, -0.05, 0]),
  'formula 3': formula(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]),
  'formula 4': formula(4, [2.2, 0.95, 0.05, 0.1, 0.03, -0.001, 0]),
};

describe('matrix profiles', () => {
  it('are converted as sharp does, within 1, whatever their curves', async () => {
    const profile = await displayP3();
    for (const [name, curve] of Object.entries(curves)) {
      const file = await jpegWith(withCurve(profile, curve));
      const pixels = (await both(file)) ?? assert.fail(`${name} is left to sharp`);
      assert.ok(farthest(pixels.own, pixels.theirs) <= 1, `${name}: ${farthest(pixels.own, pixels.theirs)}`);
      const header = readJpegHeader(file) ?? assert.fail();
      const unconverted = decodeJpeg(file, header, header);
      assert.ok(farthest(unconverted, pixels.theirs) > 8, `${name} changes nothing`);
    }
  });

  it('are converted on the way to the network, in one piece or several', async () => {
    const profile = withCurve(await displayP3(), samples(Array.from({ length: 1024 }, power(2))));
    const whole = await jpegWith(profile);
    const inPieces = await jpegWith(profile, 700);
    assert.deepEqual(readJpegHeader(inPieces)?.profile, profile);
    const { own } = (await both(whole)) ?? assert.fail();
    for (const file of [whole, inPieces])
      assert.deepEqual(await decodeImage(file, { width, height }, { path: 'a' }), own);
  });

  it('are left to sharp where black is not black or the light is no number between 0 and 1', async () => {
    const profile = await displayP3();
    const odd = {
      'black shines': formula(2, [2.2, 1, 0, 0.02]),
      'too bright': formula(0, [-1]),
      'negative light': formula(3, [2.4, 1, 0, -1, 0.5]),
      'not a number': formula(3, [2.4, 1, -0.5, 0, 0.1]),
      'no power': samples([0]),
      'unknown formula': formula(5, [1, 1, 1, 1, 1, 1, 1]),
      'cut short': formula(3, [2.4, 1, 0]),
      'more samples than there are': samples([0, 1, 2]).fill(0xff, 8, 12),
      'another type': Buffer.from('text\0\0\0\0\0\0\0\0'),
    };
    for (const [name, curve] of Object.entries(odd))
      assert.equal(readMatrixProfile(withCurve(profile, curve)), undefined, name);
    assert.ok(readMatrixProfile(profile));
    for (const [at, bytes] of [
      [12, 'prtr'],
      [12, 'link'],
      [16, 'GRAY'],
      [20, 'Lab '],
    ] as const) {
      const other = Buffer.from(profile);
      other.write(bytes, at, 'latin1');
      assert.equal(readMatrixProfile(other), undefined, bytes);
    }
    const withTable = Buffer.from(profile);
    withTable.write('A2B0', withTable.indexOf('cprt', 132, 'latin1'), 'latin1');
    assert.equal(readMatrixProfile(withTable), undefined);
  });

  it('are left to sharp where their colours lie too far out for the integers', async () => {
    const profile = await displayP3();
    const entry = profile.indexOf('gXYZ', 132, 'latin1');
    profile.writeInt32BE(0x7fffffff, profile.readUInt32BE(entry + 4) + 8);
    const known = readMatrixProfile(profile) ?? assert.fail();
    assert.equal(tablesOf(known), undefined);
  });

  it('are undefined or whole numbers in range, whatever bytes they are made of', async () => {
    const profile = withCurve(await displayP3(), formula(4, [2.2, 0.95, 0.05, 0.1, 0.03, -0.001, 0]));
    const outcomes = { read: 0, left: 0 };
    const check = (bytes: Uint8Array): void => {
      const known = readMatrixProfile(bytes);
      const tables = known && tablesOf(known);
      outcomes[tables === undefined ? 'left' : 'read']++;
      if (known === undefined) return;
      for (const light of known.light) assert.ok(light.every((value) => value >= 0 && value <= 1.01));
      if (tables === undefined) return;
      const farthestProduct = tables.products.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(farthestProduct < 2 ** 31 - 1);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check));
    const change = fc.tuple(fc.nat(profile.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 4 }),
        fc.oneof(fc.constant(profile.length), fc.integer({ min: profile.length - 40, max: profile.length })),
        (changes, length) => {
          const bytes = Buffer.from(profile);
          for (const [at, value] of changes) bytes[at] = value;
          check(bytes.subarray(0, length));
        },
      ),
      { numRuns: 2000 },
    );
    assert.ok(outcomes.read > 50 && outcomes.left > 50, JSON.stringify(outcomes));
  });

  it('of real photos are converted as sharp does, within 1', async function () {
    const folder = '../shared/data/flowers';
    if (!existsSync(folder)) skip(this, `there is no ${folder}`);
    this.timeout(60_000);
    let converted = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.jpg')) continue;
      const file = readFileSync(path.join(folder, name));
      const profile = readJpegHeader(file)?.profile;
      if (profile === undefined || isSrgb(profile)) continue;
      const pixels = (await both(file)) ?? assert.fail(`${name} is left to sharp`);
      assert.ok(farthest(pixels.own, pixels.theirs) <= 1, name);
      converted++;
    }
    assert.ok(converted > 20, `${converted} photos`);
  });
});
