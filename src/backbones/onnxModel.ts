import { onnx } from 'onnx-proto';
import type { Shape } from './graph';

/** A whole number, a list of them, or a real number. */
type Attribute = number | readonly number[] | { readonly float: number };

/** A value's name with its shape; -1 is a dimension left open. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
  /** Absent: float32. */
  readonly type?: 'float32' | 'float64' | 'uint8';
}

/** Of the ONNX format and of its operators (github.com/onnx/onnx, docs/Versioning.md): ONNX 1.8, which all runtimes of today read. */
const irVersion = 7;
const opset = 13;

/** ONNX's number of the type: what a Cast is told. */
export const float32: number = onnx.TensorProto.DataType.FLOAT;

/** Collects the nodes and constants of an ONNX model (onnx.proto) and writes it. Nodes go in after their inputs. */
export class OnnxModel {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants: onnx.ITensorProto[] = [];

  /** Adds a node of ONNX's default domain. Returns `output`. */
  node(
    opType: string,
    input: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const { INT, INTS, FLOAT } = onnx.AttributeProto.AttributeType;
    this.nodes.push({
      opType,
      name: output,
      input: [...input],
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) =>
        typeof value === 'number'
          ? { name, type: INT, i: value }
          : 'float' in value
            ? { name, type: FLOAT, f: value.float }
            : { name, type: INTS, ints: [...value] },
      ),
    });
    return output;
  }

  /** Adds a float32 constant; returns `name`. */
  floats(name: string, dims: Shape, values: Float32Array): string {
    return this.constant(name, dims, onnx.TensorProto.DataType.FLOAT, values);
  }

  /** Adds a list of 64-bit whole numbers; returns `name`. */
  integers(name: string, values: readonly number[]): string {
    const wide = BigInt64Array.from(values, BigInt);
    return this.constant(name, [values.length], onnx.TensorProto.DataType.INT64, wide);
  }

  /** Adds a constant of 8- or 32-bit whole numbers; returns `name`. */
  small(name: string, dims: Shape, values: Uint8Array | Int8Array | Int32Array): string {
    const { UINT8, INT8, INT32 } = onnx.TensorProto.DataType;
    const type = values instanceof Uint8Array ? UINT8 : values instanceof Int8Array ? INT8 : INT32;
    return this.constant(name, dims, type, values);
  }

  private constant(
    name: string,
    dims: Shape,
    dataType: number,
    values: Float32Array | BigInt64Array | Uint8Array | Int8Array | Int32Array,
  ): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.constants.push({ name, dims: [...dims], dataType, rawData });
    return name;
  }

  /** The bytes of the model. */
  encode(name: string, inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): Uint8Array {
    return onnx.ModelProto.encode({
      irVersion,
      producerName: 'retrain-classifier',
      opsetImport: [{ domain: '', version: opset }],
      graph: {
        name,
        node: this.nodes,
        initializer: this.constants,
        input: inputs.map(valueInfo),
        output: outputs.map(valueInfo),
      },
    }).finish();
  }
}

function valueInfo({ name, shape, type = 'float32' }: OnnxValue): onnx.IValueInfoProto {
  const { FLOAT, DOUBLE, UINT8 } = onnx.TensorProto.DataType;
  const elemType = { float32: FLOAT, float64: DOUBLE, uint8: UINT8 }[type];
  const dim = shape.map((size, i) => (size === -1 ? { dimParam: `${name}_${i}` } : { dimValue: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
