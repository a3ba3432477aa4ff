import type { GraphBackbone, GraphNode } from '../../src/backbones';

/** Values [n, ...shape], row-major, channels last, in double precision. */
interface Tensor {
  shape: number[];
  values: number[];
}

/**
 * The network straight from TensorFlow's definitions, with plain loops: what the runtimes are compared with.
 * Knows the operations of the tests' tiny graphs.
 */
export function runNaively({ graph }: GraphBackbone, input: ArrayLike<number>, n: number): number[] {
  const known = new Map<string, Tensor>();
  for (const [name, { shape, values }] of graph.constants)
    known.set(name, { shape: [...shape], values: [...values] });
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => known.get(name) ?? { shape: [], values: [] });
    known.set(node.name, compute(node, inputs, input, n));
  }
  return known.get(graph.output)?.values ?? [];
}

/** Like `runNaively`, of pictures that are not normalised yet. */
export function runNaivelyOnPixels(backbone: GraphBackbone, pixels: Uint8Array, n: number): number[] {
  const { mean, deviation } = backbone.normalisation;
  return runNaively(
    backbone,
    Array.from(pixels, (pixel) => (pixel - mean) / deviation),
    n,
  );
}

function compute(
  { operation, name }: GraphNode,
  inputs: Tensor[],
  pictures: ArrayLike<number>,
  n: number,
): Tensor {
  const [a = { shape: [], values: [] }, b = { shape: [], values: [] }] = inputs;
  const map = (f: (value: number, i: number) => number): Tensor => ({
    shape: a.shape,
    values: a.values.map(f),
  });
  switch (operation.kind) {
    case 'input':
      return { shape: [n, ...operation.shape.slice(1)], values: Array.from(pictures) };
    case 'convolution':
      return convolve(a, b, operation);
    case 'biasAdd':
    case 'add':
      return spread(a, b, (x, y) => x + y);
    case 'subtract':
      return spread(a, b, (x, y) => x - y);
    case 'multiply':
      return spread(a, b, (x, y) => x * y);
    case 'leakyRelu':
      return map((value) => (value < 0 ? operation.slope * value : value));
    case 'sigmoid':
      return map((value) => 1 / (1 + Math.exp(-value)));
    case 'tanh':
      return map(Math.tanh);
    case 'pool':
      return pool(a, operation);
    case 'relu':
      return map((value) => Math.max(0, value));
    case 'relu6':
      return map((value) => Math.min(6, Math.max(0, value)));
    case 'softmax': {
      const size = a.shape.at(-1) ?? 1;
      return map((value, i) => {
        const row = a.values.slice(i - (i % size), i - (i % size) + size);
        return Math.exp(value) / row.reduce((sum, x) => sum + Math.exp(x), 0);
      });
    }
    case 'identity':
    case 'reshape': {
      const to = operation.kind === 'reshape' ? [n, ...operation.to.slice(1)] : a.shape;
      return { shape: to, values: a.values };
    }
    case 'mean': {
      const axes = operation.axes.map((axis) => (axis + a.shape.length) % a.shape.length);
      const kept = a.shape.map((size, i) => (axes.includes(i) ? 1 : size));
      const sum = build(kept, () => 0);
      each(a.shape, (at, i) => {
        const to = offset(
          kept,
          at.map((x, d) => (axes.includes(d) ? 0 : x)),
        );
        sum.values[to] = (sum.values[to] ?? 0) + (a.values[i] ?? 0);
      });
      const count = a.values.length / sum.values.length;
      const shape = operation.keepDimensions ? kept : kept.filter((_, i) => !axes.includes(i));
      return { shape, values: sum.values.map((value) => value / count) };
    }
    case 'concatenate': {
      const axis = (operation.axis + a.shape.length) % a.shape.length;
      const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
      return build(
        a.shape.map((size, i) => (i === axis ? total : size)),
        (at) => {
          let place = at[axis] ?? 0;
          for (const { shape, values } of inputs) {
            const size = shape[axis] ?? 0;
            if (place < size)
              return (
                values[
                  offset(
                    shape,
                    at.map((x, i) => (i === axis ? place : x)),
                  )
                ] ?? 0
              );
            place -= size;
          }
          return NaN;
        },
      );
    }
    case 'pad': {
      const { before, after } = operation;
      return build(
        a.shape.map((size, i) => size + (before[i] ?? 0) + (after[i] ?? 0)),
        (at) =>
          valueAt(
            a,
            at.map((x, i) => x - (before[i] ?? 0)),
          ),
      );
    }
    case 'product': {
      const columns = operation.transposeB ? b.shape[0] : b.shape[1];
      const inner = a.shape[1] ?? 0;
      return build([n, columns ?? 0], ([row = 0, column = 0]) => {
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += valueAt(a, [row, k]) * valueAt(b, operation.transposeB ? [column, k] : [k, column]);
        return sum;
      });
    }
    case 'other':
      throw new Error(`${name} is not known here`);
  }
}

