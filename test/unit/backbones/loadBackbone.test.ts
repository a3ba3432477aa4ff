import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { RetrainError } from '../../../src/base';
import { defaultBackbones, embeddedBackbones, loadBackbone } from '../../../src/backbones';
import {
  GraphBuilder,
  backboneFiles,
  loadFiles,
  withAssets,
  writeBackbone,
  type BackboneFiles,
  type ModelFile,
} from '../../support/backboneFiles';
import { tinyGraph } from '../../support/tinyGraph';
import { skip } from '../../support/skip';

const media = path.resolve('media');

async function assertDamaged(work: Promise<unknown>, reason: RegExp): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert(error instanceof RetrainError, String(error));
    assert.equal(error.code, 'BACKBONE_DAMAGED');
    assert.match(String(error.params['reason']), reason);
    return true;
  });
}

/** The tiny backbone after `change`, with checksums that are right for it. */
async function loadChanged(change: (model: ModelFile, files: BackboneFiles) => void): Promise<unknown> {
  const files = tinyGraph();
  const model = structuredClone(files.model) as ModelFile;
  change(model, files);
  return await loadFiles({ ...files, model });
}

function nodeOf(model: ModelFile, name: string): ModelFile['modelTopology']['node'][number] {
  const node = model.modelTopology.node.find((candidate) => candidate.name === name);
  assert(node, name);
  return node;
}

function weightOf(model: ModelFile, name: string): ModelFile['weightsManifest'][number]['weights'][number] {
  const weight = model.weightsManifest[0]?.weights.find((candidate) => candidate.name === name);
  assert(weight, name);
  return weight;
}

