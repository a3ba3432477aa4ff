import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isLink, RetrainError, retryBusy } from '../base';
import {
  cacheLocation,
  findTextFiles,
  importTexts,
  isImportedId,
  moduleInFileName,
  writeBottleneckText,
  type CachedImage,
} from '../bottlenecks';
import { isFolder } from './cacheFolder';
import type { Job } from './context';
import { noteDataset, realFolder, scanFolder } from './datasetFolder';
import { fillAndRead } from './fillCache';
import { asOutput } from './outputs';
import { chosenNetwork } from './settingsFile';
import type { ImportedModule } from './textResults';

/**
 * Takes the values of retrain.py's text files into the cache of a dataset: those of `module`, or of all modules.
 * @throws FOLDER_NOT_FOUND, NO_TEXT_FILES, NO_TEXT_VALUES; as the scan does; CACHE_UNWRITABLE; the signal's reason
 */
export const importBottlenecks: Job<'importBottlenecks'> = async (params, context) => {
  const { from, folder, module } = params;
  const { places, reader, signal, report } = context;
  if (!(await isFolder(from))) throw new RetrainError('FOLDER_NOT_FOUND', { path: from });
  const root = await realFolder(folder);
  const { images } = await scanFolder(root, 1, context);
  const { modules, unmatched } = await findTextFiles(from, images, signal);
  const wanted =
    module === null ? [...modules] : [...modules].filter(([name]) => name === moduleInFileName(module));
  if (wanted.length === 0) throw new RetrainError('NO_TEXT_FILES', { path: from, dataset: root });
  const location = await cacheLocation(root, places.cacheDirectory);
  await noteDataset(root, location);
  const imported: ImportedModule[] = [];
  for (const [name, files] of wanted) {
    const source = { root, folder: from, module: name, files, cacheRoot: location.bottlenecks, reader };
    const { backbone, taken, present, newer, skipped } = await importTexts(source, {
      signal,
      report: (progress) => report({ kind: 'importing', ...progress }),
    });
    const without = images.length - new Set(files.map(({ image }) => image.path)).size;
    imported.push({
      module: name,
      id: backbone.id,
      dimension: backbone.dimension,
      taken,
      present,
      newer,
      skipped,
      without,
    });
  }
  return { cache: location.bottlenecks, modules: imported, unmatched };
};

/**
 * Writes the values of a dataset as retrain.py's text files, computing what is missing.
 * @throws as a retraining; OUTPUT_UNWRITABLE, PATH_OUTSIDE where a folder is a symbolic link
 */
export const exportBottlenecks: Job<'exportBottlenecks'> = async ({ folder, to, ...choice }, context) => {
  const { signal, report } = context;
  const all = (rows: readonly CachedImage[]) => Promise.resolve(rows);
  const network = await chosenNetwork(folder, choice, report);
  const { filled, read } = await fillAndRead(folder, network, context, 1, all);
  const { backbone, facts } = filled;
  const module = moduleInFileName(isImportedId(backbone.id) ? backbone.name : backbone.id);
  const { dimension } = backbone;
  const made = new Set<string>();
  for (const [row, { image }] of read.rows.entries()) {
    signal.throwIfAborted();
    const file = path.join(to, ...`${image.path}_${module}.txt`.split('/'));
    const text = writeBottleneckText(read.values.subarray(row * dimension, (row + 1) * dimension));
    await inFolder(to, path.dirname(file), made);
    await writeWhole(file, text);
    report({ kind: 'exporting', done: row + 1, of: read.rows.length });
  }
  return { to, module, files: read.rows.length, skipped: facts.skipped };
};

/** Makes a folder of `to` that no symbolic link leads to. */
async function inFolder(to: string, folder: string, made: Set<string>): Promise<void> {
  if (made.has(folder)) return;
  for (let above = folder; above !== to; above = path.dirname(above))
    if (await isLink(above)) throw new RetrainError('PATH_OUTSIDE', { path: above, root: to });
  await asOutput(folder, () => mkdir(folder, { recursive: true }));
  made.add(folder);
}

/** Under a temporary name first, then renamed. Not synced, unlike what is ours: this can be written again. */
async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${randomBytes(6).toString('hex')}.tmp`);
  await asOutput(file, async () => {
    try {
      await writeFile(temporary, text, { flag: 'wx' });
      await retryBusy(() => rename(temporary, file));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}
