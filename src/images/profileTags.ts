/**
 * The tags of an ICC profile (ICC.1:2022, 7.3) by their signatures, as far as they lie within it; undefined for what is
 * no profile from RGB to XYZ.
 */
export function profileTags(profile: Uint8Array): ReadonlyMap<string, Buffer> | undefined {
  const bytes = Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  if (bytes.length < 132 || bytes.toString('latin1', 16, 24) !== 'RGB XYZ ') return undefined;
  const count = bytes.readUInt32BE(128);
  if (count > 100 || 132 + count * 12 > bytes.length) return undefined;
  const tags = new Map<string, Buffer>();
  for (let i = 0; i < count; i++) {
    const at = 132 + i * 12;
    const start = bytes.readUInt32BE(at + 4);
    tags.set(bytes.toString('latin1', at, at + 4), bytes.subarray(start, start + bytes.readUInt32BE(at + 8)));
  }
  return tags;
}

/** A signed number with 16 bits behind the point (s15Fixed16Number). */
export function fixed(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) / 65_536;
}
