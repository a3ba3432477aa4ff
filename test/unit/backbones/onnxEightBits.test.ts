import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { onnx } from 'onnx-proto';
import { seededRandom } from '../../../src/base';
import {
  defaultBackbones,
  loadBackbone,
  normalise,
  OnnxModel,
  onnxRangeLimits,
  quantiseOnnx,
  rangedNodes,
  toOnnx,
  whyNotQuantised,
  type EmbeddedBackbone,
  type OnnxBackbone,
} from '../../../src/backbones';
import { observeRanges } from '../../../src/runtimes';
import { goldenPixels } from '../../support/goldenPictures';
import { relativeDistance } from '../../support/naiveNetwork';
import { randomValues } from '../../support/tinyGraph';

const media = path.resolve('media');
const side = 260;

async function run(model: Uint8Array, values: Float32Array, dims: readonly number[]): Promise<Float32Array> {
  const { session, tensor } = await open(model);
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  const data = (await session.run({ [input]: tensor(values, dims) }))[output]?.data;
  await session.release();
  assert(data instanceof Float32Array);
  return data;
}

async function open(model: Uint8Array, options: InferenceSession.SessionOptions = {}) {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(model, { logSeverityLevel: 3, ...options });
  return {
    session,
    tensor: (values: Float32Array, dims: readonly number[]) => new Tensor('float32', values, dims),
  };
}

