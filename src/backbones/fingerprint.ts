import { createHash } from 'node:crypto';
import type { Graph } from './graph';
import { quantisationRule } from './quantisation';
import type { ActivationRanges } from './ranges';

interface Preprocessing {
  readonly input: { readonly width: number; readonly height: number };
  readonly normalisation: { readonly mean: number; readonly deviation: number };
  readonly cut: readonly string[];
}

/**
 * The fingerprint of a backbone, sha256 in hex over all that decides an image's bottleneck values and nothing else:
 *
 * 1. one JSON document, UTF-8, its keys in the order written below: `format` of this rule, `decoder` version,
 *    `input` size, `normalisation`, `cut`, name of the `output`, `nodes` (name, operation, inputs) sorted by name,
 *    `constants` (name, kind, shape) sorted by name;
 * 2. a zero byte;
 * 3. the values of the constants in that order, as four little-endian bytes each, widened as they are used.
 *
 * So it does not depend on file names, on how weights are split into files, on the order of keys or nodes in
 * model.json, nor on the scaling, which belongs to the head.
 */
export function fingerprintOf(graph: Graph, backbone: Preprocessing, decoderVersion: number): string {
  const { input, normalisation, cut } = backbone;
  const constants = [...graph.constants].sort(byName);
  const description = {
    format: 1,
    decoder: decoderVersion,
    input: [input.height, input.width],
    normalisation: [normalisation.mean, normalisation.deviation],
    cut,
    output: graph.output,
    nodes: graph.nodes
      .map(({ name, operation, inputs }): [string, unknown, readonly string[]] => [
        name,
        Object.entries(operation).sort(byName),
        inputs,
      ])
      .sort(byName),
    constants: constants.map(([name, constant]) => [name, constant.kind, constant.shape]),
  };
  const hash = createHash('sha256').update(JSON.stringify(description)).update('\0');
  for (const [, { values }] of constants)
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}

/**
 * The fingerprint of the network of eight bits that `ranges` make of the one with the fingerprint `float`: sha256 in
 * hex over a JSON document, UTF-8, its keys in the order written below.
 */
export function quantisedFingerprintOf(float: string, ranges: ActivationRanges): string {
  const listed = [...ranges].map(([node, { least, most }]): [string, number, number] => [node, least, most]);
  const description = { format: 1, float, rule: quantisationRule, ranges: listed.sort(byName) };
  return createHash('sha256').update(JSON.stringify(description)).digest('hex');
}

/**
 * The fingerprint of a backbone that is an ONNX model: sha256 in hex over a JSON document, UTF-8, its keys in the order
 * written below, a zero byte and the bytes of the model, cut as they are.
 */
export function onnxFingerprintOf(
  model: Uint8Array,
  { input, normalisation, cut }: Preprocessing,
  decoderVersion: number,
): string {
  const description = {
    format: 1,
    network: 'onnx',
    decoder: decoderVersion,
    input: [input.height, input.width],
    normalisation: [normalisation.mean, normalisation.deviation],
    cut,
  };
  return createHash('sha256').update(JSON.stringify(description)).update('\0').update(model).digest('hex');
}

/** By code units, the same on every machine. */
function byName(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
