import { KeyTable } from './keyTable';

/** An image's content and a view of it as the key of a `KeyTable`: 32 bytes, and four more for a view but 0. */
export function contentKey(sha256: string, view = 0): Uint8Array {
  const bytes = Buffer.from(sha256, 'hex');
  if (view === 0) return bytes;
  const key = Buffer.alloc(36);
  bytes.copy(key);
  key.writeUInt32LE(view, 32);
  return key;
}

/** The sha256 in a key of `contentKey`. */
export function sha256OfKey(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, 32).toString('hex');
}

/** A set of contents (sha256): some 45 bytes each, where one of a `Set` of texts takes over a hundred. */
export class ContentSet {
  private readonly table = new KeyTable();

  get size(): number {
    return this.table.size;
  }

  add(sha256: string): void {
    this.table.add(contentKey(sha256));
  }

  has(sha256: string): boolean {
    return this.table.find(contentKey(sha256)) !== undefined;
  }
}
