import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toOnnx, type EmbeddedBackbone, type Normalisation } from '../../../src/backbones';
import { GraphBuilder, backboneFiles, loadFiles } from '../../support/backboneFiles';
import { relativeDistance, runNaively, runNaivelyOnPixels } from '../../support/naiveNetwork';
import { randomPixels, randomValues, tinyGraph } from '../../support/tinyGraph';

/** Through onnxruntime itself, without our room of runtimes. */
async function runOnnx(
  { graph, input, dimension }: EmbeddedBackbone,
  pictures: Float32Array | Uint8Array,
  n: number,
  pixels?: Normalisation,
): Promise<number[]> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const model = toOnnx(graph, { ...(pixels && { pixels }) });
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const [name = ''] = session.inputNames;
    const dims = [n, input.height, input.width, 3];
    const results = await session.run({
      [name]:
        pictures instanceof Uint8Array
          ? new Tensor('uint8', pictures, dims)
          : new Tensor('float32', pictures, dims),
    });
    const [output = ''] = session.outputNames;
    const tensor = results[output];
    assert(tensor?.data instanceof Float32Array);
    assert.deepEqual(tensor.dims, [n, dimension]);
    return [...tensor.data];
  } finally {
    await session.release();
  }
}

describe('toOnnx', () => {
  it('keeps the meaning of every operation it knows, for any number of pictures', async () => {
    const backbone = await loadFiles(tinyGraph());
    for (const n of [1, 3]) {
      const values = randomValues(n * 11 * 9 * 3, n);
      const distance = relativeDistance(await runOnnx(backbone, values, n), runNaively(backbone, values, n));
      assert(distance < 1e-6, String(distance));
    }
  });

  it('takes the pixels themselves where it is told how to normalise them', async () => {
    const backbone = await loadFiles(tinyGraph());
    const pixels = randomPixels(2 * 11 * 9 * 3, 5);
    for (const normalisation of [
      { mean: 127, deviation: 128 },
      { mean: 103.94, deviation: 58.8 },
    ]) {
      const values = await runOnnx(backbone, pixels, 2, normalisation);
      const expected = runNaivelyOnPixels({ ...backbone, normalisation }, pixels, 2);
      assert(relativeDistance(values, expected) < 1e-6);
    }
  });

  it('pads SAME as TensorFlow does, for any size, kernel, stride and dilation, full and depthwise', async () => {
    const side = fc.integer({ min: 1, max: 9 });
    const small = fc.integer({ min: 1, max: 3 });
    const cases = fc.record({
      height: side,
      width: side,
      kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
      strides: fc.tuple(small, small),
      dilations: fc.tuple(small, small),
      last: small,
      depthwise: fc.boolean(),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ height, width, kernel, strides, dilations, last, depthwise, seed }) => {
          const graph = new GraphBuilder();
          const filter = graph.floats(
            'filter',
            [...kernel, 3, last],
            [...randomValues(kernel[0] * kernel[1] * 3 * last, seed)],
          );
          const convolution = graph.convolution('convolution', graph.input(height, width), filter, {
            depthwise,
            strides,
            dilations,
          });
          const size =
            Math.ceil(height / strides[0]) * Math.ceil(width / strides[1]) * (depthwise ? 3 * last : last);
          // Every value of the convolution, in TensorFlow's order.
          graph.reshape('bottleneck', convolution, [-1, size]);
          const backbone = await loadFiles(backboneFiles(graph, { height, width, dimension: size }));
          const values = randomValues(2 * height * width * 3, seed + 1);
          const distance = relativeDistance(
            await runOnnx(backbone, values, 2),
            runNaively(backbone, values, 2),
          );
          assert(distance < 1e-5, String(distance));
        },
      ),
      { numRuns: 150 },
    );
  }).timeout(60_000);

  it('names the operation it does not know', async () => {
    const graph = new GraphBuilder();
    graph.mean('bottleneck', graph.node('Elu', 'activation', [graph.input(4, 4)]));
    const backbone = await loadFiles(backboneFiles(graph, { height: 4, width: 4, dimension: 3 }));
    assert.throws(() => toOnnx(backbone.graph), { code: 'GRAPH_UNSUPPORTED', message: /Elu \(activation\)/ });
  });
});
