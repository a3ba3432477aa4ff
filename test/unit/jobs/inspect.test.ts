import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JobThread, type PartView } from '../../../src/jobs';
import { copySamples } from '../../support/sampleDataset';
import { temporaryFolder } from '../../support/temporaryFolder';

const headerSize = 128;

describe('a bottleneck file to look at', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let jobs: JobThread;
  let files: string[];

  beforeEach(async () => {
    const places = { assets: path.resolve('media'), cacheDirectory: path.join(folder.path, 'user') };
    jobs = new JobThread(path.resolve('dist/worker.js'), places, () => undefined);
    const dataset = path.join(folder.path, 'photos');
    copySamples(dataset, { daisy: 'a', roses: 'b' }, 3);
    await jobs.run('bottlenecks', {
      folder: dataset,
      settings: { backbone: 'efficientnet-lite2', runtime: 'auto' },
    });
    const { backbones } = await jobs.run('listBottlenecks', { folder: dataset });
    const images = backbones.flatMap(({ labels }) => labels.flatMap((label) => label.images));
    assert.equal(images.length, 6);
    files = [...new Set(images.map(({ file }) => file))].sort();
    assert.equal(files.length, 2);
  });
  afterEach(() => jobs.stop());

  const inspect = (file = '') => jobs.run('inspectPart', { file });
  /** Mean and deviation in float64, of all rows of some parts but those left out. */
  const assertDrawnAgainst = async (
    { mean, deviation }: PartView,
    parts: readonly string[],
    but?: number,
  ) => {
    const rows: Float32Array[] = [];
    for (const file of parts)
      for (const { row, values } of (await jobs.run('readRows', { file, from: 0, to: 100 })).rows)
        if (file !== parts[0] || row !== but) rows.push(values);
    for (const d of [0, 1, 1000, 2911]) {
      const column = rows.map((values) => values[d] ?? NaN);
      const average = column.reduce((sum, value) => sum + value, 0) / column.length;
      const spread = Math.sqrt(
        column.reduce((sum, value) => sum + (value - average) ** 2, 0) / column.length,
      );
      assert.ok(Math.abs((mean[d] ?? NaN) - average) < 1e-5, `mean of ${d}`);
      assert.ok(Math.abs((deviation[d] ?? NaN) - spread) < 1e-3, `deviation of ${d}`);
    }
  };
  const change = (file: string, edit: (bytes: Buffer) => void) => {
    const bytes = readFileSync(file);
    edit(bytes);
    writeFileSync(file, bytes);
  };

  it('is drawn against the rows of the whole cache', async () => {
    const part = await inspect(files[0]);
    assert.deepEqual(
      part.rows.map(({ checksum, path: file }) => [checksum, file?.split('/')[0]]),
      [1, 2, 3].map(() => ['right', 'a']),
    );
    await assertDrawnAgainst(part, files);
  });

  it('is not drawn against a damaged row, whatever its values', async () => {
    const [damaged = ''] = files;
    change(damaged, (bytes) => bytes.writeFloatLE(NaN, headerSize + 2912 * 4 + 4000));
    const part = await inspect(damaged);
    assert.deepEqual(
      part.rows.map(({ checksum }) => checksum),
      ['right', 'wrong', 'right'],
    );
    assert.ok([...part.mean, ...part.deviation].every(Number.isFinite));
    await assertDrawnAgainst(part, files, 1);
  });

  it('is drawn against itself alone where no index says what network it is of', async () => {
    const [orphan = ''] = files;
    change(orphan.replace(/npy$/, 'csv'), (bytes) => bytes.write('x'));
    const part = await inspect(orphan);
    assert.deepEqual(
      part.rows.map(({ checksum }) => checksum),
      ['missing', 'missing', 'missing'],
    );
    assert.equal(part.runtime, null);
    await assertDrawnAgainst(part, [orphan]);
  });
});
