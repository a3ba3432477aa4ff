import { signal, type ReadonlySignal } from '@preact/signals';
import type { RowValues } from '../../protocol';

/** About 6 MB at 2,912 values. */
const kept = 512;
/** Rows asked for together: the gap below which two runs of rows are asked for as one. */
const gap = 8;
/** An unanswered row may be asked for again after this many milliseconds. */
const patience = 5000;

/** The values of rows, asked for in windows, the least recently used forgotten. */
export class RowStore {
  readonly #ask: (from: number, to: number) => void;
  readonly #rows = new Map<number, RowValues>();
  readonly #asked = new Map<number, number>();
  readonly #version = signal(0);

  constructor(ask: (from: number, to: number) => void) {
    this.#ask = ask;
  }

  /** Rises when rows arrive. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  get(row: number): RowValues | undefined {
    const found = this.#rows.get(row);
    if (!found) return undefined;
    this.#rows.delete(row);
    this.#rows.set(row, found);
    return found;
  }

  /** Asks for those of `rows` that are neither here nor on their way. */
  need(rows: readonly number[], now: number): void {
    const missing = rows
      .filter((row) => !this.#rows.has(row) && now - (this.#asked.get(row) ?? -Infinity) > patience)
      .sort((a, b) => a - b);
    let from: number | undefined;
    let last = 0;
    for (const row of missing) {
      this.#asked.set(row, now);
      if (from !== undefined && row - last > gap) {
        this.#ask(from, last + 1);
        from = undefined;
      }
      from ??= row;
      last = row;
    }
    if (from !== undefined) this.#ask(from, last + 1);
  }

  receive(rows: readonly RowValues[]): void {
    for (const row of rows) {
      this.#asked.delete(row.row);
      this.#rows.delete(row.row);
      this.#rows.set(row.row, row);
    }
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= kept) break;
      this.#rows.delete(oldest);
    }
    this.#version.value += 1;
  }
}