describe('the embedded backbones', () => {
  it('are listed by id, the default among them', async () => {
    const ids = (await embeddedBackbones(media)).map(({ id }) => id);
    assert(ids.includes(defaultBackbones.float));
    assert.deepEqual(ids, [...ids].sort());
  });

  it('load whole: EfficientNet-Lite2 has 2,912 values, its scaling, and only operations that are known', async () => {
    const backbone = await loadBackbone(media, defaultBackbones.float, { decoderVersion: 1 });
    assert.equal(backbone.dimension, 2912);
    assert.deepEqual(backbone.input, { width: 260, height: 260 });
    assert.match(backbone.fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(backbone.scaling.mean.length, 2912);
    assert.equal(backbone.scaling.deviation.length, 2912);
    assert.deepEqual([...new Set(backbone.graph.nodes.map(({ operation }) => operation.kind))].sort(), [
      'add',
      'biasAdd',
      'concatenate',
      'convolution',
      'input',
      'mean',
      'relu6',
    ]);
    const parameters = [...backbone.graph.constants.values()].reduce(
      (sum, { values }) => sum + values.length,
      0,
    );
    assert(parameters > 4.7e6 && parameters < 4.9e6, String(parameters));
  });

  it('are known by id, never by path', async () => {
    for (const id of ['inception', '../backbones/efficientnet-lite2', '', '__proto__'])
      await assert.rejects(loadBackbone(media, id, { decoderVersion: 1 }), { code: 'BACKBONE_UNKNOWN' });
  });
});

describe('a damaged backbone', () => {
  it('is none of the tiny graph as it is', async () => {
    await loadChanged(() => undefined);
  });

  it('is known by any flipped bit of its files', async () => {
    await withAssets(async (assets) => {
      const folder = writeBackbone(assets, tinyGraph());
      for (const name of ['model.json', 'weights.bin', 'scaling.bin']) {
        const file = path.join(folder, name);
        const right = readFileSync(file);
        const wrong = Buffer.from(right);
        wrong.writeUInt8(wrong.readUInt8(20) ^ 1, 20);
        writeFileSync(file, wrong);
        await assertDamaged(loadBackbone(assets, 'tiny', { decoderVersion: 1 }), /checksum|JSON/);
        writeFileSync(file, right);
      }
      await loadBackbone(assets, 'tiny', { decoderVersion: 1 });
    });
  });

  it('is one with a missing, a short or a long file', async () => {
    await withAssets(async (assets) => {
      const folder = writeBackbone(assets, tinyGraph());
      rmSync(path.join(folder, 'weights.bin'));
      await assertDamaged(loadBackbone(assets, 'tiny', { decoderVersion: 1 }), /missing/);
    });
    for (const name of ['weights.bin', 'scaling.bin']) {
      const cut = (files: BackboneFiles): Buffer => files.files[name] ?? Buffer.alloc(0);
      await assertDamaged(
        loadChanged((_, files) => (files.files[name] = cut(files).subarray(4))),
        /are missing|belong/,
      );
      await assertDamaged(
        loadChanged((_, files) => (files.files[name] = Buffer.concat([cut(files), Buffer.alloc(4)]))),
        /larger/,
      );
    }
  });

  it('is one whose files are links out of its folder', async function () {
    if (process.platform === 'win32') skip(this, 'links need a privilege on Windows');
    await withAssets(async (assets) => {
      const folder = writeBackbone(assets, tinyGraph());
      const outside = path.join(assets, 'weights.bin');
      cpSync(path.join(folder, 'weights.bin'), outside);
      rmSync(path.join(folder, 'weights.bin'));
      symlinkSync(outside, path.join(folder, 'weights.bin'));
      await assertDamaged(loadBackbone(assets, 'tiny', { decoderVersion: 1 }), /link/);
    });
  });

  it('is one whose weights lie elsewhere than in its folder', async () => {
    for (const name of [
      '../weights.bin',
      '/etc/passwd',
      'a/b',
      'a\\b',
      'C:weights',
      '..',
      '.',
      'weights.bin:x',
      'https://x',
    ])
      await assertDamaged(
        loadChanged((model) => (model.weightsManifest = [{ paths: [name], weights: [] }])),
        /bare file name/,
      );
  });

  it('is one whose folder has another name than it says', async () => {
    await withAssets(async (assets) => {
      const folder = writeBackbone(assets, tinyGraph());
      mkdirSync(path.join(assets, 'backbones', 'other'));
      cpSync(folder, path.join(assets, 'backbones', 'other'), { recursive: true });
      await assertDamaged(embeddedBackbones(assets), /name of its folder/);
    });
  });

  it('is refused before memory is taken for it', async () => {
    const huge = (shape: number[]) => (model: ModelFile) => (weightOf(model, 'matrix').shape = shape);
    await assertDamaged(loadChanged(huge([2 ** 27, 2 ** 27])), /larger than/);
    await assertDamaged(loadChanged(huge([1e9])), /whole number from 1/);
    await assertDamaged(loadChanged(huge([-4, -30])), /whole number from 1/);
    await assertDamaged(loadChanged(huge([0])), /whole number from 1/);
    await assertDamaged(loadChanged(huge([4.5])), /whole number from 1/);
    await assertDamaged(loadChanged(huge([5, 30])), /missing/);
  });

  it('is one with weights of a type that is not supported, or that are no numbers', async () => {
    await assertDamaged(
      loadChanged((model) => (weightOf(model, 'matrix').dtype = 'complex64')),
      /complex64/,
    );
    await assertDamaged(
      loadChanged((model) => (weightOf(model, 'matrix').quantization = { dtype: 'uint4' })),
      /uint4/,
    );
    await assertDamaged(
      loadChanged((_, { files }) => files['weights.bin']?.writeFloatLE(NaN, 0)),
      /not a finite number/,
    );
  });

  it('is one with a circle, a missing input, two of a name, two inputs or two outputs', async () => {
    await assertDamaged(
      loadChanged((model) => (nodeOf(model, 'stem/relu6').input = ['shifted'])),
      /circle/,
    );
    await assertDamaged(
      loadChanged((model) => (nodeOf(model, 'stem/relu6').input = ['nobody'])),
      /nobody is missing/,
    );
    await assertDamaged(
      loadChanged((model) => (nodeOf(model, 'same').name = 'flat')),
      /second node/,
    );
    await assertDamaged(
      loadChanged((model) => model.modelTopology.node.push({ ...nodeOf(model, 'input'), name: 'second' })),
      /2 inputs/,
    );
    await assertDamaged(
      loadChanged((model) =>
        model.modelTopology.node.push({ name: 'side', op: 'Relu', input: ['stem'], attr: {} }),
      ),
      /2 outputs/,
    );
  });

  it('is one with names that objects have, controls, or second outputs', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', '^stem', 'stem:1', '', 'a b'])
      await assertDamaged(
        loadChanged((model) => (nodeOf(model, 'same').input = [name])),
        /name|text of 1/,
      );
  });

  it('is one whose operations do not fit each other', async () => {
    const wrong: [RegExp, (model: ModelFile) => void][] = [
      [/filter does not fit/, (model) => (nodeOf(model, 'stem/convolution').input[1] = 'wide/weights')],
      [/bias does not fit/, (model) => (nodeOf(model, 'stem').input[1] = 'wide/bias')],
      [/inputs where/, (model) => nodeOf(model, 'stem').input.pop()],
      [/constant of float32/, (model) => (nodeOf(model, 'stem').input[1] = 'axes')],
      [/whole numbers/, (model) => (nodeOf(model, 'flat').input[1] = 'matrix')],
      [/number of its inputs/, (model) => (nodeOf(model, 'joined').attr['N'] = { i: '1' })],
      [/NCHW/, (model) => (nodeOf(model, 'stem').attr['data_format'] = { s: btoa('NCHW') })],
      [/padding EXPLICIT/, (model) => (nodeOf(model, 'last').attr['padding'] = { s: btoa('EXPLICIT') })],
      [/strides/, (model) => (nodeOf(model, 'last').attr['strides'] = { list: { i: ['1', '0', '1', '1'] } })],
      [/strides/, (model) => (nodeOf(model, 'last').attr['strides'] = { list: { i: ['1', '1', '1', '2'] } })],
      [/matrices/, (model) => (nodeOf(model, 'product').attr['transpose_b'] = { b: false })],
    ];
    for (const [reason, change] of wrong) await assertDamaged(loadChanged(change), reason);
    await assertDamaged(
      loadChanged((_, { facts }) => (facts['dimension'] = 12)),
      /scaling|belong|\[-1, 12\]/,
    );
    await assertDamaged(
      loadChanged((_, { facts }) => (facts['input'] = { width: 11, height: 9 })),
      /where backbone.json says/,
    );
    await assertDamaged(
      loadChanged((_, { facts }) => (facts['cut'] = ['nowhere'])),
      /nowhere/,
    );
  });

  it('is one with a scaling that divides by nothing', async () => {
    await assertDamaged(
      loadChanged((_, { files }) => files['scaling.bin']?.writeFloatLE(0, 4 * 11)),
      /deviation/,
    );
  });

  it('never brings anything but BACKBONE_DAMAGED, whatever is changed in model.json', async () => {
    const places = (value: unknown): string[][] =>
      typeof value !== 'object' || value === null
        ? [[]]
        : [[], ...Object.entries(value).flatMap(([key, item]) => places(item).map((rest) => [key, ...rest]))];
    const original = tinyGraph().model;
    const all = places(original).filter((place) => place.length > 0);
    const replacement = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>(
        -1,
        0,
        1,
        2 ** 31,
        1e308,
        '-1',
        '9007199254740993',
        [],
        {},
        'Const',
        'Conv2D',
        'input',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...all), fc.option(replacement, { nil: undefined })), {
          minLength: 1,
          maxLength: 3,
        }),
        async (changes) => {
          const model: unknown = structuredClone(original);
          for (const [place, value] of changes) change(model, place, value);
          try {
            await loadFiles({ ...tinyGraph(), model });
          } catch (error) {
            assert(
              error instanceof RetrainError,
              error instanceof Error ? (error.stack ?? '') : String(error),
            );
            assert.equal(error.code, 'BACKBONE_DAMAGED');
          }
        },
      ),
      { numRuns: 300 },
    );
  }).timeout(60_000);
});

