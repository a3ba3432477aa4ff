/**
 * Images read and decoded ahead of the network, and how many bytes their files may have together. The network holds
 * the thread: between two batches the readers get one answer each image, and need two.
 */
const ahead = 40;
const aheadBytes = 64 * 2 ** 20;

/**
 * Each image with what `prepare` makes of it, in the images' order; `prepare` is at work on those that follow
 * meanwhile. Where it rejects, that is thrown in the image's turn. Ends when nothing is under way any more.
 */
export async function* readAhead<T extends { readonly size: number }, R>(
  images: readonly T[],
  prepare: (image: T) => Promise<R>,
): AsyncGenerator<readonly [image: T, prepared: R], void, undefined> {
  const window: { image: T; prepared: Promise<R> }[] = [];
  let bytes = 0;
  let next = 0;
  try {
    for (;;) {
      for (let image = images[next]; image; image = images[++next]) {
        if (window.length >= ahead || (window.length > 0 && bytes + image.size > aheadBytes)) break;
        const prepared = prepare(image);
        // awaited in its turn; until then a rejection is nobody's
        prepared.catch(() => undefined);
        window.push({ image, prepared });
        bytes += image.size;
      }
      const first = window.shift();
      if (!first) return;
      yield [first.image, await first.prepared];
      bytes -= first.image.size;
    }
  } finally {
    await Promise.allSettled(window.map(({ prepared }) => prepared));
  }
}
