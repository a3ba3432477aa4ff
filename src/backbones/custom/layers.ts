import type { Untrusted } from '../../base';
import type { Constant, Operation, Padding, Pair } from '../graph';
import { batchNormalisation } from './batchNormalisation';
import type { NetworkBuilder } from './network';

type Floats = Extract<Constant, { kind: 'float32' }>;

/** One call of a layer of Keras, with all that it is given. */
export interface LayerCall {
  readonly kind: string;
  readonly name: string;
  readonly config: Untrusted;
  /** What it is computed of: names of nodes. */
  readonly inputs: readonly string[];
  /** The weight that the layer calls so, or undefined. */
  readonly weight: (name: string) => Floats | undefined;
}

/**
 * Adds what a layer of Keras computes, as TensorFlow.js reads it (tfjs-layers 4.22). Returns the name of its values,
 * or undefined where the layer, or something it is set to, is not known.
 */
export function addLayer(builder: NetworkBuilder, call: LayerCall): string | undefined {
  const { kind, name, config, inputs } = call;
  const [input = ''] = inputs;
  const channelsFirst = config.optional('data_format')?.value === 'channels_first';
  if (channelsFirst) return undefined;
  switch (kind) {
    case 'Dropout':
    case 'SpatialDropout2D':
    case 'GaussianNoise':
    case 'GaussianDropout':
    case 'AlphaDropout':
    case 'ActivityRegularization':
      return input;
    case 'Conv2D':
    case 'DepthwiseConv2D':
    case 'SeparableConv2D':
      return convolution(builder, call, input);
    case 'Dense':
      return dense(builder, call, input);
    case 'BatchNormalization':
      return normalisation(builder, call, input);
    case 'Activation':
      return activation(builder, name, config.field('activation').value, input);
    case 'ReLU':
      return rectifier(builder, name, config, input);
    case 'LeakyReLU': {
      const slope = config.optional('alpha')?.finite() ?? 0.3;
      return builder.add(name, { kind: 'leakyRelu', slope }, [input]);
    }
    case 'Softmax':
      return builder.add(name, { kind: 'softmax' }, [input]);
    case 'Add':
    case 'Multiply':
      return inputs
        .slice(1)
        .reduce(
          (sum, other, i) =>
            builder.add(
              i === inputs.length - 2 ? name : `${name}/${i}`,
              { kind: kind === 'Add' ? 'add' : 'multiply' },
              [sum, other],
            ),
          input,
        );
    case 'Subtract':
      return builder.add(name, { kind: 'subtract' }, inputs);
    case 'Concatenate': {
      const axis = config.optional('axis')?.integer(-4, 4) ?? -1;
      return builder.add(name, { kind: 'concatenate', axis }, inputs);
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const size = pair(config, 'pool_size') ?? [2, 2];
      const operation: Operation = {
        kind: 'pool',
        of: kind === 'MaxPooling2D' ? 'largest' : 'average',
        size,
        strides: pair(config, 'strides') ?? size,
        padding: padding(config),
      };
      return builder.add(name, operation, [input]);
    }
    case 'GlobalAveragePooling2D': {
      const keepDimensions = config.optional('keepdims')?.value === true;
      return builder.add(name, { kind: 'mean', axes: [1, 2], keepDimensions }, [input]);
    }
    case 'GlobalMaxPooling2D': {
      const [, height = 1, width = 1, channels = 1] = builder.shapeOf(input) ?? [];
      const all: Pair = [height, width];
      const largest: Operation = { kind: 'pool', of: 'largest', size: all, strides: all, padding: 'VALID' };
      const pooled = builder.add(`${name}/largest`, largest, [input]);
      return builder.add(name, { kind: 'reshape', to: [-1, channels] }, [pooled]);
    }
    case 'Flatten':
    case 'Reshape': {
      const values = (builder.shapeOf(input) ?? []).slice(1).reduce((a, b) => a * b, 1);
      const to = kind === 'Flatten' ? [values] : target(config, values);
      return builder.add(name, { kind: 'reshape', to: [-1, ...to] }, [input]);
    }
    case 'ZeroPadding2D': {
      const [[top, bottom], [left, right]] = sides(config);
      const [before, after] = [
        [0, top, left, 0],
        [0, bottom, right, 0],
      ];
      return builder.add(name, { kind: 'pad', before, after }, [input]);
    }
    case 'Rescaling': {
      const [scale, offset] = ['scale', 'offset'].map((key) =>
        builder.floats(`${name}/${key}`, [], Float32Array.of(config.optional(key)?.finite() ?? 0)),
      );
      const scaled = builder.add(`${name}/scaled`, { kind: 'multiply' }, [input, scale ?? '']);
      return builder.add(name, { kind: 'add' }, [scaled, offset ?? '']);
    }
    default:
      return undefined;
  }
}

