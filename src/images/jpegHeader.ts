/** What a JPEG file says of itself before its pixels. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** EXIF, 1 to 8 (TIFF 6.0, tag 274). */
  readonly orientation: number;
  /** 1 or 3. */
  readonly components: number;
  readonly profile: Uint8Array | undefined;
}

const marker = {
  frames: new Set([0xc0, 0xc1, 0xc2]),
  otherFrames: new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]),
  scan: 0xda,
  exif: 0xe1,
  profile: 0xe2,
  end: 0xd9,
} as const;

/**
 * The header of a plain JPEG file (ITU-T T.81, annex B): 8 bits, one or three components, Huffman coding, baseline or
 * progressive. Undefined for anything else and wherever something is odd: such files need more than this knows.
 */
export function readJpegHeader(file: Uint8Array): JpegHeader | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let frame: { width: number; height: number; components: number } | undefined;
  let orientation: number | undefined;
  const profile: { pieces: Buffer[]; count: number } = { pieces: [], count: 0 };
  let at = 2;
  for (;;) {
    if (bytes[at++] !== 0xff) return undefined;
    while (bytes[at] === 0xff) at++;
    const code = bytes[at++];
    if (code === undefined || at + 2 > bytes.length) return undefined;
    if (code < 0xc0 || (code >= 0xd0 && code <= marker.end)) return undefined;
    const segment = bytes.subarray(at + 2, at + bytes.readUInt16BE(at));
    at += bytes.readUInt16BE(at);
    if (at < 2 || at > bytes.length) return undefined;
    if (code === marker.scan) break;
    if (marker.otherFrames.has(code)) return undefined;
    if (marker.frames.has(code)) {
      if (frame !== undefined || segment.length < 6) return undefined;
      const [depth, components] = [segment[0], segment[5]];
      if (depth !== 8 || (components !== 1 && components !== 3)) return undefined;
      frame = { height: segment.readUInt16BE(1), width: segment.readUInt16BE(3), components };
    } else if (code === marker.exif && segment.toString('latin1', 0, 6) === 'Exif\0\0') {
      if (orientation !== undefined) return undefined;
      orientation = exifOrientation(segment.subarray(6));
      if (orientation === undefined) return undefined;
    } else if (code === marker.profile && segment.toString('latin1', 0, 12) === 'ICC_PROFILE\0') {
      const [number, count = 0] = [segment[12], segment[13]];
      if (number !== profile.pieces.length + 1) return undefined;
      if (number > 1 && count !== profile.count) return undefined;
      profile.count = count;
      profile.pieces.push(segment.subarray(14));
    }
  }
  if (frame === undefined || frame.width === 0 || frame.height === 0) return undefined;
  const { pieces, count } = profile;
  if (pieces.length !== count) return undefined;
  return {
    ...frame,
    orientation: orientation ?? 1,
    profile: count > 1 ? Buffer.concat(pieces) : pieces[0],
  };
}

/** The orientation in the first directory of a TIFF file; 1 where it has none, undefined where it is damaged. */
function exifOrientation(tiff: Buffer): number | undefined {
  const order = tiff.toString('latin1', 0, 4);
  const little = order === 'II*\0';
  if ((!little && order !== 'MM\0*') || tiff.length < 8) return undefined;
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = long(4);
  if (directory + 2 > tiff.length) return undefined;
  const entries = short(directory);
  if (directory + 2 + entries * 12 > tiff.length) return undefined;
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (short(entry) !== 0x112) continue;
    const value = short(entry + 8);
    const isShort = short(entry + 2) === 3 && long(entry + 4) === 1;
    return isShort && value >= 1 && value <= 8 ? value : undefined;
  }
  return 1;
}
