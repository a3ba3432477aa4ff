import type { BackboneFacts } from './backbone';

/**
 * Turns pixels [n, H, W, 3] into the network's input of the same shape: out = (pixel - mean) / deviation.
 * @throws RangeError where the lengths differ
 */
export function normalise(
  pixels: Uint8Array,
  { normalisation: { mean, deviation } }: Pick<BackboneFacts, 'normalisation'>,
  out: Float32Array,
): void {
  if (out.length !== pixels.length)
    throw new RangeError(`${pixels.length} pixel values do not fit ${out.length} places`);
  const scale = 1 / deviation;
  for (let i = 0; i < pixels.length; i++) out[i] = ((pixels[i] ?? 0) - mean) * scale;
}
