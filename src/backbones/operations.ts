import type { Untrusted } from '../base';
import type { Constant, Operation, Padding, Pair, Shape } from './graph';

/** A node's operation and those of its inputs that are data, not parameters. */
export interface ParsedOperation {
  readonly operation: Operation;
  readonly inputs: readonly string[];
}

/**
 * Turns a TensorFlow node (op, attr, inputs) into what it computes. Operations that are not known here come
 * back as `other`; known ones with an attribute that is not understood are refused, never misread.
 * @throws BACKBONE_DAMAGED
 */
export function parseOperation(
  node: Untrusted,
  op: string,
  inputs: readonly string[],
  constants: ReadonlyMap<string, Constant>,
): ParsedOperation {
  const attributes = new Attributes(node.optional('attr'));
  const take = (least: number, most = least): readonly string[] => {
    if (inputs.length < least || inputs.length > most)
      throw node.fail(
        `${op} has ${inputs.length} inputs where ${least === most ? least : `${least} or more`} belong`,
      );
    return inputs;
  };
  const parameter = (i: number): readonly number[] => {
    const constant = constants.get(inputs[i] ?? '');
    if (constant?.kind !== 'int32')
      throw node.fail(`input ${i} of ${op} has to be a constant of whole numbers`);
    return [...constant.values];
  };
  const single = (i: number): number => {
    const [value, ...more] = parameter(i);
    if (value === undefined || more.length > 0) throw node.fail(`input ${i} of ${op} has to be one number`);
    return value;
  };

  switch (op) {
    case 'Placeholder':
      return { operation: { kind: 'input', shape: attributes.dimensions('shape') }, inputs: take(0) };
    case 'Conv2D':
    case 'DepthwiseConv2dNative':
      return { operation: convolution(node, attributes, op === 'DepthwiseConv2dNative'), inputs: take(2) };
    case 'BiasAdd':
      channelsLast(node, attributes);
      return { operation: { kind: 'biasAdd' }, inputs: take(2) };
    case 'Add':
    case 'AddV2':
      return { operation: { kind: 'add' }, inputs: take(2) };
    case 'Sub':
      return { operation: { kind: 'subtract' }, inputs: take(2) };
    case 'Mul':
      return { operation: { kind: 'multiply' }, inputs: take(2) };
    case 'MaxPool':
    case 'AvgPool':
      return { operation: pool(node, attributes, op === 'MaxPool'), inputs: take(1) };
    case 'LeakyRelu':
      return { operation: { kind: 'leakyRelu', slope: attributes.float('alpha') ?? 0.2 }, inputs: take(1) };
    case 'Sigmoid':
      return { operation: { kind: 'sigmoid' }, inputs: take(1) };
    case 'Tanh':
      return { operation: { kind: 'tanh' }, inputs: take(1) };
    case 'Relu':
      return { operation: { kind: 'relu' }, inputs: take(1) };
    case 'Relu6':
      return { operation: { kind: 'relu6' }, inputs: take(1) };
    case 'Softmax':
      return { operation: { kind: 'softmax' }, inputs: take(1) };
    case 'Identity':
      return { operation: { kind: 'identity' }, inputs: take(1) };
    case 'Mean':
      take(2);
      return {
        operation: { kind: 'mean', axes: parameter(1), keepDimensions: attributes.flag('keep_dims') },
        inputs: inputs.slice(0, 1),
      };
    case 'ConcatV2':
      take(2, 1000);
      // TensorFlow.js takes as many inputs as N says.
      if (attributes.integer('N') !== inputs.length - 1) throw node.fail('N is not the number of its inputs');
      return {
        operation: { kind: 'concatenate', axis: single(inputs.length - 1) },
        inputs: inputs.slice(0, -1),
      };
    case 'Reshape':
      take(2);
      return { operation: { kind: 'reshape', to: parameter(1) }, inputs: inputs.slice(0, 1) };
    case 'Pad': {
      take(2);
      const pairs = parameter(1);
      return {
        operation: {
          kind: 'pad',
          before: pairs.filter((_, i) => i % 2 === 0),
          after: pairs.filter((_, i) => i % 2 === 1),
        },
        inputs: inputs.slice(0, 1),
      };
    }
    case 'MatMul':
      return {
        operation: {
          kind: 'product',
          transposeA: attributes.flag('transpose_a'),
          transposeB: attributes.flag('transpose_b'),
        },
        inputs: take(2),
      };
    default:
      return { operation: { kind: 'other', name: op, attributes: attributes.canonical() }, inputs };
  }
}

