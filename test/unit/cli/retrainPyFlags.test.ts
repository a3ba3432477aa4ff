import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withDashes } from '../../../src/cli/retrainPyFlags';
import { catalogue } from '../../../src/backbones';
import { standInFor } from '../../../src/cli/standIn';
import { retrainPySide } from '../../../src/dataset';
import { documentOf, runCli } from '../../support/cli';
import { FileServer } from '../../support/fileServer';
import { nsfwModels } from '../../support/foreignNetworks';
import { copySamples } from '../../support/sampleDataset';

interface TrainDocument {
  backbone: { id: string };
  split: { training: number; validation: number; testing: number };
  training: {
    unit: string;
    epochs: number;
    best: number;
    optimizer: { kind: string; steps?: number; learningRate?: number; keep?: string };
    splitRule: { kind: string; imageDir?: string };
  };
  evaluation: {
    accuracy: number | null;
    labels: string[];
    misclassified?: { path: string; label: string; predicted: string }[];
  };
  run: string;
}

describe("retrain.py's flags", function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-flags-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const dataset = path.join(home, 'photos');
  const train = (...args: string[]) => runCli(['train', ...args], { cwd: home, data: home });
  const document = async (...args: string[]) => {
    const outcome = await train(...args, '--json');
    assert.equal(outcome.status, 0, outcome.stderr);
    return { ...(documentOf(outcome) as unknown as TrainDocument), stderr: outcome.stderr };
  };

  before(() => copySamples(dataset, { daisy: 'daisy', roses: 'Roses!', tulips: '猫' }, 12));

  it('are taken with underscores and with dashes', () => {
    assert.deepEqual(withDashes(['train', '--image_dir=a_b', '--learning_rate', '0.1', '--json']), [
      'train',
      '--image-dir=a_b',
      '--learning-rate',
      '0.1',
      '--json',
    ]);
    assert.deepEqual(withDashes(['--testing_percentage', '20', '--tfhub_module', 'x_y']), [
      '--testing-percentage',
      '20',
      '--tfhub-module',
      'x_y',
    ]);
    // not a flag, and what comes after --
    assert.deepEqual(withDashes(['image_dir', '--no_such', '--', '--image_dir']), [
      'image_dir',
      '--no_such',
      '--',
      '--image_dir',
    ]);
  });

  it('train as retrain.py does, by its split, and say so', async () => {
    const flags = [
      '--how_many_training_steps',
      '120',
      '--learning_rate',
      '0.02',
      '--eval_step_interval',
      '7',
    ];
    const { training, split, stderr } = await document('--image_dir', './photos', ...flags);
    assert.equal(training.unit, 'step');
    assert.equal(training.epochs, 120);
    assert.ok(training.best % 7 === 0 || training.best === 119, String(training.best));
    assert.equal(training.optimizer.kind, 'retrain.py');
    assert.equal(training.optimizer.steps, 120);
    assert.equal(training.optimizer.learningRate, 0.02);
    assert.equal(training.optimizer.keep, 'best');
    assert.deepEqual(training.splitRule, { kind: 'retrain.py', imageDir: './photos' });
    assert.match(stderr, /note: .*--optimizer retrain\.py/);
    assert.equal(split.training + split.validation + split.testing, 36);
    // the folder's name is part of the hash, as there
    const { split: other } = await document(
      '--image_dir',
      'photos',
      ...flags,
      '--validation_percentage',
      '45',
    );
    assert.ok(other.validation > split.validation);
    assert.equal(existsSync(path.join(dataset, '.retrain', 'split-42-10-10.csv')), false);
    const file = path.join(dataset, 'retrain.json');
    writeFileSync(file, '{ "head": "hidden", "hiddenUnits": 2, "trainingPasses": 1 }');
    const hidden = await document('photos', '--learning_rate', '0.02');
    rmSync(file);
    assert.equal(hidden.training.unit, 'epoch');
    assert.doesNotMatch(hidden.stderr, /note: /, 'it was not');
  });

  it('give the same numbers for the same seed, others for another', async () => {
    const flags = ['photos', '--optimizer', 'retrain.py', '--how-many-training-steps', '50'];
    const weights = async (...args: string[]) =>
      readFileSync(path.join(dataset, (await document(...flags, ...args)).run, 'weights.bin'));
    const first = await weights();
    assert.ok(first.equals(await weights()));
    assert.equal(first.equals(await weights('--seed', '7')), false);
  });

  it('write labels, head and summaries, and name the wrong answers', async () => {
    const outputs = ['--output_labels', 'out/labels.txt', '--saved_model_dir', 'out/model'];
    const more = ['--summaries_dir', 'out/logs', '--print_misclassified_test_images'];
    const { evaluation, run } = await document('photos', ...outputs, ...more, '--testing_percentage', '40');
    const labels = readFileSync(path.join(home, 'out', 'labels.txt'), 'utf8');
    // as they are: neither in lower case nor stripped
    assert.equal(labels, 'Roses!\ndaisy\n猫\n');
    assert.equal(readFileSync(path.join(home, 'out', 'model', 'labels.txt'), 'utf8'), labels);
    const model = readFileSync(path.join(home, 'out', 'model', 'model.json'), 'utf8');
    assert.match(model, /"final_result\/kernel"/);
    const saved = readFileSync(path.join(dataset, run, 'weights.bin'));
    assert.ok(readFileSync(path.join(home, 'out', 'model', 'weights.bin')).equals(saved));
    assert.ok(existsSync(path.join(home, 'out', 'logs', path.basename(run), 'train')));
    assert.ok(existsSync(path.join(home, 'out', 'logs', path.basename(run), 'validation')));
    const { accuracy, misclassified } = evaluation;
    assert.ok(accuracy !== null && misclassified);
    assert.ok(misclassified.every(({ label, predicted }) => label !== predicted));
    if (accuracy < 1) assert.ok(misclassified.length > 0);
  });

  it('write the last layer every so many steps', async () => {
    for (const [optimizer, taken, keep] of [
      ['retrain.py', [4, 8, 12], ['--keep', 'last']],
      ['adam', [4, 8], []],
    ] as const) {
      const steps = ['--how_many_training_steps', String(taken.length * 4 + 1)];
      const to = ['--intermediate_output_graphs_dir', path.join('steps', optimizer)];
      const flags = ['--optimizer', optimizer, ...keep, '--intermediate_store_frequency', '4'];
      const { run } = await document('photos', ...flags, ...steps, ...to);
      const folder = path.join(home, 'steps', optimizer);
      const weights = taken.map((step) =>
        readFileSync(path.join(folder, `intermediate_${step}`, 'weights.bin')),
      );
      assert.deepEqual(readdirSync(folder).length, taken.length);
      assert.equal(new Set(weights.map((bytes) => bytes.toString('base64'))).size, taken.length);
      // The last of retrain.py's is the head of the run; that of adam, another step may be kept, is of its size.
      const saved = readFileSync(path.join(dataset, run, 'weights.bin'));
      if (optimizer === 'retrain.py') assert.ok(weights.at(-1)?.equals(saved));
      else assert.equal(weights.at(-1)?.length, saved.length);
    }
    // In a training that is gone on with, too, counted from its beginning.
    const { run } = await document('photos', '--optimizer', 'adam', '--how_many_training_steps', '5');
    const further = ['--continue', path.join(dataset, run), '--how_many_training_steps', '4'];
    const again = path.join('steps', 'again');
    const flags = ['--intermediate_store_frequency', '4', '--intermediate_output_graphs_dir', again];
    await document('photos', ...further, ...flags);
    assert.deepEqual(readdirSync(path.join(home, again)), ['intermediate_8']);
    const weights = path.join('intermediate_8', 'weights.bin');
    const inOnePiece = readFileSync(path.join(home, 'steps', 'adam', weights));
    assert.ok(readFileSync(path.join(home, again, weights)).equals(inOnePiece));
    const alone = await train('photos', '--intermediate_store_frequency', '4');
    assert.match(alone.stderr, /note: --intermediate_store_frequency: nothing is written unless/);
  });

  it('are taken, with a note, where nothing here is their like', async () => {
    const { training, stderr } = await document(
      'photos',
      '--output_graph=graph.pb',
      '--checkpoint_path=c',
      '--model_dir=models',
      '--logging_verbosity=DEBUG',
      '--intermediate_store_frequency=5',
      '--intermediate_output_graphs_dir=nowhere',
      '--test_batch_size=20',
    );
    assert.equal(training.optimizer, undefined);
    for (const flag of [
      'output_graph',
      'checkpoint_path',
      'model_dir',
      'logging_verbosity',
      'intermediate_store_frequency',
      'test_batch_size',
    ])
      assert.match(stderr, new RegExp(`note: --${flag}: `));
    for (const name of ['graph.pb', 'nowhere']) assert.equal(existsSync(path.join(home, name)), false);
  });

  it('name a network as retrain.py does: the nearest of the catalogue stands in, once it is here', async () => {
    const hub = 'https://tfhub.dev/google/imagenet';
    for (const [name, id] of [
      ['inception_v3', 'inception-v3'],
      [`${hub}/inception_v3/feature_vector/3`, 'inception-v3'],
      ['mobilenet_1.0_224', 'mobilenet-v2'],
      ['mobilenet_0.50_128_quantized', 'mobilenet-v2'],
      [`${hub}/mobilenet_v1_100_224/quantops/feature_vector/1`, 'mobilenet-v2'],
      [`${hub}/mobilenet_v2_140_224/feature_vector/4`, 'mobilenet-v2-140'],
    ] as const) {
      assert.equal(standInFor(name)?.id, id, name);
      assert.ok(catalogue.some((entry) => entry.id === id));
    }
    for (const name of [`${hub}/resnet_v2_50/feature_vector/1`, 'inception-v3', 'x/inception_v3', ''])
      assert.equal(standInFor(name), undefined, name);
    const flags = ['--image_dir', 'photos', '--bottleneck_dir', path.join(home, 'none')];
    const absent = await train(...flags, '--architecture', 'inception_v3');
    assert.equal(absent.status, 1);
    assert.match(absent.stderr, /note: --bottleneck_dir: .*none holds no values yet/);
    assert.match(absent.stderr, /note: inception_v3: inception-v3 stands in for it/);
    assert.match(absent.stderr, /retrain backbones download inception-v3\.$/m);
    assert.match((await train('photos', '--architecture', 'vgg')).stderr, /no backbone vgg .*inception-v3,/);
    const server = await FileServer.start(nsfwModels);
    try {
      const from = `${server.address}/mobilenet_v2`;
      const fetched = ['backbones', 'download', 'mobilenet-v2', '--from', from];
      assert.equal((await runCli(fetched, { cwd: home, data: home })).status, 0);
    } finally {
      await server.close();
    }
    const { backbone } = await document(...flags, '--architecture', 'mobilenet_1.0_224');
    assert.equal(backbone.id, 'mobilenet-v2');
  });

  it('are refused where they contradict each other', async () => {
    for (const args of [
      [],
      ['photos', '--image_dir', 'photos'],
      ['photos', '--optimizer', 'l-bfgs', '--learning_rate', '1'],
      ['photos', '--learning_rate', '0'],
      ['photos', '--train_batch_size', '0'],
      ['photos', '--architecture', 'a', '--tfhub_module', 'b'],
      ['photos', '--architecture', 'a', '--backbone', 'b'],
      ['photos', '--final_tensor_name', 'a/../b'],
    ])
      assert.equal((await train(...args)).status, 2, args.join(' '));
  });

  it('name the folder that cannot be written, once the run is saved', async () => {
    const outcome = await train('photos', '--json', '--output_labels', 'photos/daisy');
    assert.equal(outcome.status, 1);
    const { error } = documentOf(outcome) as unknown as { error: { code: string; path: string } };
    assert.equal(error.code, 'OUTPUT_UNWRITABLE');
    assert.equal(error.path, path.join(dataset, 'daisy'));
  });

  it('train where the rule leaves a class without validation or testing images, and say which', async () => {
    // At 20 images a class retrain.py crashed on every fourth class.
    const small = path.join(home, 'small');
    copySamples(small, { daisy: 'a', roses: 'b', tulips: 'c' }, 4);
    const shares = { validation: 10, testing: 20 };
    const onSide = (side: string) =>
      ['a', 'b', 'c'].filter((label) =>
        readdirSync(path.join(small, label)).some(
          (name) => retrainPySide(`small/${label}/${name}`, shares) === side,
        ),
      );
    assert.deepEqual(onSide('training'), ['a', 'b', 'c']);
    const tested = onSide('testing');
    assert.ok(tested.length > 0 && tested.length < 3 && onSide('validation').length < 3, String(tested));
    const flags = [
      '--optimizer',
      'retrain.py',
      '--how_many_training_steps',
      '20',
      '--testing_percentage',
      '20',
    ];
    const { status, stdout, stderr } = await train('small', ...flags);
    assert.equal(status, 0, stderr);
    for (const label of ['a', 'b', 'c'])
      assert.equal(stdout.includes(`The class “${label}” has no testing image`), !tested.includes(label));
  });

  it('say so where the rule leaves one class alone to train on', async () => {
    const scant = path.join(home, 'scant');
    copySamples(scant, { daisy: 'a', roses: 'b' }, 1);
    const shares = { validation: 10, testing: 10 };
    for (const [label, side] of [
      ['a', 'training'],
      ['b', 'testing'],
    ] as const) {
      const [name = ''] = readdirSync(path.join(scant, label));
      const names = Array.from({ length: 999 }, (_, i) => `${i}.jpg`);
      const fitting = names.find((each) => retrainPySide(`scant/${label}/${each}`, shares) === side);
      renameSync(path.join(scant, label, name), path.join(scant, label, fitting ?? name));
    }
    const { status, stderr } = await train('scant', '--optimizer', 'retrain.py');
    assert.equal(status, 1);
    assert.match(stderr, /“a” is the only class in .*scant with an image to train on/);
  });
});
