/**
 * CMYK samples (0 = no ink, `channels` a pixel: four, then perhaps alpha) as RGB on white, by plain multiplication.
 * For pictures that say nothing about their inks: so do browsers, Pillow and TensorFlow read them.
 */
export function cmykToRgb(samples: Uint8Array, channels: number): Uint8Array {
  const pixels = samples.length / channels;
  const out = new Uint8Array(pixels * 3);
  for (let from = 0, to = 0; to < out.length; from += channels) {
    const light = 255 - (samples[from + 3] as number);
    const alpha = channels > 4 ? (samples[from + 4] as number) : 255;
    for (let k = 0; k < 3; k++) {
      const value = ((255 - (samples[from + k] as number)) * light) / 255;
      out[to++] = Math.round(255 + ((value - 255) * alpha) / 255);
    }
  }
  return out;
}
