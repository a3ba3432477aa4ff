import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import { describedBackbone } from './backboneFile';
import { FileMap } from './fileMap';
import { pathsByContent } from './inspection';
import { entriesOf, isPathInside } from './layout';
import { rowsIn } from './npyHeader';
import { indexBeside, readIndex } from './partIndex';

export interface ListedImage {
  /** Where the content was found last, else where it stood when it was computed; relative to the dataset. */
  readonly path: string;
  readonly sha256: string;
  /** The part (.npy) and the row of it that hold its values. */
  readonly file: string;
  readonly row: number;
}

export interface ListedLabel {
  /** The label when the values were computed. */
  readonly label: string;
  readonly images: readonly ListedImage[];
}

export interface ListedBackbone {
  readonly id: string;
  readonly labels: readonly ListedLabel[];
}

/**
 * What a cache holds, by backbone and label, for a tree: each image once, none whose values belong to an older
 * fingerprint of the backbone. Checksums are not looked at.
 */
export async function listCache(
  root: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ListedBackbone[]> {
  const fileMap = await FileMap.load(root, signal);
  const versions = path.join(root, 'v1');
  const backbones: ListedBackbone[] = [];
  for (const name of (await entriesOf(root, versions)).folders) {
    if (name === 'files') continue;
    const folder = path.join(versions, name);
    const { id, fingerprint } = await describedBackbone(folder);
    const labels = new Map<string, Map<string, ListedImage>>();
    for (const labelFolder of (await entriesOf(root, folder)).folders)
      for (const part of (await entriesOf(root, path.join(folder, labelFolder))).files) {
        throwIfAborted(signal);
        if (part.endsWith('.npy')) await listPart(path.join(folder, labelFolder, part), fingerprint, labels);
      }
    if (labels.size > 0) backbones.push({ id, labels: listLabels(labels, fileMap) });
  }
  return backbones.sort((a, b) => order(a.id, b.id));
}

async function listPart(
  file: string,
  fingerprint: string | undefined,
  labels: Map<string, Map<string, ListedImage>>,
): Promise<void> {
  const size = await lstat(file).then(
    (stats) => stats.size,
    () => 0,
  );
  const index = await readIndex(
    indexBeside(file),
    (head) => fingerprint === undefined || head.fingerprint === fingerprint,
  );
  if (!index) return;
  const { label, dimension } = index.head;
  const images = labels.get(label) ?? new Map<string, ListedImage>();
  const capacity = rowsIn(size, dimension);
  for (const { row, sha256, view, path } of index.lines)
    if (view === 0 && row < capacity && isPathInside(path)) images.set(sha256, { path, sha256, file, row });
  if (images.size > 0) labels.set(label, images);
}

function listLabels(
  labels: ReadonlyMap<string, ReadonlyMap<string, ListedImage>>,
  fileMap: FileMap,
): ListedLabel[] {
  const wanted = new Set([...labels.values()].flatMap((images) => [...images.keys()]));
  const found = pathsByContent(fileMap, wanted);
  return [...labels]
    .sort(([a], [b]) => order(a, b))
    .map(([label, images]) => ({
      label,
      images: [...images.values()]
        .map((image) => {
          const paths = found.get(image.sha256) ?? [];
          return paths.includes(image.path) ? image : { ...image, path: paths[0] ?? image.path };
        })
        .sort((a, b) => order(a.path, b.path)),
    }));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
