import type { Backbone } from '../backbones';
import type { Runtime } from '../runtimes';

/** Images that go through the network at once: 16 are no faster, and take 180 MB more. */
export const batchSize = 8;

/** Pictures on their way through a network: the one place where pixels become values. */
export class NetworkBatch {
  private readonly input: Uint8Array;
  private readonly pictureSize: number;

  constructor(
    private readonly backbone: Pick<Backbone, 'dimension' | 'input'>,
    private readonly runtime: Pick<Runtime, 'id' | 'run'>,
  ) {
    const { width, height } = backbone.input;
    this.pictureSize = width * height * 3;
    this.input = new Uint8Array(batchSize * this.pictureSize);
  }

  /**
   * The values [n, D] of at most `batchSize` pictures, each [H, W, 3].
   * @throws what `runtime.run` throws; RangeError where it does not give n rows of D
   */
  async run(pictures: readonly Uint8Array[]): Promise<Float32Array> {
    const { backbone, runtime, input, pictureSize: size } = this;
    const n = pictures.length;
    if (n === 0) return new Float32Array();
    for (const [i, pixels] of pictures.entries()) input.set(pixels, i * size);
    const values = await runtime.run(input.subarray(0, n * size), n);
    if (values.length !== n * backbone.dimension)
      throw new RangeError(`${runtime.id} gave ${values.length} values for ${n} images`);
    return values;
  }
}
