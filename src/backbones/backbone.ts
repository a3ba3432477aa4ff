import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RetrainError, Untrusted } from '../base';
import { readAssetFile, type Checksums } from './assetFile';
import { damaged } from './damage';
import { fingerprintOf, quantisedFingerprintOf } from './fingerprint';
import type { Graph } from './graph';
import { readGraphModel } from './graphModel';
import type { Normalisation } from './normalise';
import { quantisationRule } from './quantisation';
import type { ActivationRanges } from './ranges';
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

/** A frozen network and all that is known about it. */
export interface Backbone extends BackboneFacts {
  /** sha256 in hex: the same fingerprint, the same bottleneck values of an image. */
  readonly fingerprint: string;
  /** Of each value over the calibration pictures, [D] each: the head works on (value - mean) / deviation. */
  readonly scaling: { readonly mean: Float32Array; readonly deviation: Float32Array };
  readonly graph: Graph;
  /** With these the network has eight bits, and only a runtime that knows them may execute it. */
  readonly ranges: ActivationRanges | undefined;
  readonly folder: string;
}

/** The same network in float32 and with eight bits. */
export const defaultBackbones = {
  float: 'efficientnet-lite2',
  eightBits: 'efficientnet-lite2-int8',
} as const;

const maxDimension = 65_536;

/**
 * The backbones that come with the extension: `<assets>/backbones/<id>/`, by id.
 * @throws BACKBONE_DAMAGED
 */
export async function embeddedBackbones(assets: string): Promise<BackboneFacts[]> {
  const root = path.join(assets, 'backbones');
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw damaged(root, error instanceof Error ? error.message : String(error));
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const names = folders.map((entry) => entry.name).sort();
  const described = await Promise.all(names.map((name) => readFacts(path.join(root, name))));
  return described.map(({ facts }) => facts);
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
): Promise<Backbone> {
  const known = await embeddedBackbones(assets);
  if (!known.some((backbone) => backbone.id === id))
    throw new RetrainError('BACKBONE_UNKNOWN', {
      id,
      known: known.map((backbone) => backbone.id).join(', '),
    });
  const folder = path.join(assets, 'backbones', id);
  const { facts, checksums } = await readFacts(folder);
  if (facts.quantisedFrom !== undefined) {
    const float = await loadBackbone(assets, facts.quantisedFrom, { decoderVersion });
    const ranges = await readRanges(folder, float.graph, checksums);
    return {
      ...float,
      ...facts,
      ranges,
      fingerprint: quantisedFingerprintOf(float.fingerprint, ranges),
      folder,
    };
  }
  const graph = await readGraphModel(folder, checksums);
  checkShapes(graph, facts);
  const scaling = await readScaling(folder, facts.dimension, checksums);
  const fingerprint = fingerprintOf(graph, facts, decoderVersion);
  return { ...facts, fingerprint, scaling, graph, ranges: undefined, folder };
}

async function readFacts(folder: string): Promise<{ facts: BackboneFacts; checksums: Checksums }> {
  const { document, id } = await readDocument(folder);
  const name = document.field('name').name();
  const checksums = new Map(
    document
      .field('sha256')
      .entries()
      .map(([name, checksum]): [string, string] => [name, checksum.name()]),
  );
  const quantised = document.optional('quantised');
  if (quantised === undefined) return { facts: { id, name, ...readNetwork(document) }, checksums };
  quantised.field('rule').integer(quantisationRule, quantisationRule);
  const from = quantised.field('from');
  const quantisedFrom = from.matching(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'the id of a backbone');
  const { document: other } = await readDocument(path.join(path.dirname(folder), quantisedFrom));
  if (other.optional('quantised') !== undefined) throw from.fail('it has eight bits itself');
  return { facts: { ...readNetwork(other), id, name, quantisedFrom }, checksums };
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

async function readScaling(
  folder: string,
  dimension: number,
  checksums: Checksums,
): Promise<Backbone['scaling']> {
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
