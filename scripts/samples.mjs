import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fromInvocation, root } from './repository.mjs';

// Makes media/samples/flowers from the .NET samples' subset of TensorFlow's flower photos:
//   node scripts/samples.mjs <folder with the five class folders and LICENSE.txt>

const longerSide = 256;
const quality = 90;
const limit = 4_000_000;
const classes = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
const target = path.join(root, 'media', 'samples', 'flowers');

const readme = `# Flowers: 200 photos to try Retrain Classifier on

Five classes of 40 photos, a subset of the TensorFlow team's flower_photos chosen by the .NET Foundation
(github.com/dotnet/machinelearning-samples). Every photo is under Creative Commons Attribution 2.0
(https://creativecommons.org/licenses/by/2.0/); CREDITS.csv names its photographer and its page.

Changed by us: each photo was made smaller (${longerSide} pixels on the longer side, none was enlarged), saved
again as a JPEG of quality ${quality}, and its metadata removed. Made by scripts/samples.mjs.
`;

/**
 * The photos' credits by `class/file.jpg`. A line of LICENSE.txt reads
 * `photo licence by author - page` or, a few times, `photo licence page - by author`.
 */
function parseCredits(text) {
  const credits = new Map();
  for (const line of text.split('\n')) {
    const usual = /^(\S+\.jpg) (CC.*?) by (.+) - (https?:\/\/\S+)$/.exec(line);
    const swapped = /^(\S+\.jpg) (CC.*?) (https?:\/\/\S+) - by (.+)$/.exec(line);
    if (usual) addCredit(credits, usual[1], usual[3], usual[2], usual[4]);
    else if (swapped) addCredit(credits, swapped[1], swapped[4], swapped[2], swapped[3]);
  }
  return credits;
}

function addCredit(credits, photo, author, licence, page) {
  // LICENSE.txt opens with the sentence that "CC-BY" means version 2.0 throughout.
  const named = licence === 'CC-BY' ? 'CC BY 2.0' : licence;
  credits.set(photo, [photo, author.trim().replace(/\s+/g, ' '), named, page]);
}

function csvLine(fields) {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

async function shrink(file) {
  const { default: sharp } = await import('sharp');
  return sharp(file)
    .autoOrient()
    .resize({ width: longerSide, height: longerSide, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .jpeg({ quality, optimiseCoding: true })
    .toBuffer();
}

async function main() {
  if (process.argv.length !== 3) throw new Error('Usage: node scripts/samples.mjs <folder of the flowers>');
  const source = fromInvocation(process.argv[2]);
  const credits = parseCredits(readFileSync(path.join(source, 'LICENSE.txt'), 'utf8'));
  const rows = [['photo', 'author', 'licence', 'page']];
  let bytes = 0;
  rmSync(target, { recursive: true, force: true });
  for (const label of classes) {
    mkdirSync(path.join(target, label), { recursive: true });
    for (const name of readdirSync(path.join(source, label)).sort()) {
      const photo = `${label}/${name}`;
      const credit = credits.get(photo);
      if (!credit) throw new Error(`${photo} has no credit in LICENSE.txt`);
      rows.push(credit);
      writeFileSync(path.join(target, label, name), await shrink(path.join(source, label, name)));
      bytes += statSync(path.join(target, label, name)).size;
    }
  }
  writeFileSync(path.join(target, 'CREDITS.csv'), `${rows.map(csvLine).join('\n')}\n`);
  writeFileSync(path.join(target, 'README.md'), readme);
  if (bytes >= limit) throw new Error(`The photos take ${bytes} bytes; they must stay under ${limit}`);
  process.stdout.write(`${rows.length - 1} photos, ${bytes} bytes\n`);
}

await main();
