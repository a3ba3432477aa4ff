import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { createContext } from 'preact';

/** The address of a picture; null: there is none to show; undefined: not here yet. */
export type PictureUrl = string | null | undefined;

interface Entry {
  readonly url: Signal<PictureUrl>;
  holders: number;
}

/** How many pictures nobody shows at the moment stay at hand for scrolling back. */
const keptIdle = 200;

/** Thumbnails by path: asked for together, kept as blob URLs while shown, revoked after. */
export class Thumbnails {
  readonly #ask: (paths: readonly string[]) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #idle = new Set<string>();
  #wanted: string[] = [];

  constructor(ask: (paths: readonly string[]) => void) {
    this.#ask = ask;
  }

  /** Asks for the picture of `path` unless it is here; each `hold` is matched by one `release`. */
  hold(path: string): ReadonlySignal<PictureUrl> {
    const known = this.#entries.get(path);
    if (known) {
      known.holders += 1;
      this.#idle.delete(path);
      return known.url;
    }
    const entry: Entry = { url: signal<PictureUrl>(undefined), holders: 1 };
    this.#entries.set(path, entry);
    // Pictures come near the window one by one within a task: a message after it asks for all of them.
    if (this.#wanted.length === 0) setTimeout(() => this.#send());
    this.#wanted.push(path);
    return entry.url;
  }

  release(path: string): void {
    const entry = this.#entries.get(path);
    if (!entry || entry.holders === 0) return;
    entry.holders -= 1;
    if (entry.holders > 0) return;
    this.#idle.add(path);
    for (const oldest of this.#idle) {
      if (this.#idle.size <= keptIdle) break;
      this.#forget(oldest);
    }
  }

  /** Takes an answer: the bytes of a JPEG, or null where there is no picture. */
  receive(path: string, bytes: Uint8Array | null): void {
    const entry = this.#entries.get(path);
    if (!entry) return;
    revoke(entry.url.peek());
    // A copy, because the bytes of a message may lie in a shared buffer, which a blob refuses.
    entry.url.value = bytes && URL.createObjectURL(new Blob([bytes.slice()], { type: 'image/jpeg' }));
  }

  /** Forgets all: the pictures belong to another state. */
  clear(): void {
    for (const path of [...this.#entries.keys()]) this.#forget(path);
  }

  #send(): void {
    const paths = this.#wanted.filter((path) => this.#entries.has(path));
    this.#wanted = [];
    if (paths.length > 0) this.#ask(paths);
  }

  #forget(path: string): void {
    revoke(this.#entries.get(path)?.url.peek());
    this.#entries.delete(path);
    this.#idle.delete(path);
  }
}

function revoke(url: PictureUrl): void {
  if (typeof url === 'string') URL.revokeObjectURL(url);
}

/** Where the pictures of a page come from. */
export const ThumbnailSource = createContext<Thumbnails | null>(null);
