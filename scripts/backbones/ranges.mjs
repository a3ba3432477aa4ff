// Makes the backbone of eight bits beside a float32 one: runs that on calibration photos and keeps the smallest and the
// largest value of every activation. Runs under tsx, for it stands on the extension's own rooms:
//
//     npx tsx scripts/backbones/ranges.mjs CUSTOMVISION FRUIT GROCERY
//
// writes media/backbones/efficientnet-lite2-int8 and scripts/backbones/efficientnet-lite2-int8.log.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import ort from 'onnxruntime-node';
import {
  defaultBackbones,
  loadBackbone,
  normalise,
  quantisationRule,
  rangedNodes,
  rangesFile,
  toOnnx,
  writeRanges,
} from '../../src/backbones/index.ts';
import { decodeImage, decoderVersion } from '../../src/images/index.ts';
import { root } from '../repository.mjs';

const share = 20;
const { float: from, eightBits: id } = defaultBackbones;

/** `share` JPEG files of each folder, evenly spaced over its sorted paths, as pictures.py picks them. */
async function pick(folders) {
  const chosen = [];
  for (const folder of folders) {
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg')).sort();
    if (files.length < share)
      throw new Error(`${folder} has ${files.length} JPEG files, ${share} are needed`);
    for (let i = 0; i < share; i++)
      chosen.push({
        folder,
        name: files[Math.floor(((2 * i + 1) * files.length) / (2 * share))],
      });
  }
  return chosen;
}

/** To three digits after the point, away from zero: what a last bit of float32 moves is not in the file. */
function outwards(value) {
  return (Math.sign(value) * Math.ceil(Math.abs(value) * 1000 - 1e-3)) / 1000;
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

async function main(folders) {
  if (folders.length === 0) throw new Error('Name the folders of calibration photos.');
  const backbone = await loadBackbone(path.join(root, 'media'), from, { decoderVersion });
  const nodes = [...rangedNodes(backbone.graph)];
  const { width, height } = backbone.input;
  const [input, ...computed] = nodes;
  const session = await ort.InferenceSession.create(toOnnx(backbone.graph, { outputs: computed }), {
    logSeverityLevel: 3,
  });
  const seen = new Map(computed.map((node) => [node, { least: Infinity, most: -Infinity }]));
  const log = [];
  for (const { folder, name } of await pick(folders)) {
    const bytes = await readFile(path.join(folder, name));
    log.push(`${sha256(bytes)}  ${path.basename(folder)}/${name.replaceAll(path.sep, '/')}`);
    const pixels = await decodeImage(bytes, backbone.input, { path: name });
    const values = new Float32Array(pixels.length);
    normalise(pixels, backbone, values);
    const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', values, [1, height, width, 3]) };
    const results = await session.run(feeds);
    for (const [node, range] of seen)
      for (const value of results[node].data) {
        if (value < range.least) range.least = value;
        if (value > range.most) range.most = value;
      }
  }
  await session.release();

  const rectifiers = new Map(backbone.graph.nodes.map(({ name, operation }) => [name, operation.kind]));
  const top = (node) => (rectifiers.get(node) === 'relu6' ? 6 : Infinity);
  const { mean, deviation } = backbone.normalisation;
  // Every pixel is one of the input's 256 integers.
  const ranges = new Map([[input, { least: -mean / deviation, most: (255 - mean) / deviation }]]);
  for (const [node, { least, most }] of seen)
    ranges.set(node, { least: outwards(Math.min(0, least)), most: Math.min(top(node), outwards(most)) });

  const folder = path.join(root, 'media', 'backbones', id);
  const text = writeRanges(ranges);
  const facts = {
    format: 1,
    id,
    name: `${backbone.name}, 8 bits`,
    quantised: { from, rule: quantisationRule },
    licence: 'Apache-2.0',
    sha256: { [rangesFile]: sha256(text) },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, rangesFile), text);
  await writeFile(path.join(folder, 'backbone.json'), `${JSON.stringify(facts, null, 2)}\n`);
  const { fingerprint } = await loadBackbone(path.join(root, 'media'), id, { decoderVersion });
  const report = [
    `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, decoder ${decoderVersion}`,
    `${ranges.size} ranges from ${log.length} photos`,
    `fingerprint ${fingerprint}, of ${from} ${backbone.fingerprint}`,
    `${sha256(text)}  ${rangesFile}`,
    'calibration photos (sha256, name)',
    ...log,
  ];
  await writeFile(path.join(root, 'scripts', 'backbones', `${id}.log`), `${report.join('\n')}\n`);
  process.stdout.write(`${report.slice(0, 4).join('\n')}\n`);
}

await main(process.argv.slice(2));
