import { seededRandom } from '../../src/base';
import { GraphBuilder, backboneFiles, type BackboneFiles } from './backboneFiles';

/** Numbers in [-1, 1) that a seed repeats. */
export function randomValues(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}

/** Pixels that a seed repeats. */
export function randomPixels(count: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: count }, () => 256 * random());
}

/** A network of 11 x 9 pictures with every operation that is known, odd sizes and asymmetric padding: [n, 11]. */
export function tinyGraph(): BackboneFiles {
  const graph = new GraphBuilder();
  const weights = (name: string, shape: number[], seed: number): string =>
    graph.floats(name, shape, [
      ...randomValues(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
    ]);
  const input = graph.input(11, 9);

  const stem = graph.convolution('stem/convolution', input, weights('stem/weights', [3, 3, 3, 4], 1), {
    strides: [2, 2],
  });
  const biased = graph.node('BiasAdd', 'stem', [stem, weights('stem/bias', [4], 2)]);
  const active = graph.node('Relu6', 'stem/relu6', [biased]);
  const wide = graph.convolution('wide', active, weights('wide/weights', [3, 3, 4, 2], 3), {
    depthwise: true,
  });
  // Used twice, so that its bias cannot be folded into it.
  const once = graph.node('BiasAdd', 'wide/biased', [wide, weights('wide/bias', [8], 4)]);
  const both = graph.node('AddV2', 'both', [graph.node('Relu', 'wide/relu', [wide]), once]);
  const shifted = graph.node('Add', 'shifted', [weights('shift', [8], 5), both]);
  const padded = graph.node('Pad', 'padded', [
    graph.node('Identity', 'same', [shifted]),
    graph.integers('pads', [4, 2], [0, 0, 1, 0, 0, 2, 0, 1]),
  ]);
  const joined = graph.concatenate('joined', [padded, graph.node('Softmax', 'soft', [padded])], -1);
  const last = graph.convolution('last', joined, weights('last/weights', [2, 3, 18, 5], 6), {
    padding: 'VALID',
    strides: [3, 2],
  });
  const flat = graph.reshape('flat', last, [-1, 2 * 3 * 5]);
  const product = graph.node('MatMul', 'product', [flat, weights('matrix', [4, 30], 7)], {
    transpose_a: { b: false },
    transpose_b: { b: true },
  });
  const square = graph.reshape('square', graph.node('Softmax', 'answer', [product]), [-1, 2, 1, 2]);
  const axes = graph.integers('axes', [2], [1, 3]);
  const sides = graph.node('Mean', 'sides', [square, axes], { keep_dims: { b: false } });
  const kept = graph.reshape('kept', graph.mean('kept/mean', last, true), [-1, 5]);
  const mean = graph.mean('mean', graph.reshape('again', flat, [-1, 3, 2, 5]));
  graph.concatenate('bottleneck', [sides, mean, kept], 1);
  return backboneFiles(graph, { height: 11, width: 9, dimension: 11 });
}

/** A network of 11 x 9 pictures built as EfficientNet is, one of its blocks with a residual: [n, 22]. */
export function tinyBlocks(): BackboneFiles {
  const graph = new GraphBuilder();
  let seed = 10;
  const convolution = (
    name: string,
    input: string,
    shape: [number, number, number, number],
    options: { depthwise?: boolean; strides?: [number, number] } = {},
  ): string => {
    const count = shape.reduce((a, b) => a * b, 1);
    const channels = options.depthwise ? shape[2] * shape[3] : shape[3];
    const filter = graph.floats(`${name}/weights`, shape, [...randomValues(count, seed++)]);
    const sums = graph.convolution(`${name}/convolution`, input, filter, options);
    const bias = graph.floats(`${name}/bias`, [channels], [...randomValues(channels, seed++)]);
    return graph.node('BiasAdd', name, [sums, bias]);
  };
  const relu6 = (input: string): string => graph.node('Relu6', `${input}/relu6`, [input]);
  const input = graph.input(11, 9);
  const stem = relu6(convolution('stem', input, [3, 3, 3, 8], { strides: [2, 2] }));
  const first = relu6(convolution('first/depthwise', stem, [3, 3, 8, 1], { depthwise: true }));
  const project = convolution('first/project', first, [1, 1, 8, 6]);
  const expand = relu6(convolution('second/expand', project, [1, 1, 6, 16]));
  const second = relu6(convolution('second/depthwise', expand, [5, 5, 16, 1], { depthwise: true }));
  const narrow = convolution('second/project', second, [1, 1, 16, 6]);
  const sum = graph.node('AddV2', 'second/add', [narrow, project]);
  const head = relu6(convolution('head', sum, [1, 1, 6, 16]));
  const means = [graph.mean('mean', head), graph.mean('narrow/mean', narrow)];
  graph.concatenate('bottleneck', means, 1);
  return backboneFiles(graph, { height: 11, width: 9, dimension: 22 });
}
