import { normalise, type Backbone } from '../backbones';
import { graphArtifacts, graphOf } from './graphArtifacts';
import { plainProduct64 } from './plainProduct64';
import { checkPictures, doublesOf, productSize, type Product, type Runtime } from './runtime';
import { addTile, factorsOf, tilesOf } from './tiledProduct';
import { Turns } from './turns';
import { WasmThread } from './wasmThread';

/**
 * More threads than this gain little beside the decoder's, and each holds some 100 MB: WebAssembly has no memory in
 * common with another.
 */
const mostThreads = 8;

/**
 * TF.js' WebAssembly kernels (SIMD), for the machines that have no native library. A WebAssembly instance has one
 * thread only, so there are several of them, each in a worker thread, and each computes whole pictures and whole
 * tiles: the values do not depend on how many there are. None starts before there is something for it to do.
 */
export async function openWasm(backbone: Backbone, { threads }: { threads: number }): Promise<Runtime> {
  const { input, dimension, normalisation } = backbone;
  const network = { artifacts: graphArtifacts(graphOf(backbone)), height: input.height, width: input.width };
  const pool = Array.from({ length: Math.min(threads, mostThreads) }, () => new WasmThread(network));
  const version = await wasmVersion();
  const turns = new Turns();
  const pictureSize = input.height * input.width * 3;

  /** Has every task carried out by a thread that has nothing else to do. */
  const share = async <T>(tasks: readonly T[], work: (task: T, thread: WasmThread) => Promise<void>) => {
    const waiting = tasks[Symbol.iterator]();
    const outcomes = await Promise.allSettled(
      pool.slice(0, tasks.length).map(async (thread) => {
        for (const task of waiting) await work(task, thread);
      }),
    );
    // All of them have come back: what follows finds every thread at rest.
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };

  const multiply: Product = (a, b, options = {}) =>
    turns.take(async () => {
      const size = productSize(a, b, options);
      const { rows, columns } = size;
      const result = new Float32Array(rows * columns);
      await share(tilesOf(size), async (tile, thread) => {
        for (const factors of factorsOf(tile, a, b, size, options))
          addTile(result, columns, tile, await thread.ask({ kind: 'multiply', ...factors }));
      });
      return { rows, columns, data: result };
    });

  return {
    id: 'wasm',
    version,
    run: (pixels, n) =>
      turns.take(async () => {
        checkPictures(pixels, n, pictureSize);
        const result = new Float32Array(n * dimension);
        await share([...Array(n).keys()], async (i, thread) => {
          const own = pixels.subarray(i * pictureSize, (i + 1) * pictureSize);
          const picture = normalise(own, normalisation);
          result.set(await thread.ask({ kind: 'run', picture }), i * dimension);
        });
        return result;
      }),
    multiply,
    multiply64: (a, b, options) => turns.take(() => plainProduct64(a, b, options)),
    doubles: doublesOf.wasm,
    dispose: () =>
      turns.close(async () => {
        await Promise.all(pool.map((thread) => thread.stop()));
      }),
  };
}

let version: Promise<string> | undefined;

/** Rejects where WebAssembly cannot run, or a file of the runtime is missing. Tried once, in a thread that ends. */
export function wasmVersion(): Promise<string> {
  version ??= (async () => {
    const thread = new WasmThread(null);
    const found = await thread.start();
    await thread.stop();
    return found;
  })();
  version.catch(() => (version = undefined));
  return version;
}
