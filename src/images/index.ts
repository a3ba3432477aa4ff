/** Image files: what they are, and their pixels. Knows no dataset; never writes. */
export { decodeImage, decoderVersion, thumbnail } from './decodeImage';
export { readImage } from './readImage';
export { sniff, type ImageFormat, type Sniffed } from './sniff';
