import { mkdirSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { scanDataset } from '../../src/dataset';
import { sniff } from '../../src/images';

/**
 * A temporary folder with `count` photos of 4000 x 3000 pixels, made from those of `folder` by enlarging them: no large
 * photos that may be passed on were at hand. Their detail is coarser than a camera's, their files are smaller.
 */
export async function enlargedPhotos(folder: string, count: number): Promise<string> {
  const { root, images } = await scanDataset(folder, { sniff, leastClasses: 1 });
  const home = mkdtempSync(path.join(os.tmpdir(), 'retrain-large-'));
  for (let i = 0; i < Math.min(count, images.length); i++) {
    const image = images[Math.floor((i * images.length) / count)];
    if (image === undefined) break;
    const file = path.join(home, image.label, `${String(i)}.jpg`);
    mkdirSync(path.dirname(file), { recursive: true });
    await sharp(path.join(root, image.path))
      .resize(4000, 3000, { fit: 'fill' })
      .jpeg({ quality: 90 })
      .toFile(file);
  }
  return home;
}
