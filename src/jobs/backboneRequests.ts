import type {
  AddedBackbone,
  BackboneListing,
  ComparedBackbone,
  ComparisonProgress,
  CutView,
  DownloadProgress,
  FailedBackbone,
} from './backboneResults';
import type { VerifyProgress } from './cacheResults';
import type { HeadKind } from './crossValidationResults';
import type { RetrainSettings, SettingsChoice } from './retrainSettings';
import type { RetrainProgress } from './results';

/** How a server is reached, as the editor's settings say. */
export interface Connection {
  /** http.proxy; null: that of the environment. */
  readonly proxy: string | null;
  /** http.proxyAuthorization: what a proxy is sent as Proxy-Authorization; null: nothing. */
  readonly proxyAuthorization: string | null;
  /** http.noProxy: names and addresses that are reached directly, whatever proxy there is. */
  readonly noProxy: readonly string[];
  /** http.proxyStrictSSL: false takes any certificate. */
  readonly strictSsl: boolean;
}

/** A network somebody names. */
export interface NetworkSource {
  /** Absolute path, or an address (http, https). */
  readonly source: string;
  /** null: as the file says. */
  readonly input: { readonly height: number; readonly width: number } | null;
  /** null: as the environment says. */
  readonly connection: Connection | null;
}

/** The jobs about backbones. */
export interface BackboneJobs {
  /** Those that come with the extension, the person's own, and those of the catalogue that can be downloaded. */
  listBackbones: {
    params: Readonly<Record<never, never>>;
    progress: never;
    result: { readonly backbones: readonly BackboneListing[] };
  };
  /** Notes how fast those are that are on this machine and were not measured yet. */
  measureSpeeds: {
    params: Readonly<Record<never, never>>;
    progress: {
      readonly kind: 'measuring';
      readonly id: string;
      readonly index: number;
      readonly of: number;
    };
    result: Readonly<Record<never, never>>;
  };
  /** Where the network at `source`, a path or an address, can be cut, from its input to its output. */
  inspectNetwork: {
    params: NetworkSource;
    progress: DownloadProgress;
    result: {
      /** What it is called where nobody says. */
      readonly name: string;
      readonly input: { readonly height: number; readonly width: number };
      /** Whether its files say which numbers it takes for pixels. */
      readonly normalisationKnown: boolean;
      readonly candidates: readonly CutView[];
      /** The candidate it is cut at where nobody says; null: there is none. */
      readonly defaultCut: string | null;
    };
  };
  /** Makes a backbone of a TF.js `model.json` or an ONNX file and keeps it on this machine. */
  addBackbone: {
    params: NetworkSource & {
      /** null: as the file or its folder is called. */
      readonly name: string | null;
      /** Layers whose values, averaged over space, are the bottleneck; null: the last before those that classify. */
      readonly cut: readonly string[] | null;
      /** `0..1`, `-1..1`, `0..255`, `imagenet`, `mean,deviation` or `m,m,m,d,d,d`; null: as its files say. */
      readonly normalisation: string | null;
    };
    progress: DownloadProgress;
    result: AddedBackbone;
  };
  /** Fetches a backbone of the catalogue. */
  downloadBackbone: {
    params: {
      readonly id: string;
      /** null: as the catalogue says. */
      readonly cut: readonly string[] | null;
      readonly connection: Connection | null;
      /** Another address that has the same files; null: that of the catalogue. */
      readonly from: string | null;
    };
    progress: DownloadProgress;
    result: AddedBackbone;
  };
  /** Gives a backbone of this machine eight bits, by pictures of `folder`, where it then agrees with itself. */
  quantiseBackbone: {
    params: { readonly id: string; readonly folder: string };
    progress: VerifyProgress;
    result: {
      readonly id: string;
      readonly from: string;
      /** Pictures that the ranges were found on, and others that the two were compared on. */
      readonly calibrated: number;
      readonly compared: number;
      /** Cosines between the values of float32 and of eight bits. */
      readonly median: number;
      readonly least: number;
    };
  };
  /** Accuracy, cross-validated, against the time of each backbone; `ids` empty: all of this machine. */
  compareBackbones: {
    params: SettingsChoice<RetrainSettings> & {
      readonly folder: string;
      readonly ids: readonly string[];
      /** 2 or more. */
      readonly folds: number;
    };
    progress: RetrainProgress | ComparisonProgress;
    result: {
      /** What was trained on the values of each. */
      readonly head: HeadKind;
      readonly folds: number;
      readonly seed: number;
      readonly compared: readonly ComparedBackbone[];
      /** The others go on without these. */
      readonly failed: readonly FailedBackbone[];
    };
  };
  removeBackbone: {
    params: { readonly id: string };
    progress: never;
    result: Readonly<Record<never, never>>;
  };
}
