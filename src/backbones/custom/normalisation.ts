import type { ChannelStatistics } from './cut';

/** What numbers a network takes for pixels of 0 to 255. */
export type NormalisationKind =
  | '0..1'
  | '-1..1'
  | '0..255'
  /** (pixel / 255 - mean) / deviation for each channel, with the statistics of ImageNet that PyTorch's networks have. */
  | 'imagenet'
  /** The same with one's own. */
  | { readonly kind: 'channels'; readonly statistics: ChannelStatistics }
  /** (pixel - mean) / deviation */
  | { readonly kind: 'pixels'; readonly mean: number; readonly deviation: number };

export interface Normalisation {
  /** For all channels, as `BackboneFacts` has it. */
  readonly pixels: { readonly mean: number; readonly deviation: number };
  /** What is left to be done within the network. */
  readonly channels: ChannelStatistics | undefined;
}

const imagenet: ChannelStatistics = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

export function normalisationOf(kind: NormalisationKind): Normalisation {
  if (typeof kind === 'object') {
    if (kind.kind === 'pixels')
      return { pixels: { mean: kind.mean, deviation: kind.deviation }, channels: undefined };
    return { pixels: { mean: 0, deviation: 255 }, channels: kind.statistics };
  }
  switch (kind) {
    case '0..1':
      return { pixels: { mean: 0, deviation: 255 }, channels: undefined };
    case '-1..1':
      return { pixels: { mean: 127.5, deviation: 127.5 }, channels: undefined };
    case '0..255':
      return { pixels: { mean: 0, deviation: 1 }, channels: undefined };
    case 'imagenet':
      return { pixels: { mean: 0, deviation: 255 }, channels: imagenet };
  }
}

/**
 * A person's word for it: one of the kinds above, `mean,deviation` of the pixels, or `m,m,m,d,d,d` of the three
 * channels of pixels divided by 255. Undefined where it is none.
 */
export function parseNormalisation(text: string): NormalisationKind | undefined {
  if (text === '0..1' || text === '-1..1' || text === '0..255' || text === 'imagenet') return text;
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN] = numbers;
  if (!numbers.every(Number.isFinite)) return undefined;
  if (numbers.length === 2) return b > 0 ? { kind: 'pixels', mean: a, deviation: b } : undefined;
  if (numbers.length !== 6 || !(d > 0 && e > 0 && f > 0)) return undefined;
  return { kind: 'channels', statistics: { mean: [a, b, c], deviation: [d, e, f] } };
}
