export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif';

export type Sniffed =
  | { readonly kind: 'supported'; readonly format: ImageFormat }
  | { readonly kind: 'unsupported'; readonly name: string }
  | { readonly kind: 'unknown' };

/** A signature: `bytes` (Latin-1) at `offset`. */
interface Signature {
  readonly bytes: string;
  readonly offset?: number;
  readonly is: Sniffed;
}

const supported = (format: ImageFormat): Sniffed => ({ kind: 'supported', format });
const unsupported = (name: string): Sniffed => ({ kind: 'unsupported', name });
const unknown: Sniffed = { kind: 'unknown' };

/** In this order: Canon's raw files begin as TIFF does. */
const signatures: readonly Signature[] = [
  { bytes: '\xff\xd8\xff', is: supported('jpeg') },
  { bytes: '\x89PNG\r\n\x1a\n', is: supported('png') },
  { bytes: 'GIF87a', is: supported('gif') },
  { bytes: 'GIF89a', is: supported('gif') },
  { bytes: 'II*\0\x10\0\0\0CR', is: unsupported('Canon raw') },
  { bytes: 'II*\0', is: supported('tiff') },
  { bytes: 'MM\0*', is: supported('tiff') },
  { bytes: 'II+\0', is: supported('tiff') },
  { bytes: 'MM\0+', is: supported('tiff') },
  { bytes: 'IIRO', is: unsupported('Olympus raw') },
  { bytes: 'IIU\0', is: unsupported('Panasonic raw') },
  { bytes: 'FUJIFILMCCD-RAW', is: unsupported('Fujifilm raw') },
  { bytes: '8BPS', is: unsupported('Photoshop') },
  { bytes: '\0\0\x01\0', is: unsupported('ICO') },
  { bytes: '\0\0\x02\0', is: unsupported('CUR') },
  { bytes: '\0\0\0\x0cjP  \r\n\x87\n', is: unsupported('JPEG 2000') },
  { bytes: '\xff\x4f\xff\x51', is: unsupported('JPEG 2000') },
  { bytes: '\0\0\0\x0cJXL \r\n\x87\n', is: unsupported('JPEG XL') },
  { bytes: '\xff\x0a', is: unsupported('JPEG XL') },
  { bytes: '%PDF-', is: unsupported('PDF') },
  { bytes: '%!PS', is: unsupported('PostScript') },
  { bytes: 'v/1\x01', is: unsupported('OpenEXR') },
  { bytes: '#?RADIANCE', is: unsupported('Radiance HDR') },
  { bytes: 'gimp xcf', is: unsupported('GIMP XCF') },
  { bytes: 'DDS ', is: unsupported('DDS') },
  { bytes: 'qoif', is: unsupported('QOI') },
  { bytes: 'SIMPLE  =', is: unsupported('FITS') },
  { bytes: 'DICM', offset: 128, is: unsupported('DICOM') },
];

/** Sizes of the second header of a BMP; two letters "BM" alone would make text an image. */
const bmpHeaderSizes = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

const heicBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);

/**
 * What a file is, by its first bytes and never by its name.
 * @param head the first 64 bytes or more (the whole file, if it is shorter)
 */
export function sniff(head: Uint8Array): Sniffed {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString('latin1');
  const signature = signatures.find(({ bytes, offset = 0 }) => text.startsWith(bytes, offset));
  if (signature !== undefined) return signature.is;
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return supported('webp');
  if (text.startsWith('BM') && bmpHeaderSizes.has(text.charCodeAt(14))) return supported('bmp');
  if (text.startsWith('ftyp', 4)) return sniffBaseMedia(text);
  if (/^P[1-7]\s/.test(text)) return unsupported('PNM');
  if (
    /^(?:\xef\xbb\xbf)?\s*<(?:svg|\?xml|!--|!DOCTYPE svg)/i.test(text) &&
    /<svg|DOCTYPE svg|^[^<]*<\?xml/i.test(text)
  )
    return unsupported('SVG');
  return unknown;
}

/** ISO base media file format (ISO/IEC 14496-12, 4.3): the major brand, a version, then the compatible ones. */
function sniffBaseMedia(text: string): Sniffed {
  const size = Math.min(
    (text.charCodeAt(0) << 24) | (text.charCodeAt(1) << 16) | (text.charCodeAt(2) << 8) | text.charCodeAt(3),
    text.length,
  );
  const major = text.slice(8, 12);
  const brands = [major];
  for (let at = 16; at + 4 <= size; at += 4) brands.push(text.slice(at, at + 4));
  if (major === 'crx ') return unsupported('Canon raw');
  if (heicBrands.has(major)) return unsupported('HEIC');
  if (brands.includes('avif') || brands.includes('avis')) return supported('avif');
  if (brands.some((brand) => heicBrands.has(brand) || brand === 'mif1' || brand === 'msf1'))
    return unsupported('HEIC');
  return unsupported('MP4 or QuickTime video');
}
