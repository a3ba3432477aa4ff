import type { OnnxBackbone } from '../backbones';
import { openRuntime } from '../runtimes';

/** Whether an ONNX model gives two pictures the same values side by side as alone: many are saved for one at a time. */
export async function probeBatch(
  network: Omit<OnnxBackbone, 'batch' | 'fingerprint' | 'scaling' | 'quantisedFrom' | 'ranges' | 'kind'>,
): Promise<OnnxBackbone['batch']> {
  const { input, dimension } = network;
  const size = input.height * input.width * 3;
  const pictures = Uint8Array.from({ length: 2 * size }, (_, i) => (i * 7919) % 256);
  const run = async (batch: OnnxBackbone['batch']): Promise<Float32Array> => {
    const none = { scaling: undefined, quantisedFrom: undefined, ranges: undefined };
    const facts = { kind: 'onnx', fingerprint: '', ...none } as const;
    const runtime = await openRuntime('onnx', { ...network, ...facts, batch });
    try {
      return await runtime.run(pictures, 2);
    } finally {
      await runtime.dispose();
    }
  };
  const alone = await run('one');
  // What refuses a batch of two says so in many ways.
  const together = await run('open').catch(() => new Float32Array(2 * dimension).fill(NaN));
  const same = together.every(
    (value, i) => Math.abs(value - (alone[i] ?? 0)) <= 1e-3 * (1 + Math.abs(value)),
  );
  return same ? 'open' : 'one';
}
