import type { Constant, Operation, Padding, Pair, Shape } from './graph';

/** An input of a node: its shape, and its values where it is a constant. */
export interface Operand {
  readonly shape: Shape;
  readonly constant: Constant | undefined;
}

/** Of one image's values in one node: 512 MB as float32. */
const maxValues = 2 ** 27;

/**
 * The static shape of what a node computes.
 * @throws Error with the reason where the inputs do not fit the operation, or each other
 */
export function inferShape(operation: Operation, operands: readonly Operand[]): Shape {
  const shape = shapeOf(operation, operands);
  if (shape[0] !== -1) throw new Error('it does not keep the batch as its first dimension');
  if (!shape.slice(1).every((size) => Number.isSafeInteger(size) && size >= 1))
    throw new Error(`its shape would be [${shape.join(', ')}]`);
  if (shape.slice(1).reduce((a, b) => a * b, 1) > maxValues)
    throw new Error(`it has more than ${maxValues} values an image`);
  return shape;
}

function shapeOf(operation: Operation, operands: readonly Operand[]): Shape {
  if (operation.kind === 'input') return pictures(operation.shape);
  const [first, second] = operands;
  if (first === undefined) throw new Error('it has no input');
  const shape = first.shape;
  if (operation.kind === 'add' || operation.kind === 'subtract' || operation.kind === 'multiply')
    return broadcast(first, operandOf(second));
  if (first.constant !== undefined) throw new Error('its input is a constant');
  switch (operation.kind) {
    case 'relu':
    case 'relu6':
    case 'leakyRelu':
    case 'sigmoid':
    case 'tanh':
    case 'softmax':
    case 'identity':
      return shape;
    case 'biasAdd': {
      const bias = floatsOf(operandOf(second));
      if (bias.shape.length !== 1 || bias.shape[0] !== shape.at(-1))
        throw new Error('its bias does not fit its input');
      return shape;
    }
    case 'convolution':
      return convolved(shape, floatsOf(operandOf(second)).shape, operation);
    case 'pool': {
      const { size, strides, padding } = operation;
      const [batch, height, width, channels] = pictureOf(shape);
      const rows = window(height, size[0], strides[0], 1, padding).size;
      return [batch, rows, window(width, size[1], strides[1], 1, padding).size, channels];
    }
    case 'mean': {
      const axes = new Set(operation.axes.map((axis) => axisOf(axis, shape)));
      if (operation.keepDimensions) return shape.map((size, i) => (axes.has(i) ? 1 : size));
      return shape.filter((_, i) => !axes.has(i));
    }
    case 'concatenate':
      return concatenated(operands, axisOf(operation.axis, shape));
    case 'reshape': {
      const [batch, ...to] = operation.to;
      if (batch !== -1 || product(to) !== product(shape.slice(1)))
        throw new Error('its new shape does not fit its input');
      return operation.to;
    }
    case 'pad': {
      const { before, after } = operation;
      const fits = before.length === shape.length && after.length === shape.length;
      const all = [...before, ...after];
      if (!fits || before[0] !== 0 || after[0] !== 0 || all.some((n) => n < 0 || n > 4096))
        throw new Error('its padding does not fit its input');
      return shape.map((size, i) => size + (before[i] ?? 0) + (after[i] ?? 0));
    }
    case 'product': {
      const right = floatsOf(operandOf(second)).shape;
      const [rows, columns] = operation.transposeB ? [right[1], right[0]] : [right[0], right[1]];
      if (
        operation.transposeA ||
        shape.length !== 2 ||
        right.length !== 2 ||
        columns === undefined ||
        shape[1] !== rows
      )
        throw new Error('its matrices do not fit each other');
      return [-1, columns];
    }
    case 'other':
      throw new Error('it has no static shape');
  }
}

function pictures(shape: Shape): Shape {
  if (shape.length !== 4 || shape[3] !== 3) throw new Error('its shape has to be [-1, height, width, 3]');
  return shape;
}

function operandOf(operand: Operand | undefined): Operand {
  if (operand === undefined) throw new Error('an input is missing');
  return operand;
}