/** The operators that onnxruntime makes of a model, each with the number of its nodes. */
async function optimised(model: Uint8Array): Promise<Map<string, number>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'optimised-'));
  try {
    const optimizedModelFilePath = path.join(folder, 'model.onnx');
    await (await open(model, { optimizedModelFilePath })).session.release();
    const counts = new Map<string, number>();
    for (const { opType } of onnx.ModelProto.decode(readFileSync(optimizedModelFilePath)).graph?.node ?? [])
      counts.set(opType ?? '', (counts.get(opType ?? '') ?? 0) + 1);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A kept backbone of pictures [n, height, width, 3] that are used as they come. */
function backboneOf(model: Uint8Array, height: number, width: number): OnnxBackbone {
  return {
    kind: 'onnx',
    model,
    batch: 'open',
    id: 'own',
    name: 'own',
    dimension: 1,
    input: { height, width },
    normalisation: { mean: 127, deviation: 128 },
    cut: [],
    fingerprint: '',
    scaling: undefined,
    ranges: undefined,
    quantisedFrom: undefined,
    folder: '',
  };
}

/**
 * The model with every bias of a convolution as a batch normalisation behind it, its numbers in Constant nodes, by
 * operators that were there before ONNX had scales for each channel.
 */
function withBatchNormalisation(model: Uint8Array): Uint8Array {
  const document = onnx.ModelProto.decode(model);
  const random = seededRandom(1);
  const { FLOAT } = onnx.TensorProto.DataType;
  const constants = new Map(document.graph?.initializer?.map((tensor) => [tensor.name ?? '', tensor]));
  const floats = (name = ''): Float32Array =>
    new Float32Array(new Uint8Array(constants.get(name)?.rawData ?? []).buffer);
  const node = (document.graph?.node ?? []).flatMap((each): onnx.INodeProto[] => {
    const [input = '', weights = '', bias = ''] = each.input ?? [];
    if (each.opType !== 'Conv' || bias === '') return [each];
    const [output = ''] = each.output ?? [];
    const offsets = floats(bias);
    const channels = offsets.length;
    const [gamma, mean, variance] = [0.5, -0.5, 0.25].map((least) =>
      Float32Array.from({ length: channels }, () => least + random()),
    );
    assert(gamma && mean && variance);
    const factors = gamma.map((value, i) => value / Math.sqrt((variance[i] ?? 0) + 1e-3));
    const beta = offsets.map((value, i) => value + (mean[i] ?? 0) * (factors[i] ?? 0));
    const filter = floats(weights);
    const plain = filter.map(
      (value, i) => value / (factors[Math.floor((i * channels) / filter.length)] ?? 1),
    );
    const constant = (what: string, values: Float32Array, dims: readonly number[]): onnx.INodeProto => ({
      opType: 'Constant',
      output: [`${output}/${what}`],
      attribute: [
        {
          name: 'value',
          type: onnx.AttributeProto.AttributeType.TENSOR,
          t: { dims: [...dims], dataType: FLOAT, floatData: [...values] },
        },
      ],
    });
    const dims = constants.get(weights)?.dims?.map(Number) ?? [];
    const parts = ['gamma', 'beta', 'mean', 'variance'].map((what) => `${output}/${what}`);
    return [
      constant('filter', plain, dims),
      ...[gamma, beta, mean, variance].map((values, i) =>
        constant(['gamma', 'beta', 'mean', 'variance'][i] ?? '', values, [channels]),
      ),
      { ...each, input: [input, `${output}/filter`], output: [`${output}/plain`] },
      {
        opType: 'BatchNormalization',
        input: [`${output}/plain`, ...parts],
        output: [output],
        attribute: [{ name: 'epsilon', type: onnx.AttributeProto.AttributeType.FLOAT, f: 1e-3 }],
      },
    ];
  });
  // From 13 on these two are written another way: the model has to stay at 12.
  const { INTS } = onnx.AttributeProto.AttributeType;
  const [{ name: output = '' } = {}] = document.graph?.output ?? [];
  const last = node.map((each) => (each.output?.[0] === output ? { ...each, output: ['values'] } : each));
  const attribute = [{ name: 'axes', type: INTS, ints: [0] }];
  last.push({ opType: 'Unsqueeze', input: ['values'], output: ['more'], attribute });
  last.push({ opType: 'Squeeze', input: ['more'], output: [output ?? ''], attribute });
  return onnx.ModelProto.encode({
    ...document,
    opsetImport: [{ domain: '', version: 12 }],
    graph: { ...document.graph, node: last },
  }).finish();
}

/** [n, 16, 16, 3] to [n, 10], with whatever is computed in integers, and things in between that are not. */
function everyOperator(): Uint8Array {
  const model = new OnnxModel();
  let seed = 1;
  const weights = (dims: readonly number[], size = 1): string => {
    const count = dims.reduce((a, b) => a * b, 1);
    const values = randomValues(count, seed++).map((value) => value * size);
    return model.floats(`weights${seed}`, dims, values);
  };
  const conv = (name: string, input: string, dims: readonly number[], group = 1, stride = 1): string =>
    model.node('Conv', [input, weights(dims, 0.5), weights([dims[0] ?? 0])], name, {
      pads: Array<number>(4).fill(((dims[2] ?? 1) - 1) / 2),
      strides: [stride, stride],
      group,
    });
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  const picture = model.node('Transpose', ['pictures'], 'picture', { perm: [0, 3, 1, 2] });
  const stem = model.node('HardSwish', [conv('stem', picture, [8, 3, 3, 3], 1, 2)], 'stem/swish');
  const deep = conv('deep', stem, [8, 1, 3, 3], 8);
  const silu = model.node('Mul', [deep, model.node('Sigmoid', [deep], 'gate')], 'silu');
  const corner = model.integers('corner', [0, 0, 1, 0, 0, 0, 0, 1]);
  const shifted = model.node('Pad', [silu, corner], 'shifted');
  const grouped = model.node('Conv', [shifted, weights([8, 4, 2, 2], 0.5)], 'grouped', { group: 2 });
  const leaky = model.node('LeakyRelu', [grouped], 'leaky', { alpha: { float: 0.1 } });
  const sum = model.node('Relu', [model.node('Add', [leaky, stem], 'plain sum')], 'sum');
  const largest = model.node('MaxPool', [model.node('Pad', [sum, corner], 'padded')], 'largest', pool);
  const average = model.node('AveragePool', [sum], 'average', pool);
  const both = model.node('Concat', [largest, average], 'both', { axis: 1 });
  const point = conv('point', both, [16, 16, 1, 1]);
  const factor = weights([16]);
  const scaled = ['a', 'b', 'c'].map((name) => model.floats(name, [16], new Float32Array(16).fill(0.5)));
  const [beta = '', mean = '', variance = ''] = scaled;
  const normal = model.node('BatchNormalization', [point, factor, beta, mean, variance], 'normal');
  const last = model.node('Transpose', [normal], 'last', { perm: [0, 2, 3, 1] });
  const soft = model.node('Softmax', [last], 'soft', { axis: 3 });
  const product = model.node('MatMul', [soft, weights([16, 12])], 'product');
  const back = model.node('Transpose', [product], 'back', { perm: [0, 3, 1, 2] });
  const list = model.node('Flatten', [model.node('GlobalAveragePool', [back], 'mean of it')], 'list');
  model.node('Gemm', [list, weights([10, 12]), weights([10])], 'answer', { transB: 1 });
  const document = onnx.ModelProto.decode(
    model.encode(
      'every',
      [{ name: 'pictures', shape: [-1, 16, 16, 3] }],
      [{ name: 'answer', shape: [-1, 10] }],
    ),
  );
  // The first that has HardSwish.
  return onnx.ModelProto.encode({ ...document, opsetImport: [{ domain: '', version: 14 }] }).finish();
}

/** Of each convolution, by what comes out of it: the largest of its integers. */
function widestWeights(model: Uint8Array): Map<string, number> {
  const { graph } = onnx.ModelProto.decode(model);
  const constants = new Map(graph?.initializer?.map((tensor) => [tensor.name ?? '', tensor]));
  const makers = new Map(graph?.node?.map((node) => [node.output?.[0] ?? '', node]));
  return new Map(
    graph?.node
      ?.filter(({ opType }) => opType === 'Conv')
      .map(({ input, output }) => {
        const stored = constants.get(makers.get(input?.[1] ?? '')?.input?.[0] ?? '')?.rawData ?? [];
        const widest = Math.max(...new Int8Array(Buffer.from(stored)).map(Math.abs));
        return [output?.[0]?.split('/')[0] ?? '', widest];
      }),
  );
}

describe('an ONNX model with eight bits', function () {
  this.timeout(120_000);
  let float: EmbeddedBackbone;
  let eightBits: EmbeddedBackbone;
  let model: Uint8Array;
  let pictures: Float32Array;
  let expected: Float32Array;

  before(async () => {
    float = await loadBackbone(media, defaultBackbones.float, { decoderVersion: 1 });
    eightBits = await loadBackbone(media, defaultBackbones.eightBits, { decoderVersion: 1 });
    model = toOnnx(float.graph);
    pictures = normalise(goldenPixels(), float.normalisation);
    const graph = toOnnx(float.graph, { ranges: eightBits.ranges });
    expected = await run(graph, pictures, [3, side, side, 3]);
  });

  it('gives bit for bit what the same network does that was read as a graph', async () => {
    assert.deepEqual(new Set(onnxRangeLimits(model).keys()), rangedNodes(float.graph));
    assert(eightBits.ranges);
    const own = await run(quantiseOnnx(model, eightBits.ranges), pictures, [3, side, side, 3]);
    assert.deepEqual(own, expected);
  });

  it('has batch normalisations folded, and is computed in integers, before opset 13, too', async () => {
    const unfolded = withBatchNormalisation(model);
    assert(eightBits.ranges);
    const quantised = quantiseOnnx(unfolded, eightBits.ranges);
    const { opsetImport } = onnx.ModelProto.decode(quantised);
    assert.equal(Number(opsetImport.find(({ domain }) => domain === '')?.version), 12);
    const own = await run(quantised, pictures, [3, side, side, 3]);
    // Folded weights differ in their last bits, and so some of the integers by one.
    assert(relativeDistance(own, expected) < 0.05, String(relativeDistance(own, expected)));
    const counts = await optimised(quantised);
    const kinds = float.graph.nodes.map(({ operation }) => operation.kind);
    const count = (kind: string): number => kinds.filter((each) => each === kind).length;
    assert.equal(counts.get('QLinearConv'), count('convolution'));
    assert.equal(counts.get('QLinearAdd'), count('add'));
    for (const operator of ['Conv', 'BatchNormalization', 'Clip', 'Add'])
      assert.equal(counts.get(operator), undefined, operator);
  });

  it('has them at every operator that integers can be had of, and agrees with itself', async () => {
    const every = everyOperator();
    const picture = (seed: number): Float32Array => randomValues(16 * 16 * 3, seed);
    async function* seen(): AsyncGenerator<Float32Array> {
      for (let seed = 1; seed <= 20; seed++) yield await Promise.resolve(picture(seed));
    }
    const ranges = await observeRanges(backboneOf(every, 16, 16), seen());
    // Of the pixels themselves, whatever the pictures were.
    assert.deepEqual(ranges.get('picture'), { least: -127 / 128, most: 1 });
    assert.equal(ranges.get('sum')?.least, 0);
    const quantised = quantiseOnnx(every, ranges);
    for (const seed of [21, 22, 23]) {
      const [own, exact] = [
        await run(quantised, picture(seed), [1, 16, 16, 3]),
        await run(every, picture(seed), [1, 16, 16, 3]),
      ];
      const distance = relativeDistance(own, exact);
      assert(distance > 0 && distance < 0.05, String(distance));
    }
    const widest = widestWeights(quantised);
    assert((widest.get('grouped') ?? 64) <= 63);
    assert((widest.get('deep') ?? 0) === 127);
    const counts = await optimised(quantised);
    assert.deepEqual(
      ['QLinearConv', 'QLinearAdd', 'QLinearMul', 'QLinearConcat', 'QLinearAveragePool', 'Pad'].map(
        (operator) => counts.get(operator),
      ),
      [4, 2, 2, 1, 1, 1],
    );
    for (const operator of ['MatMulIntegerToFloat', 'QGemm', 'QLinearSigmoid', 'QLinearLeakyRelu'])
      assert.equal(counts.get(operator), 1, operator);
    for (const operator of ['Conv', 'MatMul', 'Gemm', 'Add', 'Mul', 'HardSigmoid', 'BatchNormalization'])
      assert.equal(counts.get(operator), undefined, operator);
  });

  it('is written by later operators where those mean the same, and refused where no integers can be had', () => {
    const at = (version: number, opType: string) => {
      const own = new OnnxModel();
      const picture = own.node('Transpose', ['pictures'], 'picture', { perm: [0, 3, 1, 2] });
      const filter = own.floats('filter', [4, 3, 1, 1], randomValues(12, 1));
      own.node(opType, [own.node('Conv', [picture, filter], 'conv')], 'answer');
      const value = { name: 'pictures', shape: [-1, 8, 8, 3] };
      const document = onnx.ModelProto.decode(own.encode('at', [value], [{ ...value, name: 'answer' }]));
      return onnx.ModelProto.encode({ ...document, opsetImport: [{ domain: '', version }] }).finish();
    };
    assert.equal(whyNotQuantised(at(7, 'Abs')), undefined);
    const range = { least: -1, most: 1 };
    const ranges = new Map([
      ['picture', range],
      ['conv', range],
    ]);
    const [first] = onnx.ModelProto.decode(quantiseOnnx(at(7, 'Abs'), ranges)).opsetImport;
    assert.equal(Number(first?.version), 13);
    assert.match(whyNotQuantised(at(9, 'Upsample')) ?? '', /version 9, and integers begin with version 10/);
  });

  it('has none where no weights are constants of finite numbers', () => {
    const document = onnx.ModelProto.decode(everyOperator());
    const nodes = document.graph?.node ?? [];
    const of = (change: (tensor: onnx.ITensorProto) => onnx.ITensorProto) => {
      const initializer = document.graph?.initializer?.map(change) ?? [];
      return onnxRangeLimits(
        onnx.ModelProto.encode({
          ...document,
          graph: { ...document.graph, node: nodes, initializer },
        }).finish(),
      ).size;
    };
    assert(of((tensor) => tensor) > 0);
    assert.equal(
      of((tensor) => ({ ...tensor, rawData: Buffer.alloc(tensor.rawData?.length ?? 0, 0xff) })),
      0,
    );
    assert.equal(
      of((tensor) => ({ ...tensor, dims: [7, ...(tensor.dims ?? [])] })),
      0,
    );
    assert.equal(
      of((tensor) => ({ ...tensor, dataType: onnx.TensorProto.DataType.FLOAT16 })),
      0,
    );
  });
});