function convolution(node: Untrusted, attributes: Attributes, depthwise: boolean): Operation {
  channelsLast(node, attributes);
  const padding = paddingOf(node, attributes);
  const strides = spatial(node, attributes.integers('strides'), 'strides');
  const dilations = spatial(node, attributes.integers('dilations') ?? [1, 1, 1, 1], 'dilations');
  return { kind: 'convolution', depthwise, strides, dilations, padding };
}

function pool(node: Untrusted, attributes: Attributes, largest: boolean): Operation {
  channelsLast(node, attributes);
  return {
    kind: 'pool',
    of: largest ? 'largest' : 'average',
    size: spatial(node, attributes.integers('ksize'), 'ksize'),
    strides: spatial(node, attributes.integers('strides'), 'strides'),
    padding: paddingOf(node, attributes),
  };
}

function paddingOf(node: Untrusted, attributes: Attributes): Padding {
  const padding = attributes.text('padding');
  if (padding !== 'SAME' && padding !== 'VALID') throw node.fail(`padding ${padding ?? ''} is not supported`);
  return padding;
}

function channelsLast(node: Untrusted, attributes: Attributes): void {
  const format = attributes.text('data_format') ?? 'NHWC';
  if (format !== 'NHWC') throw node.fail(`the layout ${format} is not supported`);
}

/** Height and width of a list over [n, h, w, c]. */
function spatial(node: Untrusted, list: Shape | undefined, name: string): Pair {
  const [n, height, width, c, ...more] = list ?? [];
  const whole = (x: number | undefined): x is number => x !== undefined && x >= 1 && x <= 1024;
  if (n !== 1 || c !== 1 || more.length > 0 || !whole(height) || !whole(width))
    throw node.fail(`${name} [${String(list)}] are not supported`);
  return [height, width];
}

/** A node's `attr` in protobuf's JSON form, where texts are base64 and 64-bit numbers are text. */
class Attributes {
  constructor(private readonly attr: Untrusted | undefined) {}

  text(name: string): string | undefined {
    const found = this.attr?.optional(name);
    return found && Buffer.from(found.field('s').name(), 'base64').toString('latin1');
  }

  flag(name: string): boolean {
    return this.attr?.optional(name)?.optional('b')?.boolean() ?? false;
  }

  float(name: string): number | undefined {
    return this.attr?.optional(name)?.field('f').finite();
  }

  integer(name: string): number | undefined {
    return this.attr
      ?.optional(name)
      ?.field('i')
      .int64(0, 2 ** 31 - 1);
  }

  integers(name: string): number[] | undefined {
    const list = this.attr?.optional(name)?.field('list').field('i');
    return list?.items(16).map((item) => item.int64(-(2 ** 31), 2 ** 31 - 1));
  }

  dimensions(name: string): number[] {
    const dimensions = this.attr?.optional(name)?.field('shape').field('dim').items(8);
    return (dimensions ?? []).map((dimension) => dimension.field('size').int64(-1, 2 ** 27));
  }

  /** The same text for the same attributes, whatever the order of the keys in the file. */
  canonical(): string {
    return this.attr === undefined ? '{}' : canonicalJson(this.attr, this.attr.value, 0);
  }
}

function canonicalJson(source: Untrusted, value: unknown, depth: number): string {
  if (depth > 32) throw source.fail('it is nested too deep');
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(source, item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(source, item, depth + 1)}`).join(',')}}`;
}