function floatsOf(operand: Operand): Constant {
  if (operand.constant?.kind !== 'float32') throw new Error('its weights have to be a constant of float32');
  return operand.constant;
}

function product(sizes: Shape): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** The axis counted from the front; never the batch. */
export function axisOf(axis: number, shape: Shape): number {
  const counted = axis < 0 ? axis + shape.length : axis;
  if (counted < 1 || counted >= shape.length) throw new Error(`its axis ${axis} does not fit its input`);
  return counted;
}

/**
 * NumPy's rule (numpy.org, "Broadcasting"): a size of 1 is spread. A constant may have fewer dimensions, and none may
 * be larger than what it is spread over: what is computed keeps the shape of an input that is no constant.
 */
function broadcast(a: Operand, b: Operand): Shape {
  const computed = [a, b].filter(({ constant }) => constant === undefined);
  const [first, second = first] = computed.map(({ shape }) => shape);
  if (
    first === undefined ||
    second === undefined ||
    [a, b].some(({ constant }) => constant?.kind === 'int32')
  )
    throw new Error('its inputs cannot be joined');
  const whole = first.map((size, i) => (size === 1 ? (second[i] ?? 1) : size));
  for (const { shape, constant } of [a, b]) {
    const offset = whole.length - shape.length;
    const fits = shape.every((size, i) => size === whole[offset + i] || size === 1);
    if (offset < 0 || (constant === undefined && offset !== 0) || !fits)
      throw new Error('its inputs do not fit each other');
  }
  return whole;
}

function concatenated(operands: readonly Operand[], axis: number): Shape {
  const [first, ...others] = operands.map((operand) => operand.shape);
  if (first === undefined || operands.some((operand) => operand.constant !== undefined))
    throw new Error('its inputs cannot be joined');
  for (const other of others)
    if (other.length !== first.length || other.some((size, i) => i !== axis && size !== first[i]))
      throw new Error('its inputs do not fit each other');
  const sum = operands.reduce((total, operand) => total + (operand.shape[axis] ?? 0), 0);
  return first.map((size, i) => (i === axis ? sum : size));
}

interface Geometry {
  readonly depthwise: boolean;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
}

/** The shape of pictures: [n, h, w, c]. */
function pictureOf([batch, height, width, channels, ...more]: Shape): [number, number, number, number] {
  if (
    batch === undefined ||
    height === undefined ||
    width === undefined ||
    channels === undefined ||
    more.length > 0
  )
    throw new Error('its input is no picture');
  return [batch, height, width, channels];
}

function convolved(input: Shape, filter: Shape, geometry: Geometry): Shape {
  const [batch, height, width, channels] = pictureOf(input);
  const [kernelHeight, kernelWidth, filterChannels, last, ...rest] = filter;
  if (
    kernelHeight === undefined ||
    kernelWidth === undefined ||
    last === undefined ||
    rest.length > 0 ||
    filterChannels !== channels
  )
    throw new Error('its filter does not fit its input');
  return [
    batch,
    window(height, kernelHeight, geometry.strides[0], geometry.dilations[0], geometry.padding).size,
    window(width, kernelWidth, geometry.strides[1], geometry.dilations[1], geometry.padding).size,
    geometry.depthwise ? channels * last : last,
  ];
}

/**
 * How a window of `kernel` steps over `size` values: the number of its places, and the zeros before and after.
 * TensorFlow's rule for SAME (tensorflow.org, "Notes on padding" of tf.nn): as many places as steps, the smaller
 * half of the zeros first.
 */
export function window(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: Padding,
): { readonly size: number; readonly before: number; readonly after: number } {
  const reach = (kernel - 1) * dilation + 1;
  if (padding === 'VALID') return { size: Math.ceil((size - reach + 1) / stride), before: 0, after: 0 };
  const places = Math.ceil(size / stride);
  const total = Math.max((places - 1) * stride + reach - size, 0);
  const before = Math.floor(total / 2);
  return { size: places, before, after: total - before };
}
