import { RetrainError } from '../../base';
import type { GraphNode, Shape } from '../graph';
import { NetworkBuilder, prune, type ForeignNetwork } from './network';

/** Where a network can be cut. */
export interface CutCandidate {
  readonly name: string;
  /** Of one picture, without the batch: [height, width, channels], [steps, values] or [values]. */
  readonly shape: Shape;
  /** Bottleneck values: the mean over space, where there is any. */
  readonly dimension: number;
}

/** What is left of a tensor when only its last dimension stays. */
export function dimensionOf(shape: Shape): number {
  return shape.at(-1) ?? 0;
}

/** As a dimension that backbone.json may have. */
export const maxDimension = 65_536;

/** What only finishes the values of the one node before it. */
const innerKinds: ReadonlySet<GraphNode['operation']['kind']> = new Set([
  'biasAdd',
  'relu',
  'relu6',
  'leakyRelu',
  'tanh',
  'softmax',
  'identity',
]);

/**
 * Where the network can be cut, from the input to the output: not within a convolution with its bias and rectifier,
 * nor below something that is not known.
 */
export function cutCandidates({ nodes, input }: ForeignNetwork): CutCandidate[] {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes)
    for (const name of new Set(node.inputs)) consumers.set(name, [...(consumers.get(name) ?? []), node]);
  return nodes.flatMap(({ name, shape, operation }) => {
    const [next, ...others] = consumers.get(name) ?? [];
    const pooled = shape?.length === 4 && shape[1] === 1 && shape[2] === 1;
    const within =
      others.length === 0 &&
      next !== undefined &&
      (innerKinds.has(next.operation.kind) || (pooled && next.operation.kind === 'reshape'));
    if (shape === undefined || name === input || operation.kind === 'pad' || within) return [];
    const own = shape.slice(1);
    if (own.length < 1 || own.length > 3 || dimensionOf(own) > maxDimension) return [];
    return [{ name, shape: own, dimension: dimensionOf(own) }];
  });
}

/**
 * The cut for somebody who names none: the last picture, or list of steps, before the layers that classify. Where there
 * is none, the last but one.
 */
export function defaultCut(candidates: readonly CutCandidate[]): string | undefined {
  const last = candidates.filter(({ shape }) => shape.length > 1).at(-1);
  return (last ?? candidates.at(-2) ?? candidates.at(-1))?.name;
}

/** For each colour channel, of the pixels divided by 255: the network takes (pixel - mean) / deviation. */
export interface ChannelStatistics {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/**
 * The network up to `cut`: each of these nodes averaged over space, one after the other, as one list of values.
 * `channels`: what is done to the pixels beyond one number for all of them.
 * @throws BACKBONE_CUT_UNKNOWN, GRAPH_UNSUPPORTED
 */
export function cutNetwork(
  network: ForeignNetwork,
  cut: readonly string[],
  channels: ChannelStatistics | undefined,
): ForeignNetwork & { readonly dimension: number } {
  checkCut(network.path, cut, cutCandidates(network));
  const needed = prune(network, cut);
  const builder = new NetworkBuilder(
    (node, reason) =>
      new RetrainError('BACKBONE_INPUT', {
        path: network.path,
        reason: `${node}: ${reason}`,
      }),
  );
  for (const [name, constant] of needed.constants) builder.constant(name, constant);
  let pixels = needed.input;
  for (const { name, operation, inputs } of needed.nodes) {
    builder.add(
      name,
      operation,
      inputs.map((input) => (input === needed.input ? pixels : input)),
    );
    if (name === needed.input && channels !== undefined) pixels = channelwise(builder, name, channels);
  }
  const means = cut.map((name) => {
    const rank = (builder.shapeOf(name) ?? []).length;
    if (rank === 2) return name;
    const axes = rank === 4 ? [1, 2] : [1];
    return builder.add(`${name}/bottleneck`, { kind: 'mean', axes, keepDimensions: false }, [name]);
  });
  const [only = ''] = means;
  const output =
    means.length === 1 ? only : builder.add('bottleneck', { kind: 'concatenate', axis: 1 }, means);
  const { nodes, constants } = builder;
  return {
    path: network.path,
    nodes,
    constants,
    input: needed.input,
    dimension: dimensionOf(builder.shapeOf(output) ?? []),
  };
}

/** @throws BACKBONE_CUT_UNKNOWN */
export function checkCut(path: string, cut: readonly string[], candidates: readonly CutCandidate[]): void {
  const known = candidates.map(({ name }) => name);
  for (const name of cut)
    if (!known.includes(name) || cut.indexOf(name) !== cut.lastIndexOf(name))
      throw new RetrainError('BACKBONE_CUT_UNKNOWN', { path, cut: name, known: listed(known) });
}

/** The last of them, which are those somebody would look for. */
function listed(names: readonly string[]): string {
  const shown = names.slice(-20);
  return `${shown.length < names.length ? '…, ' : ''}${shown.join(', ')}`;
}

function channelwise(builder: NetworkBuilder, input: string, { mean, deviation }: ChannelStatistics): string {
  const means = builder.floats(`${input}/mean`, [3], Float32Array.from(mean));
  const factors = builder.floats(
    `${input}/factor`,
    [3],
    Float32Array.from(deviation, (value) => 1 / value),
  );
  const centred = builder.add(`${input}/centred`, { kind: 'subtract' }, [input, means]);
  return builder.add(`${input}/normalised`, { kind: 'multiply' }, [centred, factors]);
}
