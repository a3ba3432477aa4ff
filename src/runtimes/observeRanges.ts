import type * as Ort from 'onnxruntime-node';
import {
  observableOnnx,
  rangedNodes,
  toOnnx,
  type ActivationRanges,
  type Backbone,
  type GraphBackbone,
  type OnnxBackbone,
  type Range,
} from '../backbones';
import { loadOnnx } from './onnx';

/**
 * The range of every activation that would have eight bits, over the pictures given, each normalised [H, W, 3].
 * @throws where onnxruntime cannot be loaded
 */
export async function observeRanges(
  backbone: Backbone,
  pictures: AsyncIterable<Float32Array>,
): Promise<ActivationRanges> {
  return backbone.kind === 'graph'
    ? await observeGraph(backbone, pictures)
    : await observeOnnx(backbone, pictures);
}

/** What a pool of the largest and a padding give has the range of what they are made of. */
async function observeGraph(
  { graph, input, normalisation }: GraphBackbone,
  pictures: AsyncIterable<Float32Array>,
): Promise<ActivationRanges> {
  const nodes = rangedNodes(graph);
  const computed = [...nodes].filter((node) => node !== graph.input);
  const seen = await observe(toOnnx(graph, { outputs: computed }), input, async (see) => {
    for await (const picture of pictures) await see(picture, computed);
  });
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

async function observeOnnx(
  { model, input, normalisation }: OnnxBackbone,
  pictures: AsyncIterable<Float32Array>,
): Promise<ActivationRanges> {
  const { model: observable, values, pixels } = observableOnnx(model);
  const [exact, computed] = [true, false].map((wanted) =>
    values.filter((name) => pixels.has(name) === wanted),
  );
  const seen = await observe(observable, input, async (see) => {
    for (const pixel of [0, 255]) {
      const plain = new Float32Array(input.height * input.width * 3);
      await see(plain.fill((pixel - normalisation.mean) / normalisation.deviation), exact ?? []);
    }
    for await (const picture of pictures) await see(picture, computed ?? []);
  });
  return new Map(values.map((name) => [name, seen.get(name) ?? { least: 0, most: 0 }]));
}

type See = (picture: Float32Array, values: readonly string[]) => Promise<void>;

/** The ranges, with zero, of the values that `use` looks at on the pictures it shows. */
async function observe(
  model: Uint8Array,
  { height, width }: Backbone['input'],
  use: (see: See) => Promise<void>,
): Promise<ActivationRanges> {
  const ort = await loadOnnx();
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const seen = new Map<string, { least: number; most: number }>();
  try {
    const [name = ''] = session.inputNames;
    await use(async (picture, values) => {
      if (values.length === 0) return;
      const feeds = { [name]: new ort.Tensor('float32', picture, [1, height, width, 3]) };
      const results: Ort.InferenceSession.OnnxValueMapType = await session.run(feeds, values);
      for (const value of values) {
        const data = results[value]?.data;
        if (!(data instanceof Float32Array)) throw new TypeError(`${value} has no real numbers`);
        const range = seen.get(value) ?? { least: 0, most: 0 };
        for (const real of data) {
          if (real < range.least) range.least = real;
          if (real > range.most) range.most = real;
        }
        seen.set(value, range);
      }
    });
  } finally {
    await session.release();
  }
  return seen;
}
