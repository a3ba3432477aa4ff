/** The size of each dimension; -1 is the batch, only ever the first. */
export type Shape = readonly number[];

/** Weights, axes and the like: row-major values, checked against their shape. */
export type Constant =
  | { readonly kind: 'float32'; readonly shape: Shape; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: 'int32'; readonly shape: Shape; readonly values: Int32Array<ArrayBuffer> };

export type Padding = 'SAME' | 'VALID';
/** Height and width. */
export type Pair = readonly [number, number];

/**
 * What a node computes, with TensorFlow's meaning and NHWC layout. `inputs` are names of nodes or constants.
 * `other` stands for the operations this room does not know: TensorFlow may run them, `toOnnx` refuses them.
 */
export type Operation =
  /** [-1, H, W, 3] */
  | { readonly kind: 'input'; readonly shape: Shape }
  | {
      readonly kind: 'convolution';
      /** Filter [h, w, in, out]; depthwise [h, w, in, multiplier]. */
      readonly depthwise: boolean;
      readonly strides: Pair;
      readonly dilations: Pair;
      readonly padding: Padding;
    }
  | { readonly kind: 'biasAdd' }
  | { readonly kind: 'add' }
  | { readonly kind: 'subtract' }
  | { readonly kind: 'multiply' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'relu6' }
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  | { readonly kind: 'sigmoid' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'softmax' }
  | { readonly kind: 'identity' }
  | { readonly kind: 'mean'; readonly axes: readonly number[]; readonly keepDimensions: boolean }
  /** An average counts what is there, never the zeros of a padding. */
  | {
      readonly kind: 'pool';
      readonly of: 'largest' | 'average';
      readonly size: Pair;
      readonly strides: Pair;
      readonly padding: Padding;
    }
  | { readonly kind: 'concatenate'; readonly axis: number }
  | { readonly kind: 'reshape'; readonly to: Shape }
  | { readonly kind: 'pad'; readonly before: readonly number[]; readonly after: readonly number[] }
  | { readonly kind: 'product'; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly kind: 'other'; readonly name: string; readonly attributes: string };

export interface GraphNode {
  readonly name: string;
  readonly operation: Operation;
  readonly inputs: readonly string[];
  /** Undefined below an operation of kind `other`. */
  readonly shape: Shape | undefined;
}

/** One checked node of the file, as TensorFlow.js reads it. */
export interface TopologyNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: object;
}

/** A network with one input [-1, H, W, 3] and one output [-1, D], its weights in it. */
export interface Graph {
  /** The file it was read from, shown in errors. */
  readonly path: string;
  /** In an order in which every node comes after its inputs. */
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** Names of nodes. */
  readonly input: string;
  readonly output: string;
  readonly topology: readonly TopologyNode[];
}
