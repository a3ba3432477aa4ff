import type { Dirent } from 'node:fs';
import { opendir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../base';
import { compare } from './dataset';
import { isPassedOver, kindOfName } from './fileNames';
import { sideOfFolder } from './sideFolders';

// A workspace may be a whole disk: the search ends somewhere, and says what it found until then.
const deepest = 8;
const mostFolders = 5_000;
const mostEntries = 5_000;

/** What the search knows of a folder. */
interface Glance {
  readonly holdsImages: boolean;
  /** Names, in code-unit order. */
  readonly folders: readonly string[];
}

/**
 * Absolute paths of the folders below `workspace` (or itself) that look like datasets: two or more subfolders with
 * images, or train and validation or test folders of such. Of folders within one another it is the deepest whose
 * subfolders hold images directly. `isExcluded` gets paths relative to `workspace`, with `/`.
 */
export async function findDatasets(
  workspace: string,
  isExcluded: (relative: string) => boolean,
  signal?: AbortSignal,
): Promise<string[]> {
  const root = await realpath(workspace).catch(() => workspace);
  const search = new Search(root, isExcluded, signal);
  const { datasets } = await search.look('', 0);
  return datasets.sort(compare).map((relative) => path.join(workspace, relative));
}

interface Found {
  /** An image stands in the folder or below it. */
  readonly images: boolean;
  readonly datasets: string[];
}

class Search {
  private readonly seen = new Map<string, Glance>();

  constructor(
    private readonly root: string,
    private readonly isExcluded: (relative: string) => boolean,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The datasets in `folder` or below it. */
  async look(folder: string, depth: number): Promise<Found> {
    const glance = await this.glance(folder);
    const below = glance.folders.map((name) => join(folder, name));
    if (await this.isGivenSplit(below)) return { images: true, datasets: [folder] };
    if (depth >= deepest) return { images: glance.holdsImages, datasets: [] };
    const classes: string[] = [];
    const others: string[] = [];
    for (const child of below) ((await this.glance(child)).holdsImages ? classes : others).push(child);
    const elsewhere = await this.lookInto(others, depth);
    // Folders with images side by side are classes, unless a sibling has a dataset within: then they are, say, the
    // pictures of a manual beside it.
    if (classes.length >= 2 && elsewhere.datasets.length === 0) return { images: true, datasets: [folder] };
    const within = await this.lookInto(classes, depth);
    const datasets = [...elsewhere.datasets, ...within.datasets];
    const withImages = elsewhere.withImages + within.withImages;
    if (datasets.length === 0 && withImages >= 2) datasets.push(folder);
    return { images: glance.holdsImages || withImages > 0, datasets };
  }

  private async lookInto(
    folders: readonly string[],
    depth: number,
  ): Promise<{ datasets: string[]; withImages: number }> {
    const datasets: string[] = [];
    let withImages = 0;
    for (const folder of folders) {
      const found = await this.look(folder, depth + 1);
      datasets.push(...found.datasets);
      if (found.images) withImages++;
    }
    return { datasets, withImages };
  }

  /** True if `folders` are a training and another side, each with two or more class folders. */
  private async isGivenSplit(folders: readonly string[]): Promise<boolean> {
    const sides = new Set<string>();
    for (const folder of folders) {
      const side = sideOfFolder(path.posix.basename(folder));
      if (side === undefined) continue;
      let classes = 0;
      for (const name of (await this.glance(folder)).folders) {
        const found = await this.glance(join(folder, name));
        if (found.holdsImages || found.folders.length > 0) classes++;
      }
      if (classes >= 2) sides.add(side);
    }
    return sides.has('training') && sides.size >= 2;
  }

  private async glance(folder: string): Promise<Glance> {
    const known = this.seen.get(folder);
    if (known !== undefined) return known;
    throwIfAborted(this.signal);
    const glance =
      this.seen.size < mostFolders ? await this.read(folder) : { holdsImages: false, folders: [] };
    this.seen.set(folder, glance);
    return glance;
  }

  private async read(folder: string): Promise<Glance> {
    const folders: string[] = [];
    let holdsImages = false;
    let left = mostEntries;
    try {
      for await (const entry of await opendir(path.join(this.root, folder))) {
        if (left-- === 0) break;
        if (this.isOfInterest(folder, entry)) {
          if (entry.isDirectory()) folders.push(entry.name);
          else holdsImages = true;
        }
      }
    } catch {
      // What cannot be read is no dataset.
    }
    return { holdsImages, folders: folders.sort(compare) };
  }

  private isOfInterest(folder: string, entry: Dirent): boolean {
    if (isPassedOver(entry.name) || this.isExcluded(join(folder, entry.name))) return false;
    if (entry.isDirectory()) return true;
    return (entry.isFile() || entry.isSymbolicLink()) && kindOfName(entry.name).kind === 'image';
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
