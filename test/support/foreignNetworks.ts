import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { idOf, installBackbone, openBackbone, readNetwork, type GraphBackbone } from '../../src/backbones';
import { readScriptValue } from '../../src/backbones/custom/scriptValue';
import { probeOnnx } from '../../src/runtimes';

/** Where the npm package nsfwjs has its models, each file of them wrapped in a script. */
export const nsfwModels = path.resolve('node_modules/nsfwjs/dist/models');

export interface ModelDocument {
  format?: string;
  modelTopology: object;
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

/** Writes a model that the npm package nsfwjs carries as scripts the way TF.js itself saves it; returns its model.json. */
export function writeNsfwModel(
  folder: string,
  name: 'inception_v3' | 'mobilenet_v2' | 'mobilenet_v2_mid',
): string {
  const source = path.join(nsfwModels, name);
  const target = path.join(folder, name);
  mkdirSync(target, { recursive: true });
  const file = path.join(target, 'model.json');
  for (const script of readdirSync(source)) {
    const content = readScriptValue(readFileSync(path.join(source, script), 'latin1'));
    if (typeof content === 'string')
      writeFileSync(path.join(target, script.replace('.min.js', '')), Buffer.from(content, 'base64'));
    else writeFileSync(file, JSON.stringify(content));
  }
  return file;
}

export interface ForeignOptions {
  readonly cut?: readonly string[];
  readonly normalisation?: Parameters<Awaited<ReturnType<typeof readNetwork>>['cutAt']>[1];
  readonly input?: { readonly height: number; readonly width: number };
}

/** Cuts the network in `file`, keeps it as a backbone below `root` and opens that. */
export async function keepNetwork(
  root: string,
  file: string,
  { cut, normalisation = '0..255', input }: ForeignOptions = {},
): Promise<GraphBackbone> {
  const read = await readNetwork(file, input, probeOnnx);
  const { network, ...made } = read.cutAt(cut, normalisation);
  if (network.kind !== 'graph') throw new Error(`${file} is an ONNX model`);
  const name = path.basename(path.dirname(file));
  const folder = await installBackbone(root, {
    id: idOf(name),
    name,
    source: file,
    licence: undefined,
    ...made,
    network,
  });
  const backbone = await openBackbone(folder, { decoderVersion: 1 });
  if (backbone.kind !== 'graph') throw new Error(`${file} has become an ONNX model`);
  return backbone;
}