/** Filters, then the bias, then the activation; the last of them has the layer's name. */
function convolution(builder: NetworkBuilder, call: LayerCall, input: string): string | undefined {
  const { kind, name, config, weight } = call;
  const depthwise = weight('depthwise_kernel');
  const full = weight(kind === 'SeparableConv2D' ? 'pointwise_kernel' : 'kernel');
  const geometry = {
    strides: pair(config, 'strides') ?? ([1, 1] as const),
    dilations: pair(config, 'dilation_rate') ?? ([1, 1] as const),
    padding: padding(config),
  };
  const filters = [
    ...(kind === 'Conv2D' ? [] : [{ weights: depthwise, depthwise: true, ...geometry }]),
    ...(kind === 'Conv2D' ? [{ weights: full, depthwise: false, ...geometry }] : []),
    ...(kind === 'SeparableConv2D'
      ? [
          {
            weights: full,
            depthwise: false,
            strides: [1, 1] as const,
            dilations: [1, 1] as const,
            padding: 'VALID' as const,
          },
        ]
      : []),
  ];
  let values = input;
  for (const { weights, ...operation } of filters) {
    if (weights === undefined) return undefined;
    const part = operation.depthwise ? 'depthwise' : 'convolution';
    const filter = builder.floats(`${name}/${part}/filter`, weights.shape, weights.values);
    values = builder.add(`${name}/${part}`, { kind: 'convolution', ...operation }, [values, filter]);
  }
  return finish(builder, call, values);
}

function dense(builder: NetworkBuilder, call: LayerCall, input: string): string | undefined {
  const kernel = call.weight('kernel');
  if (kernel === undefined) return undefined;
  const matrix = builder.floats(`${call.name}/matrix`, kernel.shape, kernel.values);
  const product = { kind: 'product', transposeA: false, transposeB: false } as const;
  return finish(builder, call, builder.add(`${call.name}/product`, product, [input, matrix]));
}

/** The bias and the activation of a layer. Where it has neither, its values get its name. */
function finish(
  builder: NetworkBuilder,
  { name, config, weight }: LayerCall,
  values: string,
): string | undefined {
  let result = values;
  if (config.optional('use_bias')?.value !== false) {
    const bias = weight('bias');
    if (bias === undefined) return undefined;
    const constant = builder.floats(`${name}/bias`, bias.shape, bias.values);
    result = builder.add(`${name}/biased`, { kind: 'biasAdd' }, [result, constant]);
  }
  return activation(builder, name, config.optional('activation')?.value ?? 'linear', result);
}

function normalisation(builder: NetworkBuilder, call: LayerCall, input: string): string | undefined {
  const { name, config, weight } = call;
  const axis = config.optional('axis')?.value ?? -1;
  const last = (builder.shapeOf(input)?.length ?? 0) - 1;
  const [mean, variance] = [weight('moving_mean'), weight('moving_variance')];
  if ((axis !== -1 && axis !== last) || mean === undefined || variance === undefined) return undefined;
  return batchNormalisation(builder, name, input, {
    gamma: weight('gamma'),
    beta: weight('beta'),
    mean,
    variance,
    epsilon: config.optional('epsilon')?.finite() ?? 1e-3,
  });
}

function activation(builder: NetworkBuilder, name: string, kind: unknown, input: string): string | undefined {
  switch (kind) {
    case 'linear':
      return builder.add(name, { kind: 'identity' }, [input]);
    case 'relu':
    case 'relu6':
    case 'sigmoid':
    case 'tanh':
    case 'softmax':
      return builder.add(name, { kind }, [input]);
    case 'swish':
    case 'silu':
      return builder.add(name, { kind: 'multiply' }, [
        input,
        builder.add(`${name}/sigmoid`, { kind: 'sigmoid' }, [input]),
      ]);
    default:
      return undefined;
  }
}

function rectifier(
  builder: NetworkBuilder,
  name: string,
  config: Untrusted,
  input: string,
): string | undefined {
  const number = (key: string): number => {
    const value = config.optional(key)?.value ?? 0;
    return typeof value === 'number' ? value : NaN;
  };
  const most = config.optional('max_value')?.value ?? null;
  const slope = number('negative_slope');
  if (number('threshold') !== 0) return undefined;
  if (most === 6 && slope === 0) return builder.add(name, { kind: 'relu6' }, [input]);
  if (most !== null) return undefined;
  return builder.add(name, slope === 0 ? { kind: 'relu' } : { kind: 'leakyRelu', slope }, [input]);
}

function padding(config: Untrusted): Padding {
  const said = config.optional('padding');
  if (said === undefined || said.value === 'valid') return 'VALID';
  said.is('same');
  return 'SAME';
}

/** Two numbers, or one for both; undefined where it is left out or null. */
function pair(config: Untrusted, key: string): Pair | undefined {
  const said = config.optional(key);
  if (said === undefined || said.value === null) return undefined;
  if (typeof said.value === 'number') {
    const both = said.integer(1, 1024);
    return [both, both];
  }
  const [height, width = height] = said.items(2).map((size) => size.integer(1, 1024));
  return height === undefined || width === undefined ? undefined : [height, width];
}

function sides(config: Untrusted): readonly [readonly [number, number], readonly [number, number]] {
  const said = config.field('padding');
  const side = (value: Untrusted | undefined): readonly [number, number] => {
    if (value === undefined) return [0, 0];
    if (typeof value.value === 'number') {
      const both = value.integer(0, 4096);
      return [both, both];
    }
    const [before = 0, after = 0] = value.items(2).map((size) => size.integer(0, 4096));
    return [before, after];
  };
  if (typeof said.value === 'number') return [side(said), side(said)];
  const [rows, columns] = said.items(2);
  return [side(rows), side(columns)];
}

function target(config: Untrusted, values: number): number[] {
  const to = config
    .field('target_shape')
    .items(8)
    .map((size) => size.integer(-1, 2 ** 27));
  const known = to.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
  return to.map((size) => (size === -1 ? values / known : size));
}
