import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp from 'sharp';
import { isSrgb } from '../../../src/images/srgbProfile';

async function profileOf(name: string): Promise<Buffer> {
  const picture = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } });
  const { icc } = await sharp(await picture.withIccProfile(name).png().toBuffer()).metadata();
  return icc ?? assert.fail(`there is no profile ${name}`);
}

/** The values of a tag begin 8 bytes into it. */
function tagOf(profile: Buffer, name: string): number {
  const entry = profile.indexOf(name, 132, 'latin1');
  assert.ok(entry > 0, name);
  return profile.readUInt32BE(entry + 4);
}

describe('isSrgb', () => {
  it('knows sRGB by its numbers, and no other space', async () => {
    assert.equal(isSrgb(await profileOf('srgb')), true);
    assert.equal(isSrgb(await profileOf('p3')), false);
  });

  it('takes nothing for sRGB whose colours or curves are others, whatever its name', async () => {
    const profile = await profileOf('srgb');
    for (const name of ['rXYZ', 'gXYZ', 'bXYZ']) {
      const other = Buffer.from(profile);
      const at = tagOf(other, name) + 8;
      other.writeInt32BE(other.readInt32BE(at) + 0x0200, at);
      assert.equal(isSrgb(other), false, name);
    }
    for (const name of ['rTRC', 'gTRC', 'bTRC']) {
      const other = Buffer.from(profile);
      const at = tagOf(other, name);
      assert.equal(other.toString('latin1', at, at + 4), 'para');
      other.writeInt32BE(Math.round(2.2 * 65_536), at + 12);
      assert.equal(isSrgb(other), false, name);
    }
  });

  it('reads curves of samples as well', async () => {
    const light = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    for (const [power, expected] of [
      [light, true],
      [(x: number) => x ** 2.2, false],
    ] as const) {
      const curve = Buffer.alloc(12 + 1024 * 2);
      curve.write('curv');
      curve.writeUInt32BE(1024, 8);
      for (let i = 0; i < 1024; i++) curve.writeUInt16BE(Math.round(power(i / 1023) * 65_535), 12 + i * 2);
      const profile = Buffer.concat([await profileOf('srgb'), curve]);
      for (const name of ['rTRC', 'gTRC', 'bTRC']) {
        const entry = profile.indexOf(name, 132, 'latin1');
        profile.writeUInt32BE(profile.length - curve.length, entry + 4);
        profile.writeUInt32BE(curve.length, entry + 8);
      }
      assert.equal(isSrgb(profile), expected);
    }
  });

  it('answers for any bytes, and for any change to a profile', async () => {
    const profile = await profileOf('srgb');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !isSrgb(bytes)));
    const change = fc.tuple(fc.nat(profile.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(profile.length), (changes, length) => {
        const bytes = Buffer.from(profile);
        for (const [at, value] of changes) bytes[at] = value;
        isSrgb(bytes.subarray(0, length));
      }),
      { numRuns: 2000 },
    );
  });
});
