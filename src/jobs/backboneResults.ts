import type { BackboneFacts } from './results';

/** What the jobs about backbones give: plain data that crosses threads and processes. */

/** A backbone of this machine. */
export interface BackboneListing {
  readonly id: string;
  readonly name: string;
  readonly dimension: number;
  readonly input: { readonly width: number; readonly height: number };
  readonly eightBits: boolean;
  /** Whether it comes with the extension, was added here, or can be downloaded. */
  readonly origin: 'embedded' | 'own' | 'catalogue';
  /** Of the catalogue: what it may be used under, and the bytes to download. */
  readonly download: { readonly licence: string; readonly bytes: number } | null;
}

/** How a backbone does on a dataset and on this machine. */
export interface ComparedBackbone {
  readonly backbone: BackboneFacts;
  readonly runtime: string;
  readonly images: number;
  /** Cross-validated. */
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** Of the network alone, in batches, without reading and decoding. */
  readonly millisecondsAnImage: number;
}

/** Where a network can be cut. */
export interface CutView {
  readonly name: string;
  /** Of one picture: [height, width, channels], [steps, values] or [values]. */
  readonly shape: readonly number[];
  readonly dimension: number;
}

/** Bytes; `of` is null where the server does not say. */
export interface DownloadProgress {
  readonly kind: 'downloading';
  readonly done: number;
  readonly of: number | null;
}
