/** Image files: what they are, and their pixels. Knows no dataset; never writes. */
export { decodeImage, decoderVersion, thumbnail } from './decodeImage';
export { directReader, failsEveryImage, type ImageReader } from './imageReader';
export { readImage } from './readImage';
export { ReaderPool } from './readerPool';
export { sniff, type ImageFormat, type Sniffed } from './sniff';
