import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, Untrusted } from '../base';
import { readAssetFile, type Checksums } from './assetFile';
import { damaged } from './damage';
import { fingerprintOf, onnxFingerprintOf, quantisedFingerprintOf } from './fingerprint';
import { maxOnnxBytes } from './custom/onnxFile';
import { onnxRangeLimits } from './custom/quantiseOnnx';
import type { Graph } from './graph';
import { readGraphModel } from './graphModel';
import type { Normalisation } from './normalise';
import { quantisationRule } from './quantisation';
import { rangeLimits, type ActivationRanges } from './ranges';
import { readRanges } from './rangesFile';

/** What `backbone.json` says. */
export interface BackboneFacts {
  readonly id: string;
  readonly name: string;
  /** D, the number of bottleneck values of an image. */
  readonly dimension: number;
  readonly input: { readonly width: number; readonly height: number };
  readonly normalisation: Normalisation;
  /** The nodes whose values, each averaged over space, make the bottleneck, in this order. */
  readonly cut: readonly string[];
  /** Of a network of eight bits: the id of the float32 network whose weights and scaling it uses. */
  readonly quantisedFrom: string | undefined;
}

/** What backbone.json says to a person besides. */
export interface BackboneDescription extends BackboneFacts {
  /** What it may be used under; undefined where nobody has said. */
  readonly licence: string | undefined;
}

