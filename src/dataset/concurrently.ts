import { throwIfAborted } from '../base';

/** Runs `action` on every item, `limit` at a time; ends with the first error, or when `signal` is aborted. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal | undefined,
  action: (item: T) => Promise<void>,
): Promise<void> {
  // One iterator shared by all of them: each takes the next item as soon as it is free.
  const rest = items.values();
  const work = async () => {
    for (const item of rest) {
      throwIfAborted(signal);
      await action(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
}
