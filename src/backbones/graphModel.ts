import path from 'node:path';
import { Untrusted } from '../base';
import { readAssetFile, type Checksums } from './assetFile';
import { damaged } from './damage';
import type { Constant, Graph, GraphNode, Operation, Shape, TopologyNode } from './graph';
import { parseOperation } from './operations';
import { inferShape, type Operand } from './shapes';
import { decodeWeights, parseManifest, type WeightManifest } from './weights';

const maxNodes = 10_000;
const maxModelBytes = 16 * 2 ** 20;
/** TensorFlow's rule for names; underscores first, and so `__proto__`, are outside it. */
const nodeName = /^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/;

/**
 * Reads `model.json` of `folder` and the weight files it names, checking everything: TF.js graph model format
 * (tfjs-converter), limited as the types of `Graph` say.
 * @throws BACKBONE_DAMAGED
 */
export async function readGraphModel(folder: string, checksums: Checksums): Promise<Graph> {
  const file = path.join(folder, 'model.json');
  const bytes = await readAssetFile(folder, 'model.json', maxModelBytes, checksums);
  const model = Untrusted.parse(bytes.toString('utf8'), (reason) => damaged(file, reason));
  if (model.field('format').name() !== 'graph-model') throw model.fail('its format is not graph-model');
  const manifest = parseManifest(model.field('weightsManifest'));
  const data = await readShards(folder, manifest, checksums);
  return parseGraph(model.field('modelTopology'), decodeWeights(manifest, data), file);
}

/** The weight files one after the other, which together have to hold exactly what the manifest says. */
async function readShards(
  folder: string,
  { paths, bytes }: WeightManifest,
  checksums: Checksums,
): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let left = bytes;
  for (const name of paths) {
    const part = await readAssetFile(folder, name, left, checksums);
    parts.push(part);
    left -= part.length;
  }
  if (left > 0)
    throw damaged(path.join(folder, paths.at(-1) ?? 'model.json'), `${left} bytes of weights are missing`);
  const [only, ...more] = parts;
  return only !== undefined && more.length === 0 ? only : Buffer.concat(parts);
}

interface RawNode {
  readonly name: string;
  readonly source: Untrusted;
  readonly operation: Operation;
  readonly inputs: readonly string[];
}

function parseGraph(model: Untrusted, constants: ReadonlyMap<string, Constant>, file: string): Graph {
  const list = model.field('node');
  const sources = list.items(maxNodes);
  const topology = sources.map((source) => parseTopologyNode(source, 'refused'));
  const raw: RawNode[] = [];
  const names = new Set<string>();
  const held = new Set<string>();
  topology.forEach(({ name, op, input }, i) => {
    const source = sources[i] ?? list;
    if (names.has(name)) throw source.fail(`a second node is called ${name}`);
    names.add(name);
    if (op !== 'Const') raw.push({ name, source, ...parseOperation(source, op, input, constants) });
    else if (constants.has(name)) held.add(name);
    else throw source.fail(`the weights of ${name} are missing`);
  });
  for (const name of constants.keys())
    if (!held.has(name)) throw list.fail(`no node belongs to the weights ${name}`);

  const nodes = withShapes(inOrder(raw, constants, list), constants);
  const consumed = new Set(nodes.flatMap((node) => node.inputs));
  const only = (what: string, found: readonly GraphNode[]): string => {
    const [node, ...others] = found;
    if (node === undefined || others.length > 0)
      throw list.fail(`it has ${found.length} ${what}s where one belongs`);
    return node.name;
  };
  const input = only(
    'input',
    nodes.filter((node) => node.operation.kind === 'input'),
  );
  const output = only(
    'output',
    nodes.filter((node) => !consumed.has(node.name)),
  );
  const size = nodes.find((node) => node.name === output)?.shape?.length ?? 2;
  if (size !== 2) throw list.fail(`its output ${output} is no list of values`);
  return { path: file, nodes, constants, input, output, topology };
}

/**
 * @param control inputs whose names begin with ^ only order what has effects: an asset has none
 * @throws BACKBONE_DAMAGED
 */
export function parseTopologyNode(source: Untrusted, control: 'refused' | 'dropped'): TopologyNode {
  const nameOf = (item: Untrusted): string => {
    const name = item.name().replace(/:0$/, '');
    if (!nodeName.test(name) || name in {}) throw item.fail('this name is not supported');
    return name;
  };
  const attr = source.optional('attr')?.value;
  if (attr !== undefined && (typeof attr !== 'object' || attr === null))
    throw source.fail('attr is no object');
  return {
    name: nameOf(source.field('name')),
    op: source.field('op').name(),
    input: (source.optional('input')?.items(1000) ?? [])
      .filter((item) => control === 'refused' || !item.name().startsWith('^'))
      .map(nameOf),
    attr: attr ?? {},
  };
}

/** The nodes, each after its inputs (Kahn's algorithm, without recursion: the file decides how deep it goes). */
export function inOrder<T extends Pick<RawNode, 'name' | 'source' | 'inputs'>>(
  raw: readonly T[],
  constants: ReadonlyMap<string, Constant>,
  list: Untrusted,
): T[] {
  const missing = new Map<T, number>();
  const consumers = new Map<string, T[]>(raw.map((node) => [node.name, []]));
  for (const node of raw) {
    let count = 0;
    for (const input of node.inputs) {
      if (constants.has(input)) continue;
      const others = consumers.get(input);
      if (others === undefined) throw node.source.fail(`its input ${input} is missing`);
      others.push(node);
      count++;
    }
    missing.set(node, count);
  }
  const ordered = raw.filter((node) => missing.get(node) === 0);
  // Grows while it is walked.
  for (const node of ordered)
    for (const consumer of consumers.get(node.name) ?? []) {
      const left = (missing.get(consumer) ?? 0) - 1;
      missing.set(consumer, left);
      if (left === 0) ordered.push(consumer);
    }
  if (ordered.length < raw.length) throw list.fail('its nodes form a circle');
  return ordered;
}

function withShapes(ordered: readonly RawNode[], constants: ReadonlyMap<string, Constant>): GraphNode[] {
  const shapes = new Map<string, Shape>();
  return ordered.map(({ name, source, operation, inputs }) => {
    const operands: Operand[] = [];
    for (const input of inputs) {
      const constant = constants.get(input);
      const shape = constant?.shape ?? shapes.get(input);
      if (shape !== undefined) operands.push({ shape, constant });
    }
    if (operation.kind === 'other' || operands.length < inputs.length)
      return { name, operation, inputs, shape: undefined };
    try {
      const shape = inferShape(operation, operands);
      shapes.set(name, shape);
      return { name, operation, inputs, shape };
    } catch (error) {
      throw source.fail(error instanceof Error ? error.message : String(error));
    }
  });
}