/** Sets, or with undefined deletes, the property at `place`. */
function change(root: unknown, place: string[], value: unknown): void {
  let target = root;
  for (const key of place.slice(0, -1)) {
    if (typeof target !== 'object' || target === null) return;
    target = Reflect.get(target, key);
  }
  const key = place.at(-1);
  if (typeof target !== 'object' || target === null || key === undefined) return;
  if (value === undefined) Reflect.deleteProperty(target, key);
  else Reflect.set(target, key, value);
}

describe('weights', () => {
  it('are widened exactly from float16, from bytes with scale and least, and over several files', async () => {
    const halves: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x7bff, 65504],
      [0x8000, -0],
    ];
    const graph = new GraphBuilder();
    const input = graph.input(2, 2);
    const half = graph.stored(
      'half',
      {
        name: 'half',
        shape: [1, 1, 3, 2],
        dtype: 'float32',
        quantization: { dtype: 'float16', original_dtype: 'float32' },
      },
      Buffer.from(Uint16Array.from(halves.slice(0, 6), ([bits]) => bits).buffer),
    );
    const bytes = graph.stored(
      'bytes',
      { name: 'bytes', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -3 } },
      Buffer.from([0, 255]),
    );
    const rest = graph.stored(
      'rest',
      { name: 'rest', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
      Buffer.from(Uint16Array.from(halves.slice(6), ([bits]) => bits).buffer),
    );
    const biased = graph.node('BiasAdd', 'biased', [graph.convolution('convolution', input, half), bytes]);
    graph.mean('bottleneck', graph.node('BiasAdd', 'twice', [biased, rest]));
    const files = backboneFiles(graph, { height: 2, width: 2, dimension: 2 });
    const whole = graph.data();
    const model = graph.model();
    assert(model.weightsManifest[0]);
    model.weightsManifest[0].paths = ['a.bin', 'b.bin'];
    const split = {
      ...files,
      model,
      files: { ...files.files, 'a.bin': whole.subarray(0, 5), 'b.bin': whole.subarray(5) },
    };
    const backbone = await loadFiles(split);
    const valuesOf = (name: string): number[] => [...(backbone.graph.constants.get(name)?.values ?? [])];
    assert.deepEqual(
      valuesOf('half'),
      halves.slice(0, 6).map(([, value]) => value),
    );
    assert.deepEqual(valuesOf('bytes'), [-3, 124.5]);
    assert.deepEqual(valuesOf('rest'), [65504, -0]);
    assert.equal(backbone.fingerprint, (await loadFiles(files)).fingerprint);
  });
});