/** NumPy's broadcasting: the sizes are compared from the last one on, and 1 is spread. */
function spread(a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = ({ shape, values }: Tensor): Tensor => ({
    shape: [...Array<number>(rank - shape.length).fill(1), ...shape],
    values,
  });
  const [left, right] = [padded(a), padded(b)];
  const shape = left.shape.map((size, i) => Math.max(size, right.shape[i] ?? 1));
  const from = (tensor: Tensor, at: number[]): number =>
    valueAt(
      tensor,
      at.map((x, i) => (tensor.shape[i] === 1 ? 0 : x)),
    );
  return build(shape, (at) => f(from(left, at), from(right, at)));
}

function pool(
  picture: Tensor,
  { of, size, strides, padding }: Extract<GraphNode['operation'], { kind: 'pool' }>,
): Tensor {
  const [n = 0, height = 0, width = 0, channels = 0] = picture.shape;
  const geometry = (whole: number, reach: number, stride: number): [number, number] => {
    if (padding === 'VALID') return [Math.floor((whole - reach) / stride) + 1, 0];
    const total = whole % stride === 0 ? Math.max(reach - stride, 0) : Math.max(reach - (whole % stride), 0);
    return [Math.ceil(whole / stride), Math.floor(total / 2)];
  };
  const [rows, top] = geometry(height, size[0], strides[0]);
  const [columns, left] = geometry(width, size[1], strides[1]);
  return build([n, rows, columns, channels], ([image = 0, row = 0, column = 0, channel = 0]) => {
    const values: number[] = [];
    for (let y = row * strides[0] - top; y < row * strides[0] - top + size[0]; y++)
      for (let x = column * strides[1] - left; x < column * strides[1] - left + size[1]; x++)
        if (y >= 0 && y < height && x >= 0 && x < width)
          values.push(picture.values[offset(picture.shape, [image, y, x, channel])] ?? NaN);
    const sum = values.reduce((total, value) => total + value, 0);
    return of === 'largest' ? Math.max(...values) : sum / values.length;
  });
}

function convolve(
  picture: Tensor,
  filter: Tensor,
  operation: Extract<GraphNode['operation'], { kind: 'convolution' }>,
): Tensor {
  const [n = 0, height = 0, width = 0, channels = 0] = picture.shape;
  const [kernelHeight = 0, kernelWidth = 0, , last = 0] = filter.shape;
  const { strides, dilations, depthwise } = operation;
  // The two-case wording of TensorFlow's "Notes on padding", not the closed form of the code under test.
  const geometry = (size: number, kernel: number, stride: number, dilation: number): [number, number] => {
    const reach = (kernel - 1) * dilation + 1;
    if (operation.padding === 'VALID') return [Math.floor((size - reach) / stride) + 1, 0];
    const total = size % stride === 0 ? Math.max(reach - stride, 0) : Math.max(reach - (size % stride), 0);
    return [Math.ceil(size / stride), Math.floor(total / 2)];
  };
  const [rows, top] = geometry(height, kernelHeight, strides[0], dilations[0]);
  const [columns, left] = geometry(width, kernelWidth, strides[1], dilations[1]);
  return build(
    [n, rows, columns, depthwise ? channels * last : last],
    ([image = 0, row = 0, column = 0, out = 0]) => {
      let sum = 0;
      for (let y = 0; y < kernelHeight; y++)
        for (let x = 0; x < kernelWidth; x++) {
          const at = [
            image,
            row * strides[0] - top + y * dilations[0],
            column * strides[1] - left + x * dilations[1],
          ];
          if (depthwise) {
            const channel = Math.floor(out / last);
            sum += valueAt(picture, [...at, channel]) * valueAt(filter, [y, x, channel, out % last]);
          } else {
            for (let channel = 0; channel < channels; channel++)
              sum += valueAt(picture, [...at, channel]) * valueAt(filter, [y, x, channel, out]);
          }
        }
      return sum;
    },
  );
}

function offset(shape: number[], at: number[]): number {
  return at.reduce((sum, x, i) => sum * (shape[i] ?? 0) + x, 0);
}

/** Zero outside. */
function valueAt({ shape, values }: Tensor, at: number[]): number {
  return at.some((x, i) => x < 0 || x >= (shape[i] ?? 0)) ? 0 : (values[offset(shape, at)] ?? 0);
}

function each(shape: number[], visit: (at: number[], i: number) => void): void {
  const count = shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < count; i++) {
    let left = i;
    const at = [...shape].reverse().map((size) => {
      const x = left % size;
      left = (left - x) / size;
      return x;
    });
    visit(at.reverse(), i);
  }
}

function build(shape: number[], value: (at: number[]) => number): Tensor {
  const values: number[] = [];
  each(shape, (at) => values.push(value(at)));
  return { shape, values };
}

/** ||a - b|| / ||b|| */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  if (a.length !== b.length) throw new RangeError(`${a.length} values cannot be compared with ${b.length}`);
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    norm += (b[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-12);
}
