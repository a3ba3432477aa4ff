import assert from 'node:assert/strict';
import { loadFiles, type BackboneFiles, type ModelFile } from '../../support/backboneFiles';
import { tinyGraph } from '../../support/tinyGraph';

async function fingerprintOf(
  change: (files: BackboneFiles, model: ModelFile) => void,
  decoderVersion = 1,
): Promise<string> {
  const files = tinyGraph();
  const model = files.model as ModelFile;
  change(files, model);
  return (await loadFiles(files, decoderVersion)).fingerprint;
}

/** The same JSON with the keys of every object the other way round. */
function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversedKeys(item)]),
  );
}

describe('the fingerprint', () => {
  it('stays the same for the same network, whatever the folder, the order of keys and nodes, and the scaling', async () => {
    const plain = await fingerprintOf(() => undefined);
    const same: ((files: BackboneFiles, model: ModelFile) => void)[] = [
      (files) => (files.model = reversedKeys(files.model)),
      (_, model) => model.modelTopology.node.reverse(),
      (files) => (files.facts['name'] = 'Another name'),
      (files) => files.files['scaling.bin']?.writeFloatLE(0.25, 0),
      (files, model) => {
        files.files['other.bin'] = files.files['weights.bin'] ?? Buffer.alloc(0);
        Object.assign(model.weightsManifest[0] ?? {}, { paths: ['other.bin'] });
      },
    ];
    for (const change of same) assert.equal(await fingerprintOf(change), plain, change.toString());
  });

  it('changes with weights, topology, cut, preprocessing and the version of the decoder', async () => {
    const nodeOf = (model: ModelFile, name: string): { op: string; attr: Record<string, object> } =>
      model.modelTopology.node.find((node) => node.name === name) ?? { op: '', attr: {} };
    const all = [
      await fingerprintOf(() => undefined),
      await fingerprintOf(() => undefined, 2),
      await fingerprintOf((files) => files.files['weights.bin']?.writeFloatLE(0.125, 0)),
      await fingerprintOf((_, model) => (nodeOf(model, 'stem/relu6').op = 'Relu')),
      await fingerprintOf(
        (_, model) => (nodeOf(model, 'wide').attr['dilations'] = { list: { i: ['1', '2', '1', '1'] } }),
      ),
      await fingerprintOf((files) => (files.facts['cut'] = ['last'])),
      await fingerprintOf((files) => (files.facts['normalisation'] = { mean: 127.5, deviation: 128 })),
      await fingerprintOf((files) => (files.facts['normalisation'] = { mean: 127, deviation: 127 })),
    ];
    assert.equal(new Set(all).size, all.length);
  });
});
