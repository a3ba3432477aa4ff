import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RetrainError } from '../../../src/base';
import { scanDataset } from '../../../src/dataset';
import { decodeImage, readImage, sniff, thumbnail } from '../../../src/images';

/** Files from the test suites of image libraries, and from real data sets, each with what should become of it. */
const folder = path.resolve(import.meta.dirname, '../../../../shared/data/nasty');
const size = { width: 48, height: 48 };

interface Line {
  readonly file: string;
  readonly expect: string;
  readonly why: string;
}

function readIndex(): Line[] {
  const lines = readFileSync(path.join(folder, 'index.tsv'), 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => {
    const [file = '', , , expect = '', , why = ''] = line.split('\t');
    return { file, expect, why };
  });
}

async function decode(file: string): Promise<Uint8Array> {
  return decodeImage(await readImage(path.join(folder, file), file), size, { path: file });
}

/** The pixels, or the error a person would meet; anything else fails the test. */
async function attempt(file: string): Promise<Uint8Array | RetrainError> {
  try {
    const pixels = await decode(file);
    assert.equal(pixels.length, size.width * size.height * 3);
    return pixels;
  } catch (error) {
    assert.ok(error instanceof RetrainError, String(error));
    assert.ok(error.message.includes(file), error.message);
    return error;
  }
}

/** Mean red, green and blue. */
function meanOf(pixels: Uint8Array): number[] {
  return [0, 1, 2].map(
    (k) => (pixels.filter((_, i) => i % 3 === k).reduce((a, b) => a + b, 0) * 3) / pixels.length,
  );
}

function assertMean(pixels: Uint8Array, expected: readonly number[], tolerance: number): void {
  const mean = meanOf(pixels);
  expected.forEach((value, k) =>
    assert.ok(Math.abs((mean[k] ?? NaN) - value) <= tolerance, `mean ${mean.join()}`),
  );
}

function assertAlike(a: Uint8Array, b: Uint8Array, tolerance: number): void {
  const difference = a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? NaN)), 0) / a.length;
  assert.ok(difference <= tolerance, `they differ by ${difference} on average`);
}

const title = 'nasty image files (../shared/data/nasty)';
if (!existsSync(path.join(folder, 'index.tsv'))) it.skip(`${title}: skipped, the folder is not here`);
else {
  describe(title, () => {
    for (const { file, expect, why } of readIndex()) {
      it(`${expect}: ${file.slice(0, 40)} (${why})`, async () => {
        if (expect === 'ignored') {
          const { images, skipped } = await scanned();
          assert.ok(![...images, ...skipped].includes(file));
          return;
        }
        const outcome = await attempt(file);
        if (expect === 'decode') assert.ok(outcome instanceof Uint8Array, String(outcome));
        else if (expect === 'error') assert.ok(outcome instanceof RetrainError, 'it was decoded');
        else assert.ok(['either', 'bounded', 'unsupported-or-decode'].includes(expect), `unknown: ${expect}`);
      });
    }

    it('one object has one look, whatever its file says of its orientation', async () => {
      const upright = await decode('exif-rot1.jpg');
      for (const file of ['exif-rot4.jpg', 'exif-rot8.jpg']) assertAlike(await decode(file), upright, 5);
      const hopper = await decode('png-named.jpg');
      for (const file of ['exif-orient3.webp', 'exif-orient6.webp', 'photo.avif', '16bit-qtables.jpg'])
        assertAlike(await decode(file), hopper, 8);
    });

    it('RGB, YCCK and CMYK files of one photo show its colours, none of them inverted', async () => {
      const photo = await decode('rgb-not-ycbcr.jpg');
      assertMean(photo, [86, 72, 63], 1);
      const ycck = await decode('ycck-rose.jpg');
      assertMean(ycck, [86, 72, 63], 1);
      assertAlike(ycck, photo, 2);
      assertMean(await decode('cmyk-rose.jpg'), [74, 62, 48], 1);
    });

    it('bombs, vectors and formats of others are refused with the word for what they are', async () => {
      for (const [file, code] of [
        ['bomb-17000.avif', 'IMAGE_TOO_LARGE'],
        ['bmp-reallybig.bmp', 'IMAGE_TOO_LARGE'],
        ['oom.tif', 'IMAGE_DAMAGED'],
        ['testcard.jp2', 'FORMAT_UNSUPPORTED'],
        ['python.ico', 'FORMAT_UNSUPPORTED'],
        ['zero-bytes.jpg', 'FILE_EMPTY'],
        ['lfs-pointer.jpg', 'FORMAT_UNKNOWN'],
        ['pngsuite-xdtn0g01.png', 'IMAGE_DAMAGED'],
      ]) {
        const outcome = await attempt(file ?? '');
        assert.equal(outcome instanceof RetrainError && outcome.code, code, file);
      }
    });

    it('a thumbnail can be made of exactly those that can be decoded', async () => {
      for (const { file, expect } of readIndex()) {
        if (expect !== 'decode' && expect !== 'error') continue;
        const made = await readImage(path.join(folder, file), file)
          .then((bytes) => thumbnail(bytes, { size: 32, path: file }))
          .catch((error: unknown) => error);
        assert.equal(
          made instanceof Uint8Array,
          expect === 'decode',
          `${file}: ${String(made).slice(0, 200)}`,
        );
        if (!(made instanceof Uint8Array)) assert.ok(made instanceof RetrainError, String(made));
      }
    });

    it('a scan lists what cannot be read by name, and finds an image without an extension', async () => {
      const { images, skipped } = await scanned();
      for (const file of ['zero-bytes.jpg', 'testcard.jp2', 'python.ico'])
        assert.ok(skipped.includes(file), file);
      for (const file of ['jpeg-no-extension', 'photo.JpEg', 'photo.jfif', 'hash#403 issue.png'])
        assert.ok(images.includes(file), file);
      assert.ok(!images.includes('.hidden.jpg'));
    });
  });
}

/** What a scan makes of the folder, as one class of the data beside it. */
async function scanned(): Promise<{ images: string[]; skipped: string[] }> {
  const dataset = await scanDataset(path.dirname(folder), { sniff });
  const within = (files: readonly { path: string }[]) =>
    files.map((file) => file.path).flatMap((file) => (file.startsWith('nasty/') ? [file.slice(6)] : []));
  return { images: within(dataset.images), skipped: within(dataset.skipped) };
}
