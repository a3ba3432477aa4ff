import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  isInside,
  isLink,
  readBounded,
  resolveInside,
  RetrainError,
  writeAtomic,
  writeNew,
} from '../../../src/base';
import { temporaryFolder } from '../../support/temporaryFolder';
import { skip } from '../../support/skip';

const withCode = (code: string, shown: string) => (error: unknown) => {
  assert.ok(error instanceof RetrainError, String(error));
  assert.deepEqual([error.code, error.params['path']], [code, shown]);
  return true;
};

describe('files', () => {
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder.path, name);
  /** Windows lets few people make links. */
  const link = (target: string, name: string, context: Mocha.Context) => {
    try {
      symlinkSync(target, at(name));
    } catch {
      skip(context, 'no right to make links');
    }
  };

  describe('writeAtomic', () => {
    it('replaces a file whole, and leaves nothing else behind', async () => {
      folder.write('a.json', 'a longer text than the next');
      await writeAtomic(at('a.json'), 'next');
      assert.equal(readFileSync(at('a.json'), 'utf8'), 'next');
      assert.deepEqual(readdirSync(folder.path), ['a.json']);
    });

    it('leaves the old file and nothing else where it fails', async () => {
      mkdirSync(at('a.json'));
      folder.write('a.json/inside');
      await assert.rejects(writeAtomic(at('a.json'), 'next'));
      await assert.rejects(writeAtomic(at('no folder/a.json'), 'next'), { code: 'ENOENT' });
      assert.deepEqual(readdirSync(folder.path, { recursive: true }).sort(), [
        'a.json',
        path.join('a.json', 'inside'),
      ]);
    });

    it('replaces a link and leaves what it leads to alone', async function () {
      folder.write('elsewhere', 'theirs');
      link(at('elsewhere'), 'a.json', this);
      await writeAtomic(at('a.json'), 'ours');
      assert.equal(readFileSync(at('elsewhere'), 'utf8'), 'theirs');
      assert.deepEqual([await isLink(at('a.json')), await isLink(at('nowhere'))], [false, false]);
    });
  });

  describe('writeNew', () => {
    it('never replaces a file, nor writes through a link', async function () {
      folder.write('a', 'first');
      await assert.rejects(writeNew(at('a'), 'second'), { code: 'EEXIST' });
      assert.equal(readFileSync(at('a'), 'utf8'), 'first');
      link(at('nowhere'), 'b', this);
      await assert.rejects(writeNew(at('b'), 'x'), { code: 'EEXIST' });
      assert.deepEqual(readdirSync(folder.path).sort(), ['a', 'b']);
    });
  });

  describe('readBounded', () => {
    it('reads up to its limit, and no file above it', async () => {
      const file = folder.write('a', 'four');
      assert.equal((await readBounded(file, 4)).toString(), 'four');
      await assert.rejects(readBounded(file, 3, { shown: 'shown' }), withCode('FILE_TOO_LARGE', 'shown'));
      truncateSync(file, 2 ** 40);
      await assert.rejects(readBounded(file, 2 ** 30), withCode('FILE_TOO_LARGE', file));
    });

    it('takes an empty file only where it is told to', async () => {
      const file = folder.write('a', '');
      await assert.rejects(readBounded(file, 4), withCode('FILE_EMPTY', file));
      assert.equal((await readBounded(file, 4, { allowEmpty: true })).length, 0);
    });

    it('names what is missing, and what lies below a file', async () => {
      folder.write('a');
      for (const name of ['b', 'a/b'])
        await assert.rejects(readBounded(at(name), 4), withCode('FILE_MISSING', at(name)));
    });

    it('never waits for a FIFO, and takes no folder', async function () {
      if (process.platform === 'win32') skip(this, 'Windows has no FIFO');
      execFileSync('mkfifo', [at('fifo')]);
      mkdirSync(at('folder'));
      for (const name of ['fifo', 'folder'])
        await assert.rejects(
          readBounded(at(name), 4, { allowEmpty: true }),
          withCode('NOT_A_FILE', at(name)),
        );
    });
  });

  describe('resolveInside', () => {
    it('gives the real path of what lies inside, through links that stay inside', async function () {
      folder.write('root/real/file');
      link(at('root/real'), 'root/linked', this);
      assert.equal(await resolveInside(at('root'), 'linked/file'), at('root/real/file'));
      assert.equal(await resolveInside(at('root'), ''), at('root'));
    });

    it('follows a link at the root itself', async function () {
      folder.write('real/file');
      link(at('real'), 'root', this);
      assert.equal(await resolveInside(at('root'), 'file'), at('real/file'));
    });

    it('refuses what leads out, by dots, by an absolute path or by a link', async function () {
      folder.write('secret');
      folder.write('root/file');
      for (const out of ['..', '../secret', 'file/../../secret', at('secret')])
        await assert.rejects(resolveInside(at('root'), out), withCode('PATH_OUTSIDE', out));
      link(at('secret'), 'root/link', this);
      link(folder.path, 'root/above', this);
      for (const out of ['link', 'above/secret'])
        await assert.rejects(resolveInside(at('root'), out), withCode('PATH_OUTSIDE', out));
    });

    it('names what is missing, and a link that leads round', async function () {
      folder.write('root/file');
      for (const name of ['none', 'file/below'])
        await assert.rejects(resolveInside(at('root'), name), withCode('FILE_MISSING', name));
      link(at('root/round'), 'root/round', this);
      await assert.rejects(resolveInside(at('root'), 'round'), withCode('FILE_UNREADABLE', 'round'));
    });
  });

  it('isInside: what is joined below a folder is inside it, its neighbours are not', () => {
    const name = fc.stringMatching(/^[a-z. ]{1,6}$/).filter((text) => !/^\.{1,2}$/.test(text.trim()));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), name, (parts, other) => {
        const root = path.resolve('root');
        assert.ok(isInside(root, path.join(root, ...parts)));
        assert.ok(!isInside(root, `${root}${other}`));
        assert.ok(!isInside(path.join(root, other), root));
      }),
    );
  });
});
