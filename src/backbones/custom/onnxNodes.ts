import { onnx } from 'onnx-proto';
import type { Shape } from '../graph';
import { usedBy } from './onnxFile';

const { DataType } = onnx.TensorProto;

export type OnnxNode = onnx.INodeProto;

/** Real numbers of a model, row-major. */
export interface OnnxFloats {
  readonly dims: Shape;
  readonly values: Float32Array;
}

/** A graph of an ONNX model, to be asked what its values are and who uses them. */
export class OnnxValues {
  private readonly constants = new Map<string, onnx.ITensorProto>();
  private readonly users = new Map<string, OnnxNode[]>();
  private readonly makers = new Map<string, OnnxNode>();
  private readonly outputs: ReadonlySet<string>;

  constructor({ node: nodes, initializer, output }: onnx.IGraphProto) {
    for (const tensor of initializer ?? []) this.constants.set(tensor.name ?? '', tensor);
    for (const node of nodes ?? []) {
      for (const name of new Set(usedBy(node))) {
        const users = this.users.get(name);
        if (users) users.push(node);
        else this.users.set(name, [node]);
      }
      for (const name of node.output ?? []) this.makers.set(name, node);
      const [made = ''] = node.output ?? [];
      const constant = isPlain(node, 'Constant')
        ? attributeOf(node, 'value')?.t
        : isPlain(node, 'Identity') && this.constants.get(node.input?.[0] ?? '');
      if (constant) this.constants.set(made, constant);
    }
    this.outputs = new Set(output?.map(({ name }) => name ?? ''));
  }

  isConstant(name: string): boolean {
    return this.constants.has(name);
  }

  /** The node that computes `name`. */
  maker(name: string): OnnxNode | undefined {
    return this.makers.get(name);
  }

  /** The one node that uses `name`; undefined where that is an output, or there are others. */
  onlyUser(name: string): OnnxNode | undefined {
    const [user, ...others] = this.users.get(name) ?? [];
    return others.length > 0 || this.outputs.has(name) ? undefined : user;
  }

  /** A constant of float32; undefined where `name` is none, or its data do not fill its dimensions. */
  floats(name: string | undefined): OnnxFloats | undefined {
    const tensor = this.constants.get(name ?? '');
    if (tensor?.dataType !== DataType.FLOAT) return undefined;
    const dims = (tensor.dims ?? []).map(Number);
    const raw = tensor.rawData ?? new Uint8Array();
    // A copy: the bytes of a file begin anywhere.
    const values =
      raw.length > 0 && raw.length % 4 === 0
        ? new Float32Array(new Uint8Array(raw).buffer)
        : Float32Array.from(tensor.floatData ?? []);
    return values.length === dims.reduce((a, b) => a * b, 1) ? { dims, values } : undefined;
  }

  /** A constant list of 64-bit whole numbers. */
  integers(name: string | undefined): number[] | undefined {
    const tensor = this.constants.get(name ?? '');
    if (tensor?.dataType !== DataType.INT64) return undefined;
    const raw = tensor.rawData ?? new Uint8Array();
    return raw.length > 0 && raw.length % 8 === 0
      ? [...new BigInt64Array(new Uint8Array(raw).buffer)].map(Number)
      : (tensor.int64Data ?? []).map(Number);
  }
}

/** Whether it is an operator of ONNX itself, by its name. */
export function isPlain({ opType, domain }: OnnxNode, ...opTypes: readonly string[]): boolean {
  return (
    (domain === undefined || domain === null || domain === '' || domain === 'ai.onnx') &&
    opTypes.includes(opType ?? '')
  );
}

export function attributeOf({ attribute }: OnnxNode, name: string): onnx.IAttributeProto | undefined {
  return attribute?.find((each) => each.name === name);
}

/** A whole number; `otherwise` where the node does not say it. */
export function integerOf(node: OnnxNode, name: string, otherwise: number): number {
  return Number(attributeOf(node, name)?.i ?? otherwise);
}

export function realOf(node: OnnxNode, name: string, otherwise: number): number {
  return attributeOf(node, name)?.f ?? otherwise;
}

export function integersOf(node: OnnxNode, name: string): number[] | undefined {
  return attributeOf(node, name)?.ints?.map(Number);
}

export function textOf(node: OnnxNode, name: string, otherwise: string): string {
  const bytes = attributeOf(node, name)?.s;
  return bytes ? Buffer.from(bytes).toString('latin1') : otherwise;
}
