import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { openCache } from '../../../src/bottlenecks';
import { inFolder, rightContents, sha256Of, store, tinyBackbone } from '../../support/bottleneckCache';
import { skip } from '../../support/skip';

const script = path.resolve('test/support/fillCacheProcess.ts');

function startWriter(root: string, first: number, end: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', script, root, String(first), String(end)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // how far the writer says it is; nothing it said is lost
  return {
    child,
    exited: once(child, 'exit'),
    stored: () => Number(/(\d+)\n[^\n]*$/.exec(said)?.[1] ?? first),
  };
}

function contentsOf(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, i) => `image ${first + i}`);
}

describe('a cache shared by processes', () => {
  it('holds what two writers put into it, and a reader meanwhile sees only what is right', () =>
    inFolder(async (root) => {
      const end = 400;
      const writers = [startWriter(root, 0, end), startWriter(root, end / 2, end + end / 2)];
      let running = 2;
      for (const { exited } of writers) void exited.then(() => running--);
      const all = contentsOf(0, end + end / 2);
      let before = 0;
      while (running > 0) {
        const known = writers.map(({ stored }) => stored());
        const read = await rightContents(await openCache(root, tinyBackbone), all);
        assert.ok(read.length >= before, 'what was there once stays');
        before = read.length;
        const missing = contentsOf(0, known[0] ?? 0).filter((content) => !read.includes(content));
        assert.deepEqual(missing, [], 'what a writer has said it stored is there');
      }
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual(await rightContents(cache, all), all);
      assert.equal(cache.contentOf('roses/image 599.jpg', 19, 1_000_000_000n), sha256Of('image 599'));
    })).timeout(60_000);

  it('keeps every batch of a writer that was killed, and takes more from the next', () =>
    inFolder(async (root) => {
      const writer = startWriter(root, 0, 1_000_000);
      while (writer.stored() < 40) await new Promise((resolve) => setTimeout(resolve, 5));
      writer.child.kill('SIGKILL');
      await writer.exited;
      const stored = writer.stored();
      const names = await readdir(path.join(root, 'v1/tiny/roses'));
      assert.equal(names.filter((name) => name.endsWith('.lease')).length, 1, 'its part was left open');
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual(await rightContents(cache, contentsOf(0, stored)), contentsOf(0, stored));
      await store(root, ['after']);
      assert.deepEqual(await rightContents(await openCache(root, tinyBackbone), ['image 0', 'after']), [
        'image 0',
        'after',
      ]);
    })).timeout(60_000);

  it('says in words that the disk is full, and keeps what was stored before', function () {
    // a limit on the size of files stands in for the full disk: only a shell of Unix can set one
    if (process.platform === 'win32') skip(this, 'only a shell of Unix can limit the size of files');
    this.timeout(60_000);
    return inFolder(async (root) => {
      const words = [process.execPath, '--import', 'tsx', script, root, '0', '100000'].map(
        (word) => `'${word}'`,
      );
      const shell = spawn('sh', ['-c', `ulimit -f 32; exec ${words.join(' ')}`], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, errors] = ['', ''];
      shell.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      await once(shell, 'close');
      assert.match(errors, /CACHE_UNWRITABLE|cannot be written \(EFBIG\)/);
      const stored = Number(/(\d+)\n$/.exec(out)?.[1]);
      assert.ok(stored > 10);
      const cache = await openCache(root, tinyBackbone);
      assert.deepEqual(await rightContents(cache, contentsOf(0, stored)), contentsOf(0, stored));
    });
  });
});
