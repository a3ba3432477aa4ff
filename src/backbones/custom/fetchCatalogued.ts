import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readBounded, writeAtomic } from '../../base';
import { downloadSize, type CatalogueEntry } from '../catalogue';
import { checksumOf, downloadFile, type DownloadOptions } from '../download';
import { damageOf } from './readModelJson';
import { readScriptValue, type ScriptValue } from './scriptValue';

/**
 * Fetches a network of the catalogue into `folder` and unwraps it; what lies there already and has its checksum is not
 * fetched again. Returns the path of its model.json.
 * @param from another place that has the same files
 * @throws as `downloadFile` does; NETWORK_DAMAGED
 */
export async function fetchCatalogued(
  entry: CatalogueEntry,
  folder: string,
  { report, ...options }: Omit<DownloadOptions, 'limit' | 'sha256'>,
  from = entry.folder,
): Promise<string> {
  const of = downloadSize(entry);
  let before = 0;
  for (const { script, as, bytes, sha256 } of entry.files) {
    const file = path.join(folder, script);
    const start = before;
    if (!(await isWhole(file, bytes, sha256)))
      await downloadFile(`${from.replace(/\/+$/, '')}/${script}`, file, {
        ...options,
        sha256,
        limit: bytes,
        report: (done) => report?.(start + done, of),
      });
    before += bytes;
    report?.(before, of);
    await writeAtomic(path.join(folder, as), unwrap(await readBounded(file, bytes), file));
  }
  return path.join(folder, 'model.json');
}

async function isWhole(file: string, bytes: number, sha256: string): Promise<boolean> {
  const size = await stat(file).then(
    (stats) => stats.size,
    () => -1,
  );
  return size === bytes && (await checksumOf(file)) === sha256;
}

/** A text is base64 of weights, an object the document itself. */
function unwrap(script: Buffer, file: string): Uint8Array {
  let value: ScriptValue;
  try {
    value = readScriptValue(script.toString('latin1'));
  } catch (error) {
    throw damageOf(file)(error instanceof Error ? error.message : String(error));
  }
  return typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.from(JSON.stringify(value));
}
