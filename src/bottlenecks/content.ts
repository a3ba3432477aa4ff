/** An image's content and a view of it as the key of a `KeyTable`: 32 bytes, and four more for a view but 0. */
export function contentKey(sha256: string, view = 0): Uint8Array {
  const bytes = Buffer.from(sha256, 'hex');
  if (view === 0) return bytes;
  const key = Buffer.alloc(36);
  bytes.copy(key);
  key.writeUInt32LE(view, 32);
  return key;
}
