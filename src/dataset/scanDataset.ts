import { realpath, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isInside, RetrainError, systemCode, type Report } from '../base';
import {
  compare,
  skippedFile,
  type ClassSummary,
  type Dataset,
  type ImageFile,
  type Side,
  type SkippedFile,
} from './dataset';
import { sideOfFolder } from './sideFolders';
import { statImages } from './statImages';
import { listFolder, walkFolder, type Folder, type WalkOptions } from './walkFolder';

export interface ScanOptions extends WalkOptions {
  /** Receives the number of files seen. */
  readonly report?: Report<number> | undefined;
  /** Two by default; one is enough where nothing is to be trained. */
  readonly leastClasses?: 1 | 2;
}

/** A folder whose images share a label. */
interface ClassFolder {
  readonly label: string;
  readonly folder: Folder;
  readonly side?: Side;
}

/** Class folders with the paths of their images, before any file is looked at. */
interface Layout {
  readonly classes: readonly (ClassFolder & { readonly images: readonly string[] })[];
  readonly skipped: readonly SkippedFile[];
  readonly given: boolean;
  readonly leftOut: readonly string[];
}

/**
 * The classes and images of a dataset. Files are not opened, but for those without an extension.
 * @throws FOLDER_NOT_FOUND, FOLDER_UNREADABLE, NO_CLASSES, ONE_CLASS
 */
export async function scanDataset(root: string, options: ScanOptions): Promise<Dataset> {
  const top = await openRoot(root);
  const { classes, skipped, given, leftOut } = await readLayout(top, options);
  const origin = new Map<string, ClassFolder>();
  for (const folder of classes) for (const image of folder.images) origin.set(image, folder);
  const files = await statImages(top.real, [...origin.keys()], options);
  const images: ImageFile[] = [];
  for (const file of files.images) {
    const from = origin.get(file.path);
    if (from === undefined) continue;
    const { path, size, mtimeNs } = file;
    const { label, side } = from;
    images.push(side === undefined ? { path, label, size, mtimeNs } : { path, label, size, mtimeNs, side });
  }
  images.sort((a, b) => compare(a.label, b.label) || compare(a.path, b.path));
  const summaries = summarise(images);
  const [first, second] = summaries;
  if (first === undefined) throw new RetrainError('NO_CLASSES', { path: root });
  if (second === undefined && options.leastClasses !== 1)
    throw new RetrainError('ONE_CLASS', { path: root, label: first.label });
  const filled = new Set(images.map((image) => origin.get(image.path)?.folder.path));
  return {
    root: path.resolve(root),
    classes: summaries,
    images,
    skipped: [...skipped, ...files.skipped].sort((a, b) => compare(a.path, b.path)),
    given,
    emptyFolders: classes
      .map(({ folder }) => folder.path)
      .filter((folder) => !filled.has(folder))
      .sort(compare),
    leftOut,
  };
}

async function openRoot(root: string): Promise<Folder> {
  try {
    const real = await realpath(root);
    await readdir(real);
    return { path: '', real };
  } catch (error) {
    const code = systemCode(error) ?? String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new RetrainError('FOLDER_NOT_FOUND', { path: root }, { cause: error });
    throw new RetrainError('FOLDER_UNREADABLE', { path: root, reason: code }, { cause: error });
  }
}

async function readLayout(root: Folder, options: WalkOptions): Promise<Layout> {
  const top = await listFolder(root, root, options);
  const folders = classFolders(root, top);
  const loose = top.images.map((image) => skippedFile(image, 'NOT_IN_CLASS'));
  const layout =
    (await readGivenSplit(root, folders, options)) ?? (await readClasses(root, folders, options));
  return { ...layout, skipped: [...top.skipped, ...loose, ...layout.skipped] };
}

async function readClasses(root: Folder, folders: readonly Folder[], options: WalkOptions): Promise<Layout> {
  return {
    ...(await walkClasses(
      root,
      folders.map((folder) => ({ label: nameOf(folder), folder })),
      options,
    )),
    given: false,
    leftOut: [],
  };
}

/**
 * The layout of a dataset that comes as train, val or validation, and test folders with class folders in them;
 * undefined if it does not: training and one of the others must hold images of classes.
 */
async function readGivenSplit(
  root: Folder,
  folders: readonly Folder[],
  options: WalkOptions,
): Promise<Layout | undefined> {
  const classes: ClassFolder[] = [];
  const skipped: SkippedFile[] = [];
  for (const folder of folders) {
    const side = sideOfFolder(nameOf(folder));
    if (side === undefined) continue;
    const listing = await listFolder(root, folder, options);
    for (const below of classFolders(folder, listing))
      classes.push({ label: nameOf(below), folder: below, side });
    skipped.push(...listing.skipped, ...listing.images.map((image) => skippedFile(image, 'NOT_IN_CLASS')));
  }
  const sides = new Set(classes.map(({ side }) => side));
  if (!sides.has('training') || sides.size < 2) return undefined;
  const walked = await walkClasses(root, classes, options);
  const filled = new Set(walked.classes.filter(({ images }) => images.length > 0).map(({ side }) => side));
  if (!filled.has('training') || filled.size < 2) return undefined;
  const leftOut: string[] = [];
  for (const folder of folders) {
    if (sideOfFolder(nameOf(folder)) !== undefined) continue;
    const { images } = await walkFolder(root, folder, options);
    if (images.length > 0) leftOut.push(folder.path);
  }
  return { classes: walked.classes, skipped: [...skipped, ...walked.skipped], given: true, leftOut };
}

async function walkClasses(
  root: Folder,
  folders: readonly ClassFolder[],
  options: WalkOptions,
): Promise<Pick<Layout, 'classes' | 'skipped'>> {
  const classes: Layout['classes'][number][] = [];
  const skipped: SkippedFile[] = [];
  for (const folder of folders) {
    const walked = await walkFolder(root, folder.folder, options);
    classes.push({ ...folder, images: walked.images });
    for (const file of walked.skipped) skipped.push(file);
  }
  return { classes, skipped };
}

/** The folders in `parent`, also linked ones, but for links back to where they stand. */
function classFolders(
  parent: Folder,
  { folders, linkedFolders }: { folders: readonly Folder[]; linkedFolders: readonly Folder[] },
): Folder[] {
  return [...folders, ...linkedFolders.filter(({ real }) => !isInside(real, parent.real))].sort((a, b) =>
    compare(a.path, b.path),
  );
}

function nameOf({ path: shown }: Folder): string {
  return shown.slice(shown.lastIndexOf('/') + 1);
}

function summarise(images: readonly ImageFile[]): ClassSummary[] {
  const counts = new Map<string, number>();
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => ({ label, count }));
}