/** Of each value over many pictures, [D] each: the head works on (value - mean) / deviation. */
export interface Scaling {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

interface LoadedFacts extends BackboneFacts {
  /** sha256 in hex: the same fingerprint, the same bottleneck values of an image. */
  readonly fingerprint: string;
  /** Over the calibration pictures; undefined for a network that came without: each dataset has its own then. */
  readonly scaling: Scaling | undefined;
  readonly folder: string;
  /** With these the network has eight bits, and only a runtime that knows them may execute it. */
  readonly ranges: ActivationRanges | undefined;
}

/** A network whose operations are known. */
export interface GraphBackbone extends LoadedFacts {
  readonly kind: 'graph';
  readonly graph: Graph;
}

/** An ONNX model with the input [n, H, W, 3] and the output [n, D]; only the onnx runtime may execute it. */
export interface OnnxBackbone extends LoadedFacts {
  readonly kind: 'onnx';
  readonly model: Uint8Array;
  /** Whether it takes any number of pictures, or one at a time. */
  readonly batch: 'open' | 'one';
}

/** A frozen network and all that is known about it. */
export type Backbone = GraphBackbone | OnnxBackbone;

/** One that comes with the extension. */
export type EmbeddedBackbone = GraphBackbone & { readonly scaling: Scaling };

/** The same network in float32 and with eight bits. */
export const defaultBackbones = {
  float: 'efficientnet-lite2',
  eightBits: 'efficientnet-lite2-int8',
} as const;

const maxDimension = 65_536;

/** Of a backbone that is an ONNX model. */
export const onnxFileName = 'network.onnx';

/** What an id may be: it is the name of a folder. */
export const backboneId = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/**
 * The backbones that come with the extension: `<assets>/backbones/<id>/`, by id.
 * @throws BACKBONE_DAMAGED
 */
export async function embeddedBackbones(assets: string): Promise<BackboneDescription[]> {
  const root = path.join(assets, 'backbones');
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw damaged(root, error instanceof Error ? error.message : String(error));
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const names = folders.map((entry) => entry.name).sort();
  return await Promise.all(names.map((name) => describeBackbone(path.join(root, name))));
}

/** The facts of the backbone in `folder`. @throws BACKBONE_DAMAGED */
export async function describeBackbone(folder: string): Promise<BackboneDescription> {
  const { facts, licence } = await readFacts(folder);
  return { ...facts, licence };
}

/**
 * An embedded backbone, read whole and checked. `decoderVersion` is that of the room images: its pixels are part
 * of what the fingerprint stands for.
 * @throws BACKBONE_UNKNOWN, BACKBONE_DAMAGED
 */
export async function loadBackbone(
  assets: string,
  id: string,
  { decoderVersion }: { decoderVersion: number },
): Promise<EmbeddedBackbone> {
  const known = await embeddedBackbones(assets);
  if (!known.some((backbone) => backbone.id === id))
    throw new RetrainError('BACKBONE_UNKNOWN', {
      id,
      known: known.map((backbone) => backbone.id).join(', '),
    });
  const folder = path.join(assets, 'backbones', id);
  const backbone = await openBackbone(folder, { decoderVersion });
  const { scaling } = backbone;
  if (scaling === undefined || backbone.kind !== 'graph')
    throw damaged(path.join(folder, 'backbone.json'), 'it has no scaling');
  return { ...backbone, scaling };
}

/**
 * The backbone in `folder`, whose name is its id, read whole and checked.
 * @throws BACKBONE_DAMAGED
 */
export async function openBackbone(
  folder: string,
  { decoderVersion }: { decoderVersion: number },
): Promise<Backbone> {
  const { facts, checksums, batch } = await readFacts(folder);
  if (facts.quantisedFrom !== undefined) {
    const float = await openBackbone(path.join(path.dirname(folder), facts.quantisedFrom), {
      decoderVersion,
    });
    const ranges = await readRanges(folder, limitsOf(float), checksums);
    return {
      ...float,
      ...facts,
      ranges,
      fingerprint: quantisedFingerprintOf(float.fingerprint, ranges),
      folder,
    };
  }
  const scaling = checksums.has('scaling.bin')
    ? await readScaling(folder, facts.dimension, checksums)
    : undefined;
  if (batch !== undefined) {
    const model = await readAssetFile(folder, onnxFileName, maxOnnxBytes, checksums);
    const fingerprint = onnxFingerprintOf(model, facts, decoderVersion);
    return { ...facts, kind: 'onnx', fingerprint, scaling, model, batch, ranges: undefined, folder };
  }
  const graph = await readGraphModel(folder, checksums);
  checkShapes(graph, facts);
  const fingerprint = fingerprintOf(graph, facts, decoderVersion);
  return { ...facts, kind: 'graph', fingerprint, scaling, graph, ranges: undefined, folder };
}

function limitsOf(float: Backbone): ReturnType<typeof rangeLimits> {
  if (float.kind === 'graph') return rangeLimits(float.graph);
  try {
    return onnxRangeLimits(float.model);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damaged(path.join(float.folder, onnxFileName), reason);
  }
}

interface FolderFacts {
  readonly facts: BackboneFacts;
  readonly licence: string | undefined;
  readonly checksums: Checksums;
  /** Of an ONNX model. */
  readonly batch: OnnxBackbone['batch'] | undefined;
}

async function readFacts(folder: string): Promise<FolderFacts> {
  const { document, id } = await readDocument(folder);
  const name = document.field('name').name();
  const checksums = new Map(
    document
      .field('sha256')
      .entries()
      .map(([name, checksum]): [string, string] => [name, checksum.name()]),
  );
  const licence = document.optional('licence')?.name();
  const quantised = document.optional('quantised');
  if (quantised === undefined) {
    const batch = document
      .optional('onnx')
      ?.field('batch')
      .matching(/^(open|one)$/, 'open or one');
    return {
      facts: { id, name, ...readNetwork(document) },
      licence,
      checksums,
      batch: batch === undefined ? undefined : batch === 'one' ? 'one' : 'open',
    };
  }
  quantised.field('rule').integer(quantisationRule, quantisationRule);
  const from = quantised.field('from');
  const quantisedFrom = from.matching(backboneId, 'the id of a backbone');
  const { document: other } = await readDocument(path.join(path.dirname(folder), quantisedFrom));
  if (other.optional('quantised') !== undefined) throw from.fail('it has eight bits itself');
  const facts = { ...readNetwork(other), id, name, quantisedFrom };
  return { facts, licence: licence ?? other.optional('licence')?.name(), checksums, batch: undefined };
}

/** The backbone.json of a folder, and the id in it, which is the folder's name. */
async function readDocument(folder: string): Promise<{ document: Untrusted; id: string }> {
  const bytes = await readAssetFile(folder, 'backbone.json', 2 ** 20);
  const file = path.join(folder, 'backbone.json');
  const document = Untrusted.parse(bytes.toString('utf8'), (reason) => damaged(file, reason));
  document.field('format').integer(1, 1);
  const id = document.field('id');
  if (id.name() !== path.basename(folder)) throw id.fail('it is not the name of its folder');
  return { document, id: id.name() };
}

/** What backbone.json says of a network in float32. */
function readNetwork(facts: Untrusted): Omit<BackboneFacts, 'id' | 'name'> {
  const input = facts.field('input');
  const normalisation = facts.field('normalisation');
  const deviation = normalisation.field('deviation');
  if (deviation.finite() <= 0) throw deviation.fail('it has to be greater than 0');
  return {
    dimension: facts.field('dimension').integer(1, maxDimension),
    input: { width: input.field('width').integer(1, 4096), height: input.field('height').integer(1, 4096) },
    normalisation: { mean: normalisation.field('mean').finite(), deviation: deviation.finite() },
    cut: facts
      .field('cut')
      .items(1000)
      .map((name) => name.name()),
    quantisedFrom: undefined,
  };
}

function checkShapes(graph: Graph, { input, dimension, cut }: BackboneFacts): void {
  const shapes = new Map(graph.nodes.map((node) => [node.name, node.shape]));
  const expect = (name: string, expected: readonly number[]): void => {
    const shape = shapes.get(name);
    if (
      shape !== undefined &&
      (shape.length !== expected.length || shape.some((size, i) => size !== expected[i]))
    )
      throw damaged(
        graph.path,
        `${name} is [${shape.join(', ')}] where backbone.json says [${expected.join(', ')}]`,
      );
  };
  expect(graph.input, [-1, input.height, input.width, 3]);
  expect(graph.output, [-1, dimension]);
  for (const name of cut)
    if (!shapes.has(name)) throw damaged(graph.path, `it has no node ${name} to cut at`);
}

async function readScaling(folder: string, dimension: number, checksums: Checksums): Promise<Scaling> {
  const bytes = await readAssetFile(folder, 'scaling.bin', dimension * 8, checksums);
  const fail = (reason: string): Error => damaged(path.join(folder, 'scaling.bin'), reason);
  if (bytes.length !== dimension * 8)
    throw fail(`it has ${bytes.length} bytes where ${dimension * 8} belong`);
  const half = (start: number): Float32Array =>
    Float32Array.from({ length: dimension }, (_, i) => bytes.readFloatLE(4 * (start + i)));
  const [mean, deviation] = [half(0), half(dimension)];
  if (!mean.every(Number.isFinite) || !deviation.every((value) => Number.isFinite(value) && value > 0))
    throw fail('a value is not a number, or a deviation is not greater than 0');
  return { mean, deviation };
}
