import type { Failure } from '../base';
import type { HeadKind } from './crossValidationResults';
import type { BackboneFacts } from './results';

/** What the jobs about backbones give: plain data that crosses threads and processes. */

/** A backbone that is on this machine, or can be. */
export interface BackboneListing {
  readonly id: string;
  readonly name: string;
  readonly dimension: number;
  readonly input: { readonly width: number; readonly height: number };
  readonly eightBits: boolean;
  /** Whether it comes with the extension, was added here, or can be downloaded. */
  readonly origin: 'embedded' | 'own' | 'catalogue';
  /** What it may be used under; null where nobody has said. */
  readonly licence: string | null;
  /** On the disk, or to download. */
  readonly bytes: number;
  /** The address it can be downloaded from; null: it is here. */
  readonly address: string | null;
  /** The catalogue's entry that tells other photos apart better, where this network was trained further on its own. */
  readonly better: string | null;
  /** As a comparison has measured it last on this machine; null: none has. */
  readonly speed: BackboneSpeed | null;
}

/** Of the network alone, in batches, without reading and decoding. */
export interface BackboneSpeed {
  readonly runtime: string;
  readonly millisecondsAnImage: number;
}

/** A backbone that is now kept on this machine. */
export interface AddedBackbone {
  readonly id: string;
  readonly name: string;
  readonly dimension: number;
  readonly input: { readonly height: number; readonly width: number };
  readonly cut: readonly string[];
  /** Whether it can be given eight bits: there is an ONNX model in which nothing can. */
  readonly quantisable: boolean;
}

/** How a backbone does on a dataset and on this machine. */
export interface ComparedBackbone extends BackboneSpeed {
  readonly backbone: BackboneFacts;
  readonly images: number;
  /** Cross-validated. */
  readonly accuracy: number;
  readonly interval: { readonly low: number; readonly high: number };
}

/** One that cannot be loaded, or cannot be run here. */
export interface FailedBackbone {
  readonly id: string;
  readonly failure: Failure;
}

/** Of a comparison: which backbone is measured now, then what came of it. */
export type ComparisonProgress =
  | {
      readonly kind: 'comparing';
      readonly id: string;
      readonly index: number;
      readonly of: number;
      readonly head: HeadKind;
    }
  | { readonly kind: 'compared'; readonly compared: ComparedBackbone }
  | { readonly kind: 'notCompared'; readonly failed: FailedBackbone };

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
