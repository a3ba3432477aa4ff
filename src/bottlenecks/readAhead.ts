/**
 * Images read and decoded ahead of the network, and how many bytes their files may have together. The network holds
 * the thread: between two batches the readers get one answer each image, and need two.
 */
const ahead = 40;
const aheadBytes = 64 * 2 ** 20;

/**
 * Each image with what `prepare` makes of it, in the images' order; `prepare` is at work on those that follow
 * meanwhile. `sizeOf` says how many bytes its file has. Where `prepare` rejects, that is thrown in the image's turn.
 * Ends when nothing is under way any more.
 */
export async function* readAhead<T, R>(
  images: Iterable<T>,
  sizeOf: (image: T) => number,
  prepare: (image: T) => Promise<R>,
): AsyncGenerator<readonly [image: T, prepared: R], void, undefined> {
  const window: { image: T; size: number; prepared: Promise<R> }[] = [];
  let bytes = 0;
  const coming = images[Symbol.iterator]();
  let next = coming.next();
  try {
    for (;;) {
      for (; !next.done; next = coming.next()) {
        const image = next.value;
        const size = sizeOf(image);
        if (window.length >= ahead || (window.length > 0 && bytes + size > aheadBytes)) break;
        const prepared = prepare(image);
        // awaited in its turn; until then a rejection is nobody's
        prepared.catch(() => undefined);
        window.push({ image, size, prepared });
        bytes += size;
      }
      const first = window.shift();
      if (!first) return;
      yield [first.image, await first.prepared];
      bytes -= first.size;
    }
  } finally {
    await Promise.allSettled(window.map(({ prepared }) => prepared));
  }
}
