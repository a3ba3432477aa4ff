import assert from 'node:assert/strict';
import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { crc32ByTable } from '../../../src/bottlenecks/checksum';
import { documentOf, runCli } from '../../support/cli';
import { copySamples } from '../../support/sampleDataset';

interface Finding {
  kind: string;
  path: string | null;
  part: string | null;
  row: number | null;
  distance?: number;
}

interface VerifyDocument {
  rows: number;
  images: number;
  recomputed: number;
  largestDistance: number;
  findings: Finding[];
  missing: number;
}

/** Files below a folder with what is in them. */
function contentsBelow(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (statSync(path.join(folder, name)).isFile())
      files.set(name, readFileSync(path.join(folder, name)).toString('latin1'));
  return files;
}

describe('retrain verify and retrain clear', function () {
  this.timeout(120_000);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-verify-')));
  after(() => rmSync(home, { recursive: true, force: true }));
  const photos = path.join(home, 'photos');
  const cache = path.join(photos, '.bottlenecks');
  const run = (...args: string[]) => runCli(args, { cwd: home, data: home });
  const verify = async (...args: string[]) => {
    const outcome = await run('verify', 'photos', '--json', ...args);
    return { status: outcome.status, ...(documentOf(outcome) as unknown as VerifyDocument) };
  };
  const compute = async () => {
    const { bottlenecks } = documentOf(await run('bottlenecks', 'photos', '--json')) as {
      bottlenecks?: { computed: number };
    };
    return bottlenecks?.computed;
  };
  /** The first part of a label: its matrix and its index. */
  const partOf = (label: string) => {
    const folder = path.join(cache, 'v1/efficientnet-lite2-int8', label);
    const name = readdirSync(folder).find((file) => file.endsWith('.npy')) ?? '';
    return { npy: path.join(folder, name), csv: path.join(folder, name.replace('.npy', '.csv')) };
  };
  const turnBit = (file: string, at: number) => {
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 8, at);
    writeFileSync(file, bytes);
  };

  before(async () => {
    copySamples(photos, { daisy: 'daisy', roses: 'roses' }, 6);
    // old enough for their times to be trusted
    const old = new Date('2020-01-02T03:04:05Z');
    for (const label of ['daisy', 'roses'])
      for (const name of readdirSync(path.join(photos, label)))
        utimesSync(path.join(photos, label, name), old, old);
    assert.equal(await compute(), 12);
  });

  it('finds nothing where nothing is wrong, and writes nothing', async () => {
    const before = contentsBelow(home);
    const all = await verify('--all');
    assert.deepEqual([all.status, all.rows, all.images, all.recomputed, all.missing], [0, 12, 12, 12, 0]);
    assert.deepEqual(all.findings, []);
    assert.ok(all.largestDistance <= 1e-3);
    const some = await verify('--sample', '5', '--seed', '1');
    assert.deepEqual([some.status, some.recomputed], [0, 5]);
    assert.deepEqual(contentsBelow(home), before);
    const told = await run('verify', 'photos', '--sample', '0');
    assert.match(told.stdout, /^Checked 12 rows; computed 0 images anew .*\nNo difference was found\.\n$/);
  });

  it('names every damaged row, and the next run computes it again', async () => {
    turnBit(partOf('daisy').npy, 128 + 4 * 2912 + 7);
    const found = await verify();
    assert.equal(found.status, 1);
    assert.deepEqual(
      found.findings.map(({ kind, row, path: file }) => [kind, row, file?.split('/')[0]]),
      [['damaged', 1, 'daisy']],
    );
    assert.deepEqual([found.missing, found.recomputed], [1, 11]);
    const told = await run('verify', 'photos');
    assert.match(
      told.stdout,
      /\n {2}damaged: daisy\/\S+ \(v1\/.*\.npy, row 1\)\n1 differences\.\nThe next run computes 1 images\.\n$/,
    );
    assert.equal(
      (documentOf(await run('train', 'photos', '--json')) as { bottlenecks?: { computed: number } })
        .bottlenecks?.computed,
      1,
    );
    // the damaged row stays until it outweighs a quarter, with others
    const after = await verify();
    assert.deepEqual([after.findings.map(({ kind }) => kind), after.missing], [['damaged'], 0]);
  });

  it('names values that are whole but not those of their image, and does not have them computed again', async () => {
    const { npy, csv } = partOf('roses');
    const matrix = readFileSync(npy);
    matrix.writeFloatLE(matrix.readFloatLE(128) + 30, 128);
    writeFileSync(npy, matrix);
    const lines = readFileSync(csv, 'utf8').split('\n');
    const text = (lines[2] ?? '').slice(0, -9);
    const crc = crc32ByTable(matrix.subarray(128, 128 + 4 * 2912), crc32ByTable(Buffer.from(text)));
    if (typeof zlib.crc32 === 'function')
      assert.equal(crc, zlib.crc32(matrix.subarray(128, 128 + 4 * 2912), zlib.crc32(text)));
    lines[2] = `${text},${crc.toString(16).padStart(8, '0')}`;
    writeFileSync(csv, lines.join('\n'));
    const found = await verify('--all');
    const [differs] = found.findings.filter(({ kind }) => kind === 'differs');
    assert.ok(differs && (differs.distance ?? 0) > 0.01, JSON.stringify(found.findings));
    assert.equal(differs.path?.split('/')[0], 'roses');
    assert.equal(found.largestDistance, differs.distance);
    assert.equal(found.missing, 0);
    assert.equal(await compute(), 0);
    assert.match(
      (await run('verify', 'photos', '--all')).stdout,
      /retrain clear has everything computed again/,
    );
  });

  it('names rows whose image is gone or has changed, and images that changed without a sign', async () => {
    const [gone = '', changed = '', unnoticed = '', model = ''] = readdirSync(path.join(photos, 'daisy'));
    const at = (name: string) => path.join(photos, 'daisy', name);
    renameSync(at(gone), path.join(home, 'gone.jpg'));
    writeFileSync(at(changed), readFileSync(at(model)));
    // one byte of the picture, and the time as it was
    const times = statSync(at(unnoticed));
    const bytes = readFileSync(at(unnoticed));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    writeFileSync(at(unnoticed), bytes);
    utimesSync(at(unnoticed), times.atime, times.mtime);
    const found = await verify('--all');
    const named = found.findings.map(({ kind, path: file }) => [kind, file]);
    assert.ok(
      named.some(([kind, file]) => kind === 'missingImage' && file === `daisy/${gone}`),
      JSON.stringify(named),
    );
    assert.ok(
      named.some(([kind, file]) => kind === 'stale' && file === `daisy/${changed}`),
      JSON.stringify(named),
    );
    assert.ok(
      found.findings.some(
        ({ kind, path: file, part }) => kind === 'stale' && file === `daisy/${unnoticed}` && part === null,
      ),
      JSON.stringify(named),
    );
    assert.equal(found.status, 1);
  });

  it('says so where there is no cache', async () => {
    copySamples(path.join(home, 'fresh'), { daisy: 'daisy' }, 2);
    for (const args of [
      ['verify', 'fresh'],
      ['clear', 'fresh', '--yes'],
    ]) {
      const outcome = await run(...args, '--json');
      assert.equal(outcome.status, 1);
      assert.equal((documentOf(outcome) as { error: { code: string } }).error.code, 'NO_CACHE');
    }
  });

  it('clears nothing without a yes, and not while another process writes', async () => {
    const before = contentsBelow(cache);
    const asked = documentOf(await run('clear', 'photos', '--json'));
    assert.equal(asked['removed'], false);
    assert.equal(asked['files'], before.size);
    assert.deepEqual(contentsBelow(cache), before);
    const lease = partOf('daisy').npy.replace('.npy', '.lease');
    writeFileSync(lease, `${JSON.stringify({ host: 'elsewhere', pid: 7, time: '' })}\n`);
    const refused = await run('clear', 'photos', '--yes');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^Another process \(7 on elsewhere\) is writing to .*\.bottlenecks/);
    assert.equal(contentsBelow(cache).size, before.size + 1);
  });

  it('clears what is ours when told, and nothing else: no file of a person, nothing behind a link', async () => {
    const elsewhere = path.join(home, 'elsewhere');
    mkdirSync(elsewhere);
    const decoy = path.basename(partOf('daisy').npy);
    writeFileSync(path.join(elsewhere, decoy), 'not yours');
    const own = path.join(cache, 'v1/efficientnet-lite2-int8/daisy/notes.txt');
    writeFileSync(own, 'mine');
    writeFileSync(path.join(cache, 'README.md'), 'rewritten');
    if (process.platform !== 'win32') {
      symlinkSync(elsewhere, path.join(cache, 'v1/efficientnet-lite2-int8/linked'), 'dir');
      symlinkSync(
        path.join(elsewhere, decoy),
        path.join(cache, 'v1/efficientnet-lite2-int8/daisy', `1${decoy.slice(1)}`),
      );
    }
    const cleared = documentOf(await run('clear', 'photos', '--yes', '--force', '--json'));
    assert.equal(cleared['removed'], true);
    assert.equal(cleared['left'], process.platform === 'win32' ? 2 : 4);
    assert.equal(readFileSync(own, 'utf8'), 'mine');
    assert.equal(readFileSync(path.join(elsewhere, decoy), 'utf8'), 'not yours');
    assert.deepEqual(
      [...contentsBelow(cache).keys()].filter(
        (name) =>
          /\.(npy|csv|lease)$/.test(name) &&
          !name.startsWith('v1/efficientnet-lite2-int8/linked') &&
          name !== `v1/efficientnet-lite2-int8/daisy/1${decoy.slice(1)}`,
      ),
      [],
    );
    assert.ok(readdirSync(path.join(photos, '.retrain/runs')).length > 0, 'runs stay');
    rmSync(cache, { recursive: true });
    assert.equal(await compute(), 10, 'one is gone, and two are the same');
    assert.equal((await run('clear', 'photos', '--yes')).status, 0);
    assert.equal(readdirSync(photos).includes('.bottlenecks'), false);
  });
});
