import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { normalise, type GraphBackbone } from '../../../src/backbones';
import { openRuntime, runtimeAvailability, runtimeIds } from '../../../src/runtimes';
import { keepNetwork, writeNsfwModel } from '../../support/foreignNetworks';
import { relativeDistance } from '../../support/naiveNetwork';
import { skip } from '../../support/skip';
import { referenceValues } from '../../support/tfjsReference';
import { randomPixels } from '../../support/tinyGraph';

const shared = path.resolve('../shared/backbones/mobilenet-v2-035/model.json');

/** Real networks, and the layer of the file that the default cut is. */
const networks = [
  { name: 'mobilenet-v2-035', layer: 'out_relu', side: 224, dimension: 1280 },
  { name: 'mobilenet_v2', layer: 'out_relu', side: 224, dimension: 1280 },
  {
    name: 'mobilenet_v2_mid',
    layer:
      'StatefulPartitionedCall/sequential/keras_layer/StatefulPartitionedCall/StatefulPartitionedCall/StatefulPartitionedCall/predict/MobilenetV2/Conv_1/Relu6',
    side: 224,
    dimension: 1792,
  },
  { name: 'inception_v3', layer: 'mixed10', side: 299, dimension: 2048 },
] as const;

for (const { name, layer, side, dimension } of networks)
  describe(`the network ${name}, which somebody brought`, function () {
    this.timeout(300_000);
    let folder: string;
    let backbone: GraphBackbone;
    let expected: Float32Array;
    const pictures = randomPixels(2 * side * side * 3, 3);

    before(async function () {
      if (name === 'mobilenet-v2-035' && !existsSync(shared)) skip(this, `${shared} is missing`);
      folder = mkdtempSync(path.join(tmpdir(), 'network-'));
      const file = name === 'mobilenet-v2-035' ? shared : writeNsfwModel(folder, name);
      backbone = await keepNetwork(path.join(folder, 'kept'), file);
      const values = normalise(pictures, backbone.normalisation);
      const reference = await referenceValues(file, layer, values, [2, side, side, 3]);
      expected = reference.values;
    });
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it('is cut before its classifier by itself', () => {
      assert.deepEqual(backbone.cut, [layer]);
      assert.equal(backbone.dimension, dimension);
      assert.deepEqual(backbone.input, { width: side, height: side });
    });

    for (const id of runtimeIds)
      it(`gives on ${id} what TF.js gives for the file itself`, async function () {
        const reason = (await runtimeAvailability()).find((runtime) => runtime.id === id)?.reason;
        if (reason !== undefined) skip(this, `the runtime ${id} cannot be loaded: ${reason}`);
        const runtime = await openRuntime(id, backbone, { threads: 2 });
        try {
          const distance = relativeDistance(await runtime.run(pictures, 2), expected);
          assert(distance < 1e-4, String(distance));
        } finally {
          await runtime.dispose();
        }
      });
  });
