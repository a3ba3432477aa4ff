import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadBackbone, quantisationRule, type EmbeddedBackbone } from '../../src/backbones';

interface TopologyNode {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, object>;
}
interface Weight {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: object;
}

/** What model.json holds; tests change it at will. */
export interface ModelFile {
  format: string;
  modelTopology: { node: TopologyNode[] };
  weightsManifest: { paths: string[]; weights: Weight[] }[];
}

const text = (s: string): object => ({ s: Buffer.from(s).toString('base64') });
const list = (values: readonly number[]): object => ({ list: { i: values.map(String) } });

export interface ConvolutionOptions {
  depthwise?: boolean;
  strides?: [number, number];
  dilations?: [number, number];
  padding?: string;
}

/** Builds a TF.js graph model node by node. Each method returns the name of what it added. */
export class GraphBuilder {
  private readonly nodes: TopologyNode[] = [];
  private readonly weights: Weight[] = [];
  private readonly bytes: Buffer[] = [];

  node(op: string, name: string, input: string[], attr: Record<string, object> = {}): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  input(height: number, width: number): string {
    const dim = [-1, height, width, 3].map((size) => ({ size: String(size) }));
    return this.node('Placeholder', 'input', [], { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } });
  }

  floats(name: string, shape: number[], values: readonly number[]): string {
    return this.stored(
      name,
      { name, shape, dtype: 'float32' },
      Buffer.from(Float32Array.from(values).buffer),
    );
  }

  integers(name: string, shape: number[], values: readonly number[]): string {
    return this.stored(name, { name, shape, dtype: 'int32' }, Buffer.from(Int32Array.from(values).buffer));
  }

  stored(name: string, weight: Weight, bytes: Buffer): string {
    this.weights.push(weight);
    this.bytes.push(bytes);
    const type = weight.dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
    return this.node('Const', name, [], {
      dtype: { type },
      value: { tensor: { dtype: type, tensorShape: {} } },
    });
  }

  convolution(
    name: string,
    input: string,
    filter: string,
    { depthwise = false, strides = [1, 1], dilations = [1, 1], padding = 'SAME' }: ConvolutionOptions = {},
  ): string {
    return this.node(depthwise ? 'DepthwiseConv2dNative' : 'Conv2D', name, [input, filter], {
      T: { type: 'DT_FLOAT' },
      data_format: text('NHWC'),
      padding: text(padding),
      strides: list([1, ...strides, 1]),
      dilations: list([1, ...dilations, 1]),
    });
  }

  /** The mean over height and width, [n, c]. */
  mean(name: string, input: string, keepDimensions = false): string {
    const axes = this.integers(`${name}/axes`, [2], [1, 2]);
    return this.node('Mean', name, [input, axes], { keep_dims: { b: keepDimensions } });
  }

  concatenate(name: string, inputs: string[], axis: number): string {
    const all = [...inputs, this.integers(`${name}/axis`, [], [axis])];
    return this.node('ConcatV2', name, all, { N: { i: String(inputs.length) } });
  }

  reshape(name: string, input: string, shape: number[]): string {
    return this.node('Reshape', name, [input, this.integers(`${name}/shape`, [shape.length], shape)]);
  }

  model(): ModelFile {
    return {
      format: 'graph-model',
      modelTopology: { node: this.nodes },
      weightsManifest: [{ paths: ['weights.bin'], weights: this.weights }],
    };
  }

  data(): Buffer {
    return Buffer.concat(this.bytes);
  }
}

export interface BackboneFiles {
  facts: Record<string, unknown>;
  model: unknown;
  /** Weights and scaling.bin, by file name. */
  files: Record<string, Buffer>;
}

/** The files of a backbone `tiny` around what `builder` has built. */
export function backboneFiles(
  builder: GraphBuilder,
  { height, width, dimension }: { height: number; width: number; dimension: number },
): BackboneFiles {
  const scaling = Float32Array.from({ length: 2 * dimension }, (_, i) => (i < dimension ? 0 : 1));
  return {
    facts: {
      format: 1,
      id: 'tiny',
      name: 'Tiny',
      dimension,
      input: { width, height },
      normalisation: { mean: 127, deviation: 128 },
      cut: [],
    },
    model: builder.model(),
    files: { 'weights.bin': builder.data(), 'scaling.bin': Buffer.from(scaling.buffer) },
  };
}

/** Writes the files under `<assets>/backbones/tiny/` with their right checksums. */
export function writeBackbone(assets: string, { facts, model, files }: BackboneFiles): string {
  const folder = path.join(assets, 'backbones', 'tiny');
  mkdirSync(folder, { recursive: true });
  const all: Record<string, Buffer> = { ...files, 'model.json': Buffer.from(JSON.stringify(model)) };
  const sha256 = Object.fromEntries(
    Object.entries(all).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );
  for (const [name, bytes] of Object.entries(all)) writeFileSync(path.join(folder, name), bytes);
  writeFileSync(path.join(folder, 'backbone.json'), JSON.stringify({ ...facts, sha256 }));
  return folder;
}

/** Writes `<assets>/backbones/tiny-int8/`, the backbone of eight bits that `ranges` make of the tiny one. */
export function writeEightBits(
  assets: string,
  ranges: readonly unknown[],
  quantised: object = { from: 'tiny', rule: quantisationRule },
): string {
  const folder = path.join(assets, 'backbones', 'tiny-int8');
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ format: 1, ranges });
  const sha256 = { 'ranges.json': createHash('sha256').update(text).digest('hex') };
  writeFileSync(path.join(folder, 'ranges.json'), text);
  const facts = { format: 1, id: 'tiny-int8', name: 'Tiny, 8 bits', quantised, sha256 };
  writeFileSync(path.join(folder, 'backbone.json'), JSON.stringify(facts));
  return folder;
}

/** Runs `use` with an empty assets folder and deletes it. */
export async function withAssets<T>(use: (assets: string) => Promise<T>): Promise<T> {
  const assets = mkdtempSync(path.join(tmpdir(), 'backbone-'));
  try {
    return await use(assets);
  } finally {
    rmSync(assets, { recursive: true, force: true });
  }
}

/** Writes the files and loads them as the backbone they should be. */
export async function loadFiles(files: BackboneFiles, decoderVersion = 1): Promise<EmbeddedBackbone> {
  return await withAssets(async (assets) => {
    writeBackbone(assets, files);
    return await loadBackbone(assets, 'tiny', { decoderVersion });
  });
}
