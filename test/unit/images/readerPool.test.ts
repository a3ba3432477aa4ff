import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { isAbort, RetrainError } from '../../../src/base';
import { decodeImage, directReader, readImage, ReaderPool, type ImageReader } from '../../../src/images';
import { temporaryFolder } from '../../support/temporaryFolder';

const size = { width: 20, height: 30 };
const photos = path.resolve('media/samples/flowers/roses');
const ended = (error: unknown) => error instanceof RetrainError && error.code === 'ENGINE_ENDED';

describe('the threads that read images', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const pools: ReaderPool[] = [];
  const start = (threads = 2, worker = 'dist/imageWorker.js') => {
    const pool = new ReaderPool(path.resolve(worker), threads);
    pools.push(pool);
    return pool;
  };
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  before(() => process.on('warning', note));
  after(() => {
    process.off('warning', note);
    assert.deepEqual(warnings, []);
  });
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.close();
  });
  const names = readdirSync(photos).filter((name) => name.endsWith('.jpg'));
  const read = (reader: ImageReader, file: string, signal?: AbortSignal) =>
    reader.read(file, { path: `roses/${path.basename(file)}`, signal });

  it('find and decode what this thread does, any number at once', async () => {
    const pool = start();
    const direct = directReader(readImage, decodeImage);
    const outcome = async (reader: ImageReader, name: string) => {
      const file = await read(reader, path.join(photos, name));
      const { sha256, mtimeNs, size: bytes } = file;
      return { sha256, mtimeNs, bytes, pixels: Buffer.from(await file.decode(size)) };
    };
    const [here, there] = await Promise.all(
      [direct, pool].map((reader) => Promise.all(names.map((name) => outcome(reader, name)))),
    );
    assert.ok(names.length > 8);
    assert.deepEqual(there, here);
  });

  it('decode a picture that has the size already, whose pixels are those of a library', async () => {
    const file = folder.write(
      'plain.png',
      await sharp({ create: { ...size, channels: 3, background: '#123456' } })
        .png()
        .toBuffer(),
    );
    const pool = start(1);
    for (let i = 0; i < 3; i++) {
      const pixels = await (await read(pool, file)).decode(size);
      assert.deepEqual([pixels.length, ...pixels.subarray(0, 3)], [20 * 30 * 3, 0x12, 0x34, 0x56]);
    }
  });

  it('say what this thread says of a file that cannot be read or decoded', async () => {
    const pool = start(1);
    const failure = (file: string) =>
      read(pool, file)
        .then((read) => read.decode(size))
        .then(
          () => assert.fail('it was decoded'),
          (error: unknown) => (error instanceof RetrainError ? [error.code, error.params['path']] : error),
        );
    const cut = readFileSync(path.join(photos, names[0] ?? '')).subarray(0, 4000);
    assert.deepEqual(await failure(folder.write('cut.jpg', cut)), ['IMAGE_DAMAGED', 'roses/cut.jpg']);
    assert.deepEqual(await failure(folder.write('text.jpg')), ['FORMAT_UNKNOWN', 'roses/text.jpg']);
    assert.deepEqual(await failure(path.join(folder.path, 'no.jpg')), ['FILE_MISSING', 'roses/no.jpg']);
  });

  it('forget a file that is dropped, and decode none twice', async () => {
    const pool = start(1);
    const file = await read(pool, path.join(photos, names[0] ?? ''));
    file.drop();
    await assert.rejects(file.decode(size), /decoded or dropped/);
    const other = await read(pool, path.join(photos, names[1] ?? ''));
    await other.decode(size);
    await assert.rejects(other.decode(size), /decoded or dropped/);
  });

  it('answer at once when cancelled, and go on with what others asked for', async () => {
    const pool = start(1);
    const controller = new AbortController();
    const cancelled = names.map((name) => read(pool, path.join(photos, name), controller.signal));
    const kept = read(pool, path.join(photos, names[0] ?? ''));
    controller.abort();
    for (const one of cancelled) await assert.rejects(one, isAbort);
    assert.equal((await (await kept).decode(size)).length, 20 * 30 * 3);
    await assert.rejects(read(pool, path.join(photos, names[0] ?? ''), controller.signal), isAbort);
  });

  it('answer all that is pending when one crashes, and another takes its place', async () => {
    const pool = start(1, 'test/support/crashingImageWorker.cjs');
    const file = await read(pool, path.join(photos, names[0] ?? ''));
    const pending = [read(pool, path.join(photos, names[1] ?? '')), read(pool, 'crash')];
    for (const one of pending) await assert.rejects(one, ended);
    await assert.rejects(file.decode(size), ended);
    const after = await read(pool, path.join(photos, names[0] ?? ''));
    assert.equal((await after.decode(size)).length, 20 * 30 * 3);
  });

  it('end when told to, with what is pending, and start again when needed', async () => {
    const pool = start(2);
    const pending = names.map((name) => read(pool, path.join(photos, name)).catch((error: unknown) => error));
    await pool.close();
    for (const one of await Promise.all(pending)) assert.ok(ended(one) || 'sha256' in (one as object));
    const after = await read(pool, path.join(photos, names[0] ?? ''));
    assert.equal((await after.decode(size)).length, 20 * 30 * 3);
  });
});
