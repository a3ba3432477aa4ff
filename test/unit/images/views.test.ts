import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  decodeImage,
  directReader,
  mostViews,
  readImage,
  viewsVersion,
  type Distortions,
} from '../../../src/images';
import { planView, viewOf, type ViewPlan } from '../../../src/images/views';

const none: Distortions = { flipLeftRight: false, randomCrop: 0, randomScale: 0, randomBrightness: 0 };
const percentage = fc.integer({ min: 0, max: 100 });
const anyDistortions = fc.record({
  flipLeftRight: fc.boolean(),
  randomCrop: percentage,
  randomScale: percentage,
  randomBrightness: percentage,
});
const content = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const number = fc.integer({ min: 1, max: mostViews });
const side = fc.integer({ min: 1, max: 40 });
const size = fc.tuple(side, side).map(([width, height]) => ({ width, height }));
const photo = path.resolve('media/samples/flowers/roses');

/** A plan that sees all of a picture, and the pixels of one. */
const anyPicture = size.chain((part) =>
  fc
    .uint8Array({ minLength: part.width * part.height * 3, maxLength: part.width * part.height * 3 })
    .map((pixels): { pixels: Uint8Array; plan: ViewPlan } => ({
      pixels,
      plan: { whole: part, part, left: 0, top: 0, mirrored: false, brightness: 1 },
    })),
);

describe('views of an image', () => {
  it('are the image as it is where nothing distorts', () => {
    fc.assert(
      fc.property(content, number, size, (sha256, view, part) => {
        const plan = planView(sha256, { number: view, distortions: none }, part);
        assert.deepEqual(plan, { whole: part, part, left: 0, top: 0, mirrored: false, brightness: 1 });
      }),
    );
    fc.assert(
      fc.property(anyPicture, ({ pixels, plan }) => {
        assert.deepEqual(viewOf(pixels, plan), pixels);
      }),
    );
  });

  it('mirrored twice are what they were; one in two is, and with flips alone every one', () => {
    fc.assert(
      fc.property(anyPicture, ({ pixels, plan }) => {
        const mirror = { ...plan, mirrored: true };
        assert.deepEqual(viewOf(viewOf(pixels, mirror), mirror), pixels);
      }),
    );
    const flips = (others: Partial<Distortions>): number =>
      Array.from({ length: 1000 }, (_, i) => {
        const sha256 = createHash('sha256').update(String(i)).digest('hex');
        const distortions = { ...none, ...others, flipLeftRight: true };
        return planView(sha256, { number: 1 + (i % 4), distortions }, { width: 5, height: 5 });
      }).filter(({ mirrored }) => mirrored).length;
    for (const other of ['randomCrop', 'randomScale', 'randomBrightness']) {
      const count = flips({ [other]: 10 });
      assert.ok(count > 430 && count < 570, `${other}: ${count}`);
    }
    assert.equal(flips({}), 1000);
  });

  it('lie inside the enlarged image, whose size is within retrain.py’s bounds', () => {
    fc.assert(
      fc.property(content, number, size, anyDistortions, (sha256, view, part, distortions) => {
        const { whole, left, top, brightness } = planView(sha256, { number: view, distortions }, part);
        assert.ok(left >= 0 && left + part.width <= whole.width);
        assert.ok(top >= 0 && top + part.height <= whole.height);
        const margin = 1 + distortions.randomCrop / 100;
        const most = margin * (1 + distortions.randomScale / 100);
        assert.ok(whole.width >= Math.trunc(part.width * margin) && whole.width <= part.width * most);
        assert.ok(whole.height >= Math.trunc(part.height * margin) && whole.height <= part.height * most);
        assert.ok(Math.abs(brightness - 1) <= distortions.randomBrightness / 100);
      }),
    );
  });

  it('reach every place of the margin', () => {
    const lefts = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const sha256 = createHash('sha256').update(String(i)).digest('hex');
      lefts.add(
        planView(sha256, { number: 1, distortions: { ...none, randomCrop: 50 } }, { width: 10, height: 10 })
          .left,
      );
    }
    assert.deepEqual([...lefts].sort(), [0, 1, 2, 3, 4, 5]);
  });

  it('stay within 0 and 255, each pixel multiplied', () => {
    fc.assert(
      fc.property(anyPicture, fc.double({ min: 0, max: 2, noNaN: true }), ({ pixels, plan }, brightness) => {
        const bright = viewOf(pixels, { ...plan, brightness });
        bright.forEach((value, i) =>
          assert.equal(value, Math.min(255, Math.round((pixels[i] ?? 0) * brightness))),
        );
      }),
    );
  });

  it('depend on the content and the number, and a distortion on no other', () => {
    fc.assert(
      fc.property(content, number, size, anyDistortions, (sha256, view, part, distortions) => {
        const plan = planView(sha256, { number: view, distortions }, part);
        assert.deepEqual(planView(sha256, { number: view, distortions: { ...distortions } }, part), plan);
        const darker = planView(
          sha256,
          { number: view, distortions: { ...distortions, randomBrightness: 0 } },
          part,
        );
        assert.deepEqual(darker, { ...plan, brightness: 1 });
      }),
    );
    const lights = Array.from(
      { length: mostViews },
      (_, i) =>
        planView(
          'ab'.repeat(32),
          { number: i + 1, distortions: { ...none, randomBrightness: 30 } },
          { width: 5, height: 5 },
        ).brightness,
    );
    assert.equal(new Set(lights).size, mostViews);
  });

  it('of a photo are these pixels; a change of them raises viewsVersion', async () => {
    const file = path.join(photo, readdirSync(photo).sort()[0] ?? '');
    const reader = directReader(readImage, decodeImage);
    const distortions = { flipLeftRight: true, randomCrop: 10, randomScale: 20, randomBrightness: 15 };
    const part = { width: 60, height: 50 };
    const digests: string[] = [];
    for (const view of [1, 2]) {
      const read = await reader.read(file, { path: 'roses/a.jpg' });
      const pixels = await read.decode(part, { number: view, distortions });
      assert.equal(pixels.length, 60 * 50 * 3);
      digests.push(createHash('sha256').update(pixels).digest('hex').slice(0, 16));
    }
    assert.deepEqual(digests, ['35ff94eec3c11511', '726af9d6c1d38f1d']);
    // The values of these stay, while those of flips alone are of another version.
    assert.equal(viewsVersion(distortions), 1);
    assert.equal(viewsVersion({ ...none, flipLeftRight: true }), 2);
  });
});
