import path from 'node:path';
import { readBounded, RetrainError, Untrusted } from '../../base';
import { downloadFile, type DownloadOptions } from '../download';
import { addressOf } from '../fetchAnswer';
import { parseManifest } from '../weights';
import { maxOnnxBytes } from './onnxFile';
import { damageOf, maxModelBytes } from './readModelJson';

/** True for what is fetched, false for a path. */
export function isAddress(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/**
 * Fetches an ONNX file, or a TF.js `model.json` with the weight files it names and a `metadata.json` beside it, into
 * `folder`. Returns the path of the first. What an earlier call has left in the folder is asked about and used.
 * @throws as `downloadFile` does; NETWORK_DAMAGED
 */
export async function fetchNetwork(
  url: string,
  folder: string,
  given: Omit<DownloadOptions, 'limit' | 'sha256' | 'reuse'>,
): Promise<string> {
  const options = { ...given, reuse: true };
  const address = addressOf(url);
  const isOnnx = address.pathname.toLowerCase().endsWith('.onnx');
  const file = path.join(folder, isOnnx ? 'network.onnx' : 'model.json');
  await downloadFile(url, file, { ...options, limit: isOnnx ? maxOnnxBytes : maxModelBytes });
  if (isOnnx) return file;
  const model = Untrusted.parse((await readBounded(file, maxModelBytes)).toString('utf8'), damageOf(url));
  const { paths, bytes } = parseManifest(model.field('weightsManifest'));
  const beside = (name: string): string => {
    const other = new URL(name, address);
    // A token in the address holds for its neighbours, too.
    other.search = address.search;
    return other.href;
  };
  for (const name of paths)
    await downloadFile(beside(name), path.join(folder, name), { ...options, limit: bytes });
  const metadata = { ...options, limit: 2 ** 20 };
  await downloadFile(beside('metadata.json'), path.join(folder, 'metadata.json'), metadata).catch(
    (error: unknown) => {
      // Most models have none.
      if (!(error instanceof RetrainError) || error.code !== 'DOWNLOAD_REFUSED') throw error;
    },
  );
  return file;
}
