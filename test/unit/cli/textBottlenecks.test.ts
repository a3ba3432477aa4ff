import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentOf, runCli } from '../../support/cli';
import { copySamples, samples } from '../../support/sampleDataset';
import { skip } from '../../support/skip';

interface ImportDocument {
  modules: {
    module: string;
    backbone: string;
    dimension: number;
    taken: number;
    present: number;
    skipped: { path: string; code: string; message: string }[];
    without: number;
    newer: number;
  }[];
  unmatched: string[];
}

interface TrainDocument {
  dataset: { images: number; skipped: { path: string; code: string }[] };
  backbone: { id: string; dimension: number };
  bottlenecks: { cached: number; computed: number };
  evaluation: { accuracy: number | null };
  run: string;
}

const module = 'efficientnet-lite2-int8';

describe("retrain.py's bottleneck folders", function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-texts-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const photos = path.join(home, 'photos');
  const texts = path.join(home, 'texts');
  const run = (...args: string[]) => runCli([...args, '--json'], { cwd: home, data: home });
  const document = async <T>(...args: string[]): Promise<T> => {
    const outcome = await run(...args);
    assert.equal(outcome.status, 0, outcome.stderr);
    return documentOf(outcome) as unknown as T;
  };
  const code = async (...args: string[]) =>
    ((await run(...args).then(documentOf)) as unknown as { error: { code: string } }).error.code;
  const namesIn = (label: string) => readdirSync(path.join(photos, label)).sort();
  const textOf = (label: string, name: string) => path.join(texts, label, `${name}_${module}.txt`);
  /** The float32 rows of a cache by the path when computed. */
  const rowsOf = (dataset: string, backbone: string): Map<string, string> => {
    const folder = path.join(dataset, '.bottlenecks', 'v1', backbone);
    const rows = new Map<string, string>();
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.npy')) continue;
      const matrix = readFileSync(path.join(folder, name));
      const index = readFileSync(path.join(folder, `${name.slice(0, -4)}.csv`), 'utf8').split('\n');
      for (const line of index.slice(2, -1)) {
        const [row = '', , , file = ''] = line.split(',');
        const start = 128 + Number(row) * 2912 * 4;
        rows.set(file, matrix.toString('hex', start, start + 2912 * 4));
      }
    }
    return rows;
  };

  before(async () => {
    copySamples(photos, { daisy: 'daisy', roses: '猫', tulips: 'c' }, 8);
    const written = await document<{ files: number; module: string }>(
      'export-bottlenecks',
      'photos',
      '--to',
      'texts',
    );
    assert.deepEqual([written.files, written.module], [24, module]);
  });

  it('are written one file an image, values joined by commas and nothing else', () => {
    for (const label of ['daisy', '猫', 'c']) {
      const names = namesIn(label).map((name) => `${name}_${module}.txt`);
      assert.deepEqual(readdirSync(path.join(texts, label)).sort(), names.sort());
    }
    const text = readFileSync(textOf('daisy', namesIn('daisy')[0] ?? ''), 'utf8');
    assert.match(text, /^-?[\d.e-]+(?:,-?[\d.e-]+){2911}$/);
  });

  it('give the very same values back, and name what is torn, invalid or of no image', async () => {
    const copy = path.join(home, 'copy');
    cpSync(photos, copy, { recursive: true });
    rmSync(path.join(copy, '.bottlenecks'), { recursive: true });
    const [torn = '', invalid = '', lost = ''] = namesIn('c');
    const whole = readFileSync(textOf('c', torn), 'utf8');
    writeFileSync(textOf('c', torn), whole.slice(0, 10_000));
    writeFileSync(textOf('c', invalid), whole.replace(/,[^,]*,/, ',inf,'));
    unlinkSync(textOf('c', lost));
    writeFileSync(path.join(texts, 'c', `no-image.jpg_${module}.txt`), whole);

    const { modules, unmatched } = await document<ImportDocument>('import', 'texts', '--image_dir', 'copy');
    assert.equal(modules.length, 1);
    const [imported] = modules;
    assert.ok(imported);
    assert.match(imported.backbone, /^imported-efficientnet-lite2-int8-[0-9a-f]{8}$/);
    assert.deepEqual(
      [imported.dimension, imported.taken, imported.present, imported.without],
      [2912, 21, 0, 1],
    );
    assert.deepEqual(
      imported.skipped.map((file) => [file.path, file.code]),
      [torn, invalid].map((name) => [`c/${name}_${module}.txt`, 'TEXT_VALUES_DAMAGED']),
    );
    assert.deepEqual(unmatched, [`c/no-image.jpg_${module}.txt`]);

    const original = rowsOf(photos, module);
    const taken = rowsOf(copy, imported.backbone);
    assert.equal(taken.size, 21);
    for (const [file, values] of taken) assert.equal(values, original.get(file), file);

    const again = await document<ImportDocument>(
      'import',
      'texts',
      '--image_dir',
      'copy',
      '--module',
      module,
    );
    assert.deepEqual([again.modules[0]?.taken, again.modules[0]?.present], [0, 21]);
    // the copies were made after the files; whether a picture was changed since, nothing can say
    assert.equal(again.modules[0]?.newer, 21);
    const past = new Date(2020, 1, 1);
    for (const label of ['daisy', '猫', 'c'])
      for (const name of namesIn(label)) utimesSync(path.join(copy, label, name), past, past);
    const older = await document<ImportDocument>('import', 'texts', '--image_dir', 'copy');
    assert.equal(older.modules[0]?.newer, 0);
  });

  it('can be trained on where the network is not there; images without values are named', async () => {
    const { modules } = await document<ImportDocument>('import', 'texts', '--image_dir', 'copy');
    const id = modules[0]?.backbone ?? '';
    const first = await document<TrainDocument>('train', 'copy', '--backbone', id);
    assert.equal(first.backbone.id, id);
    assert.equal(first.dataset.images, 21);
    assert.deepEqual([first.bottlenecks.computed, first.bottlenecks.cached], [0, 21]);
    assert.deepEqual(
      first.dataset.skipped.map((file) => file.code),
      ['VALUES_NOT_IMPORTED', 'VALUES_NOT_IMPORTED', 'VALUES_NOT_IMPORTED'],
    );
    assert.ok(first.evaluation.accuracy !== null);
    const flags = ['--tfhub_module', module, '--bottleneck_dir', 'texts', '--how_many_training_steps', '30'];
    const own = await run('train', '--image_dir', 'copy', ...flags);
    const second = documentOf(own) as unknown as TrainDocument;
    assert.equal(second.backbone.id, module, 'the name of an own backbone means that one');
    assert.ok(own.stderr.includes(`--backbone ${id} trains on the imported ones`), own.stderr);
    // a renamed image keeps its values, one that was changed has none
    const [renamed = '', changed = ''] = namesIn('daisy');
    renameSync(path.join(home, 'copy', 'daisy', renamed), path.join(home, 'copy', 'daisy', 'renamed.jpg'));
    const other = path.join(samples, 'dandelion');
    cpSync(path.join(other, readdirSync(other)[0] ?? ''), path.join(home, 'copy', 'daisy', changed));
    const third = await document<TrainDocument>(
      'train',
      'copy',
      '--backbone',
      id,
      '--optimizer',
      'retrain.py',
    );
    assert.equal(third.dataset.images, 20);
  });

  it('are scaled by their training images, whichever command comes first', async () => {
    const { modules } = await document<ImportDocument>('import', 'texts', '--image_dir', 'copy');
    const id = modules[0]?.backbone ?? '';
    const split = ['--validation-percentage', '20', '--testing-percentage', '20'];
    const scalingAfter = async (...before: string[]): Promise<Buffer> => {
      const dataset = path.join(home, before[0] ?? 'alone');
      cpSync(path.join(home, 'copy'), dataset, { recursive: true });
      rmSync(path.join(dataset, '.retrain'), { recursive: true, force: true });
      if (before.length > 0) await document(...before, dataset, '--backbone', id);
      await document('train', dataset, '--backbone', id, ...split);
      const [kept = ''] = readdirSync(path.join(dataset, '.retrain')).filter((name) =>
        name.startsWith('scaling-'),
      );
      return readFileSync(path.join(dataset, '.retrain', kept));
    };
    const trained = await scalingAfter();
    assert.equal(trained.length, 2 * 2912 * 4);
    assert.ok(trained.equals(await scalingAfter('learning-curve', '--repeats', '1')));
  });

  it('leave a run that says why it cannot answer', async () => {
    const image = path.join('copy', 'daisy', namesIn('daisy')[3] ?? '');
    const runs = path.join(home, 'copy', '.retrain', 'runs');
    const { modules } = await document<ImportDocument>('import', 'texts', '--image_dir', 'copy');
    const trained = await document<TrainDocument>('train', 'copy', '--backbone', modules[0]?.backbone ?? '');
    const folder = path.join(runs, path.basename(trained.run));
    assert.equal(await code('classify', image, '--run', folder), 'IMPORTED_NETWORK');
    assert.equal(await code('evaluate', 'photos', '--run', folder), 'IMPORTED_NETWORK');
    // Where no run is named another one answers, if there is one.
    const alone = path.join(home, 'alone');
    cpSync(path.join(home, 'copy'), alone, { recursive: true });
    rmSync(path.join(alone, '.retrain'), { recursive: true });
    const known = path.join('alone', '猫', namesIn('猫')[0] ?? '');
    const train = ['train', 'alone', '--backbone'];
    await document(...train, modules[0]?.backbone ?? '');
    assert.equal(await code('classify', known), 'IMPORTED_NETWORK');
    const able = await document<TrainDocument>(...train, module);
    const newer = await document<TrainDocument>(...train, modules[0]?.backbone ?? '');
    const answered = await document<{ run: string; passedOver: string }>('classify', known);
    assert.deepEqual(
      [answered.run, answered.passedOver],
      [able, newer].map((each) => path.join(alone, each.run)),
    );
    const { stdout } = await runCli(['classify', known], { cwd: home, data: home });
    assert.match(stdout, /Answered by run .*\nnote: run .* is newer, but was trained on imported values/);
  });

  it('come back out as they came in', async () => {
    const { modules } = await document<ImportDocument>('import', 'texts', '--image_dir', 'copy');
    const backbone = modules[0]?.backbone ?? '';
    await document('export-bottlenecks', 'copy', '--to', 'again', '--backbone', backbone);
    const name = namesIn('猫')[0] ?? '';
    assert.equal(
      readFileSync(path.join(home, 'again', '猫', `${name}_${module}.txt`), 'utf8'),
      readFileSync(textOf('猫', name), 'utf8'),
    );
  });

  it('are refused in words where there are none', async () => {
    mkdirSync(path.join(home, 'empty'));
    assert.equal(await code('import', 'empty', '--image_dir', 'photos'), 'NO_TEXT_FILES');
    assert.equal(await code('import', 'nowhere', '--image_dir', 'photos'), 'FOLDER_NOT_FOUND');
    assert.equal(await code('import', 'texts', '--image_dir', 'photos', '--module', 'x'), 'NO_TEXT_FILES');
    assert.equal(await code('train', 'photos', '--backbone', 'imported-x'), 'BACKBONE_UNKNOWN');
    const broken = path.join(home, 'broken', 'daisy');
    mkdirSync(broken, { recursive: true });
    writeFileSync(path.join(broken, `${namesIn('daisy')[0]}_m.txt`), '1,2,');
    assert.equal(await code('import', 'broken', '--image_dir', 'photos'), 'NO_TEXT_VALUES');
  });

  it('are not written through a link', async function () {
    if (process.platform === 'win32') skip(this, 'links need a privilege on Windows');
    const out = path.join(home, 'out');
    mkdirSync(out);
    symlinkSync(path.join(home, 'empty'), path.join(out, 'daisy'));
    assert.equal(await code('export-bottlenecks', 'photos', '--to', 'out'), 'PATH_OUTSIDE');
    assert.deepEqual(readdirSync(path.join(home, 'empty')), []);
  });
});
