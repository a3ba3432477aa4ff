import { CacheWriter, openCache } from '../../src/bottlenecks';
import { onnx, rowKey, tinyBackbone, valuesOf } from './bottleneckCache';

/*
 * A process that fills a cache: `<cache> <first> <end>` stores the contents `image <first>` up to `<end>`, a batch
 * of four at a time, and says on standard output how far it is. Ended by a kill or when it is done.
 */
// a file over the size limit is an error of the write then, not the end of the process
if (process.platform !== 'win32') process.on('SIGXFSZ', () => undefined);

async function main(): Promise<void> {
  const [root = '', first = '0', end = '0'] = process.argv.slice(2);
  const cache = await openCache(root, tinyBackbone);
  const writer = new CacheWriter(cache, onnx);
  for (let i = Number(first); i < Number(end); i += 4) {
    const contents = Array.from({ length: 4 }, (_, j) => `image ${i + j}`);
    const keys = contents.map((content) => rowKey(content));
    await writer.append('roses', keys, Float32Array.from(contents.flatMap(valuesOf)));
    for (const { sha256, path } of keys)
      writer.noteFile({ path, size: path.length, mtimeNs: 1_000_000_000n, sha256, readAt: Date.now() });
    await writer.flush();
    process.stdout.write(`${i + 4}\n`);
  }
  await writer.close();
}

void main();
