/** Image files: what they are, and their pixels. Knows no dataset; never writes. */
export { decodeImage, decoderVersion, thumbnail } from './decodeImage';
export { directReader, failsEveryImage, type ImageReader } from './imageReader';
export { readImage } from './readImage';
export { ReaderPool } from './readerPool';
export { mostViews, viewsVersion, type Distortions, type View } from './views';
export { sniff, type ImageFormat, type Sniffed } from './sniff';
