// Makes the backbone of eight bits beside a float32 one: runs that on calibration photos and keeps the smallest and the
// largest value of every activation. Runs under tsx, for it stands on the extension's own rooms:
//
//     npx tsx scripts/backbones/ranges.mjs CUSTOMVISION FRUIT GROCERY
//
// writes media/backbones/efficientnet-lite2-int8, scripts/backbones/efficientnet-lite2-int8.log and
// test/data/efficientnet-lite2-int8-golden.json.

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
import { openRuntime } from '../../src/runtimes/index.ts';
import { goldenPictures, goldenPixels } from '../../test/support/goldenPictures.ts';
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

/** Of the golden pictures: some values, as many as golden.py keeps of the float32 network. */
async function golden(backbone) {
  const runtime = await openRuntime('onnx', backbone);
  const values = await runtime.run(goldenPixels(), goldenPictures.length);
  await runtime.dispose();
  const { dimension } = backbone;
  const stride = Math.floor(dimension / 64);
  const rounded = (value) => Number(value.toPrecision(7));
  const images = goldenPictures.map(({ name }, i) => {
    const own = values.subarray(i * dimension, (i + 1) * dimension);
    return {
      name,
      norm: rounded(Math.hypot(...own)),
      first: [...own.subarray(0, 64)].map(rounded),
      strided: Array.from({ length: 64 }, (_, k) => rounded(own[k * stride])),
    };
  });
  const about =
    'the pictures of efficientnet-lite2-golden.json; values that change mean that the rule was not raised';
  return `${JSON.stringify({ about, backbone: backbone.id, stride, images }, null, 1)}\n`;
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
    const values = normalise(pixels, backbone.normalisation);
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
  const made = await loadBackbone(path.join(root, 'media'), id, { decoderVersion });
  await writeFile(path.join(root, 'test', 'data', `${id}-golden.json`), await golden(made));
  const report = [
    `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, decoder ${decoderVersion}`,
    `${ranges.size} ranges from ${log.length} photos`,
    `fingerprint ${made.fingerprint}, of ${from} ${backbone.fingerprint}`,
    `${sha256(text)}  ${rangesFile}`,
    'calibration photos (sha256, name)',
    ...log,
  ];
  await writeFile(path.join(root, 'scripts', 'backbones', `${id}.log`), `${report.join('\n')}\n`);
  process.stdout.write(`${report.slice(0, 4).join('\n')}\n`);
}

await main(process.argv.slice(2));
