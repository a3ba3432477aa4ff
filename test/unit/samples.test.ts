import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

// Bytes, not paths: the images room blocks sharp's file loaders for the whole process.

const flowers = path.resolve('media/samples/flowers');
const labels = readdirSync(flowers, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();
const photos = labels.flatMap((label) =>
  readdirSync(path.join(flowers, label)).map((name) => `${label}/${name}`),
);

/** The rows of CREDITS.csv as [photo, author, licence, page]; a field may be quoted (RFC 4180). */
function readCredits(): string[][] {
  const lines = readFileSync(path.join(flowers, 'CREDITS.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'photo,author,licence,page');
  return lines
    .slice(1)
    .map((line) =>
      Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g), ([, quoted, plain]) =>
        quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
      ),
    );
}

describe('the sample photos', () => {
  it('are five classes of 40', () => {
    assert.deepEqual(labels, ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips']);
    for (const label of labels)
      assert.equal(photos.filter((photo) => photo.startsWith(`${label}/`)).length, 40);
  });

  it('each have one credit with author, licence and page, and there are no other credits', () => {
    const credits = readCredits();
    assert.deepEqual(credits.map(([photo]) => photo).sort(), [...photos].sort());
    for (const [photo, author, licence, page, ...rest] of credits) {
      assert.ok(author, `${photo} has no author`);
      assert.equal(licence, 'CC BY 2.0', photo);
      assert.match(page ?? '', /^https:\/\/www\.flickr\.com\/photos\/[^/\s]+\//, photo);
      assert.deepEqual(rest, []);
    }
  });

  it('are JPEGs of at most 256 pixels a side, in a folder of less than 4 MB', async () => {
    let bytes = statSync(path.join(flowers, 'CREDITS.csv')).size;
    for (const photo of photos) {
      const file = path.join(flowers, photo);
      const { format, width, height } = await sharp(readFileSync(file)).metadata();
      assert.equal(format, 'jpeg', photo);
      assert.ok(Math.max(width, height) <= 256, `${photo} is ${width} x ${height}`);
      bytes += statSync(file).size;
    }
    assert.ok(bytes < 4_000_000, `${bytes} bytes`);
  });

  it('hold no metadata of the camera or the photographer', async () => {
    for (const photo of photos) {
      const { exif, iptc, xmp } = await sharp(readFileSync(path.join(flowers, photo))).metadata();
      assert.deepEqual([exif, iptc, xmp], [undefined, undefined, undefined], photo);
    }
  });
});
