import { randomBytes } from 'node:crypto';

/** `array` with room for `length` elements; a quarter more than it had, at least. */
export function withRoom<A extends { readonly length: number; set(from: A): void; constructor: unknown }>(
  array: A,
  length: number,
): A {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => A)(
    Math.max(length, Math.ceil(array.length * 1.25) + 16),
  );
  larger.set(array);
  return larger;
}

/**
 * Gives each key, a few bytes, a number: 0 for the first, 1 for the next one that is new. A hash table with open
 * addressing in typed arrays: a key takes its own bytes and about 12 more, where one of a `Map` takes over a hundred.
 */
export class KeyTable {
  private bytes = new Uint8Array(256);
  /** Where each key ends; it begins where the one before it ends. */
  private ends = new Uint32Array(16);
  /** Numbers plus one, by hash; 0 where there is none. */
  private slots = new Uint32Array(32);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The number of a key; undefined where it has none. */
  find(key: Uint8Array): number | undefined {
    const found = this.slots[this.slotOf(key)] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** The number of a key, given now if it has none. */
  add(key: Uint8Array): number {
    let slot = this.slotOf(key);
    const found = this.slots[slot] ?? 0;
    if (found > 0) return found - 1;
    if (this.count >= this.slots.length * 0.6) {
      this.spread();
      slot = this.slotOf(key);
    }
    const start = this.startOf(this.count);
    this.bytes = withRoom(this.bytes, start + key.length);
    this.bytes.set(key, start);
    this.ends = withRoom(this.ends, this.count + 1);
    this.ends[this.count] = start + key.length;
    this.slots[slot] = ++this.count;
    return this.count - 1;
  }

  /** The key of a number, which must not be changed. */
  keyOf(number: number): Uint8Array {
    return this.bytes.subarray(this.startOf(number), this.ends[number]);
  }

  private startOf(number: number): number {
    return number === 0 ? 0 : (this.ends[number - 1] ?? 0);
  }

  /** Where a key stands, or would stand. */
  private slotOf(key: Uint8Array): number {
    const { slots, bytes } = this;
    const mask = slots.length - 1;
    for (let slot = hashOf(key, 0, key.length) & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot] as number;
      if (found === 0) return slot;
      const start = this.startOf(found - 1);
      if ((this.ends[found - 1] as number) - start !== key.length) continue;
      let same = 0;
      while (same < key.length && bytes[start + same] === key[same]) same++;
      if (same === key.length) return slot;
    }
  }

  private spread(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = hashOf(this.bytes, this.startOf(number), this.ends[number] as number) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}

/** Of each table of this process another: nobody can make up files whose keys all meet. */
const seed = randomBytes(4).readUInt32LE();

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), its upper half folded in. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
