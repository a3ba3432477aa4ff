import { rangedNodes, toOnnx, type ActivationRanges, type GraphBackbone, type Range } from '../backbones';
import { loadOnnx } from './onnx';

/**
 * The range of every activation that would have eight bits, over the pictures given, each normalised [H, W, 3]: of what
 * a pool of the largest and a padding give that of what they are made of.
 * @throws where onnxruntime cannot be loaded
 */
export async function observeRanges(
  backbone: GraphBackbone,
  pictures: AsyncIterable<Float32Array>,
): Promise<ActivationRanges> {
  const { graph, input, normalisation } = backbone;
  const nodes = rangedNodes(graph);
  const computed = [...nodes].filter((node) => node !== graph.input);
  const ort = await loadOnnx();
  const session = await ort.InferenceSession.create(toOnnx(graph, { outputs: computed }), {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const seen = new Map<string, { least: number; most: number }>();
  try {
    const [name = ''] = session.inputNames;
    for await (const picture of pictures) {
      const dims = [1, input.height, input.width, 3];
      const results = await session.run({ [name]: new ort.Tensor('float32', picture, dims) });
      for (const node of computed) {
        const data = results[node]?.data;
        if (!(data instanceof Float32Array)) throw new TypeError(`${node} has no real numbers`);
        const range = seen.get(node) ?? { least: 0, most: 0 };
        for (const value of data) {
          if (value < range.least) range.least = value;
          if (value > range.most) range.most = value;
        }
        seen.set(node, range);
      }
    }
  } finally {
    await session.release();
  }
  const { mean, deviation } = normalisation;
  const ranges = new Map<string, Range>();
  for (const { name, operation, inputs } of graph.nodes) {
    if (!nodes.has(name)) continue;
    const same = operation.kind === 'pad' || (operation.kind === 'pool' && operation.of === 'largest');
    const before = same ? ranges.get(inputs[0] ?? '') : undefined;
    const pixels = { least: -mean / deviation, most: (255 - mean) / deviation };
    ranges.set(
      name,
      operation.kind === 'input' ? pixels : (before ?? seen.get(name) ?? { least: 0, most: 0 }),
    );
  }
  return ranges;
}
