import type { Shape } from './graph';
import type { Normalisation } from './normalise';
import type { OnnxModel } from './onnxModel';
import { quantiseActivation, quantiseConvolution, type WeightBounds } from './quantisation';
import type { ActivationRanges } from './ranges';

/** A filter in ONNX's order [out, in, h, w], and a bias [out]. */
interface Weights {
  readonly dims: Shape;
  readonly filter: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly bounds: WeightBounds;
}

/** Writes the eight-bit values of a network into its ONNX model, in the QDQ form. */
export class QuantisedValues {
  constructor(
    private readonly model: OnnxModel,
    private readonly ranges: ActivationRanges,
  ) {}

  /** Whether the values of this node have eight bits. */
  has(node: string): boolean {
    return this.ranges.has(node);
  }

  /** The name under which the values of `node` are read, as float32. */
  nameOf(node: string): string {
    return this.has(node) ? `/${node}/values` : node;
  }

  /** Whether the eight bits of `node` are the pixels themselves: then normalising and rounding change nothing. */
  isNormalisation(node: string, { mean, deviation }: Normalisation): boolean {
    const { scale, zeroPoint } = this.rangeOf(node);
    return zeroPoint === mean && scale === Math.fround(1 / deviation);
  }

  /** Rounds the float32 values `source` to the eight bits of `node`; returns their name. */
  quantise(node: string, source: string): string {
    return this.model.node('QuantizeLinear', [source, ...this.scaleOf(node)], `/${node}/integers`);
  }

  /** Makes float32 values of `node` out of its integers. */
  dequantise(node: string, integers: string): void {
    const [scale, zeroPoint] = this.scaleOf(node);
    this.model.node('DequantizeLinear', [integers, scale, zeroPoint], this.nameOf(node));
  }

  /** The names of filter and bias of `node` as float32 values of few bits, for a picture with the range of `picture`. */
  convolution(node: string, picture: string, { dims, filter, bias, bounds }: Weights): string[] {
    const { model } = this;
    const channels = dims[0] ?? 0;
    const inputScale = this.rangeOf(picture).scale;
    const integers = quantiseConvolution(filter, bias, { channels, bounds, inputScale });
    const inputs = [
      model.node(
        'DequantizeLinear',
        [
          model.small(`/${node}/filter/integers`, dims, integers.filter),
          model.floats(`/${node}/filter/scales`, [channels], integers.filterScales),
          model.small(`/${node}/filter/zeros`, [channels], new Int8Array(channels)),
        ],
        `/${node}/filter`,
        { axis: 0 },
      ),
    ];
    if (integers.bias !== undefined)
      inputs.push(
        model.node(
          'DequantizeLinear',
          [
            model.small(`/${node}/bias/integers`, [channels], integers.bias),
            model.floats(`/${node}/bias/scales`, [channels], integers.biasScales),
          ],
          `/${node}/bias`,
          { axis: 0 },
        ),
      );
    return inputs;
  }

  private readonly written = new Map<string, readonly [string, string]>();

  /** The names of scale and zero point, written once. */
  private scaleOf(node: string): readonly [scale: string, zeroPoint: string] {
    const known = this.written.get(node);
    if (known !== undefined) return known;
    const { scale, zeroPoint } = this.rangeOf(node);
    const names = [
      this.model.floats(`/${node}/scale`, [], Float32Array.of(scale)),
      this.model.small(`/${node}/zero`, [], Uint8Array.of(zeroPoint)),
    ] as const;
    this.written.set(node, names);
    return names;
  }

  private rangeOf(node: string): { readonly scale: number; readonly zeroPoint: number } {
    const range = this.ranges.get(node);
    if (range === undefined) throw new TypeError(`${node} has no range`);
    return quantiseActivation(range);
  }
}
