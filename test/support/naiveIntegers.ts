import type { ActivationRanges, EmbeddedBackbone, Graph, GraphNode, Range } from '../../src/backbones';

/** uint8 values [n, h, w, c] with their scale and zero point. */
interface Integers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly scale: number;
  readonly zero: number;
}

/** What the weights of a convolution became, in TensorFlow's order, and its bias in units of both scales. */
export interface IntegerConvolution {
  readonly filter: readonly number[];
  readonly scales: readonly number[];
  readonly bias: readonly number[];
}

/**
 * A network of blocks with eight bits, in plain integer loops: 32-bit sums, one float32 multiplication, half to even.
 * Knows what `tinyBlocks` is made of. `weightsOf` gives the integers of a convolution.
 */
export function runIntegers(
  { graph, ranges }: EmbeddedBackbone & { readonly ranges: ActivationRanges },
  input: Float32Array,
  n: number,
  weightsOf: (convolution: GraphNode, inputScale: number) => IntegerConvolution,
): number[] {
  const known = new Map<string, Integers>();
  const means = new Map<string, number[]>();
  const sums = new Map<string, { shape: number[]; sums: number[]; factors: number[] }>();
  const get = <T>(map: ReadonlyMap<string, T>, name = ''): T => {
    const found = map.get(name);
    if (found === undefined) throw new Error(`${name} has not been computed`);
    return found;
  };
  let joined: number[] = [];
  for (const node of graph.nodes) {
    const { name, operation, inputs } = node;
    const range = ranges.get(name);
    switch (operation.kind) {
      case 'input':
        known.set(name, stored([...input], [n, ...operation.shape.slice(1)], range));
        break;
      case 'convolution': {
        const picture = get(known, inputs[0]);
        const weights = weightsOf(node, picture.scale);
        const { shape, values } = convolve(picture, weights.filter, filterShape(graph, node), operation);
        sums.set(name, {
          shape,
          sums: values,
          factors: weights.scales.map((s) => fround(s * picture.scale)),
        });
        break;
      }
      case 'biasAdd': {
        const before = get(sums, inputs[0]);
        const convolution = graph.nodes.find((other) => other.name === inputs[0]);
        const picture = get(known, convolution?.inputs[0]);
        const { bias } = weightsOf(convolution ?? node, picture.scale);
        const after = before.sums.map((value, i) => value + (bias[i % bias.length] ?? 0));
        sums.set(name, { ...before, sums: after });
        if (range) known.set(name, requantised({ ...before, sums: after }, range));
        break;
      }
      case 'relu6':
        known.set(name, requantised(get(sums, inputs[0]), range));
        break;
      case 'add': {
        const [a, b] = [get(known, inputs[0]), get(known, inputs[1])];
        const total = realOf(a).map((value, i) => fround(value + (realOf(b)[i] ?? 0)));
        known.set(name, stored(total, a.shape, range));
        break;
      }
      case 'mean':
        means.set(name, meansOf(get(known, inputs[0])));
        break;
      case 'concatenate': {
        const parts = inputs.map((part) => get(means, part));
        joined = Array.from({ length: n }, (_, i) =>
          parts.flatMap((part) => part.slice((i * part.length) / n, ((i + 1) * part.length) / n)),
        ).flat();
        break;
      }
      default:
        throw new Error(`${operation.kind} is not known here`);
    }
  }
  return joined;
}

const { fround } = Math;

/** Zero is in every range. */
function scaleOf(range: Range | undefined): { scale: number; zero: number } {
  if (range === undefined) throw new Error('a range is missing');
  const least = Math.min(0, range.least);
  const scale = fround((Math.max(0, range.most) - least) / 255);
  return { scale, zero: evenly(-least / scale) };
}

function evenly(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

function byte(value: number): number {
  return Math.min(255, Math.max(0, value));
}

function stored(values: readonly number[], shape: readonly number[], range: Range | undefined): Integers {
  const { scale, zero } = scaleOf(range);
  return { shape, scale, zero, values: values.map((value) => byte(evenly(fround(value / scale)) + zero)) };
}

function realOf({ values, scale, zero }: Integers): number[] {
  return values.map((value) => fround((value - zero) * scale));
}

function requantised(
  { shape, sums, factors }: { shape: number[]; sums: number[]; factors: number[] },
  range: Range | undefined,
): Integers {
  const { scale, zero } = scaleOf(range);
  const values = sums.map((sum, i) =>
    byte(evenly(fround(fround(sum) * fround((factors[i % factors.length] ?? 0) / scale))) + zero),
  );
  return { shape, values, scale, zero };
}

function filterShape({ constants }: Graph, { inputs }: GraphNode): readonly number[] {
  return constants.get(inputs[1] ?? '')?.shape ?? [];
}

function convolve(
  picture: Integers,
  filter: readonly number[],
  [kernelHeight = 0, kernelWidth = 0, , last = 0]: readonly number[],
  { strides, depthwise }: Extract<GraphNode['operation'], { kind: 'convolution' }>,
): { shape: number[]; values: number[] } {
  const [n = 0, height = 0, width = 0, channels = 0] = picture.shape;
  const rows = Math.ceil(height / strides[0]);
  const columns = Math.ceil(width / strides[1]);
  const before = (size: number, kernel: number, stride: number): number =>
    Math.floor(Math.max((size % stride === 0 ? kernel - stride : kernel - (size % stride)) / 2, 0));
  const top = before(height, kernelHeight, strides[0]);
  const left = before(width, kernelWidth, strides[1]);
  const out = depthwise ? channels * last : last;
  const values: number[] = [];
  for (let image = 0; image < n; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let to = 0; to < out; to++) {
          let sum = 0;
          for (let y = 0; y < kernelHeight; y++)
            for (let x = 0; x < kernelWidth; x++) {
              const [py, px] = [row * strides[0] - top + y, column * strides[1] - left + x];
              if (py < 0 || py >= height || px < 0 || px >= width) continue;
              for (let from = 0; from < channels; from++) {
                if (depthwise && from !== Math.floor(to / last)) continue;
                const value = picture.values[((image * height + py) * width + px) * channels + from] ?? 0;
                const place = ((y * kernelWidth + x) * channels + from) * last + (depthwise ? to % last : to);
                sum += (value - picture.zero) * (filter[place] ?? 0);
              }
            }
          values.push(sum);
        }
  return { shape: [n, rows, columns, out], values };
}

function meansOf(integers: Integers): number[] {
  const [n = 0, height = 0, width = 0, channels = 0] = integers.shape;
  const real = realOf(integers);
  return Array.from({ length: n * channels }, (_, i) => {
    const [image, channel] = [Math.floor(i / channels), i % channels];
    let sum = 0;
    for (let place = 0; place < height * width; place++)
      sum += real[(image * height * width + place) * channels + channel] ?? 0;
    return sum / (height * width);
  });
}
