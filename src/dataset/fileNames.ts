/** What a file's name says of it; only a name without an extension says nothing. */
type NameKind =
  | { readonly kind: 'image' }
  | { readonly kind: 'unsupported'; readonly format: string }
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'other' };

const images = new Set('jpg jpeg jpe jfif pjpeg pjp png apng webp gif bmp dib tif tiff avif'.split(' '));

const unsupportedFormats: Readonly<Record<string, string>> = {
  HEIC: 'heic heif hif heics heifs',
  SVG: 'svg svgz',
  ICO: 'ico cur',
  Photoshop: 'psd psb',
  'JPEG 2000': 'jp2 j2k jpf jpx jpm jpc j2c',
  'JPEG XL': 'jxl',
  'camera raw': 'cr2 cr3 crw nef nrw arw srf sr2 dng raf orf rw2 pef srw x3f 3fr iiq raw',
  TGA: 'tga',
  PNM: 'pbm pgm ppm pnm pam',
  OpenEXR: 'exr',
  'Radiance HDR': 'hdr',
  'GIMP XCF': 'xcf',
  DICOM: 'dcm dicom',
};

const unsupported = new Map(
  Object.entries(unsupportedFormats).flatMap(([format, extensions]) =>
    extensions.split(' ').map((extension) => [extension, format]),
  ),
);

export function kindOfName(name: string): NameKind {
  const dot = name.lastIndexOf('.');
  if (dot === -1) return { kind: 'unnamed' };
  const extension = name.slice(dot + 1).toLowerCase();
  if (images.has(extension)) return { kind: 'image' };
  const format = unsupported.get(extension);
  return format === undefined ? { kind: 'other' } : { kind: 'unsupported', format };
}

/** Hidden files and folders (`.git`, `.DS_Store`, our own), and the one visible folder that never holds a dataset. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}
