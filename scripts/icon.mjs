// Makes media/icons/icon.png, the extension's icon, out of icon.svg: marketplaces take no SVG.
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const icon = (name) => fileURLToPath(new URL(`../media/icons/${name}`, import.meta.url));
await sharp(icon('icon.svg'), { density: 144 })
  .resize(128, 128)
  .png({ compressionLevel: 9 })
  .toFile(icon('icon.png'));
