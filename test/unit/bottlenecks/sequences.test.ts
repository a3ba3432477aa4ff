import assert from 'node:assert/strict';
import { appendFile, cp, readdir, readFile, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {
  CacheWriter,
  compactStale,
  knownParts,
  openCache,
  type BottleneckCache,
} from '../../../src/bottlenecks';
import {
  inFolder,
  onnx,
  rightContents,
  sha256Of,
  tinyBackbone,
  valuesOf,
} from '../../support/bottleneckCache';

const labels = ['roses', 'Roses', '../x', 'a,"b"\n'];
const contentOf = (n: number) => `image ${n}`;
const pathOf = (n: number) => `roses/${n}, "${n}"\n.jpg`;
const all = Array.from({ length: 31 }, (_, i) => contentOf(i));

const someContents = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 });

/** `kill` ends the writer's process as it stands, with half a batch written; `move` is also a relabelling or a copy. */
const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      label: fc.nat({ max: labels.length - 1 }),
      contents: someContents,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      path: fc.nat({ max: 5 }),
      content: fc.nat({ max: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      torn: fc.uint8Array({ maxLength: 60 }),
      longAgo: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('compact' as const),
      wanted: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 31 }),
      paths: fc.uniqueArray(fc.nat({ max: 5 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('overwrite' as const, 'cut' as const, 'remove' as const),
      file: fc.nat(),
      at: fc.nat(),
    }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;
type Harm = Extract<Step, { readonly file: number }>;

/** A cache, the writer on it, and what is known to be in it. */
class Session {
  private writer: CacheWriter;
  /** Contents whose values must be there, and those that may: a compaction had no use for them. */
  private readonly stored = new Set<string>();
  private readonly spare = new Set<string>();
  /** path -> content, as its last line says. */
  private readonly moved = new Map<string, string>();
  private harmed = false;
  private kills = 0;

  private constructor(
    private readonly folder: string,
    private root: string,
    private cache: BottleneckCache,
  ) {
    this.writer = new CacheWriter(cache, onnx);
  }

  static async open(folder: string): Promise<Session> {
    const root = path.join(folder, '0');
    return new Session(folder, root, await openCache(root, tinyBackbone));
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'append':
        return this.append(labels[step.label] ?? '', [...new Set(step.contents)].map(contentOf));
      case 'move': {
        const [file, content] = [pathOf(step.path), contentOf(step.content)];
        this.writer.noteFile({
          path: file,
          size: content.length,
          mtimeNs: 7n,
          sha256: sha256Of(content),
          readAt: Date.now(),
        });
        await this.writer.flush();
        this.moved.set(file, content);
        return;
      }
      case 'reopen':
        await this.writer.close();
        return this.reopen();
      case 'kill':
        return this.kill(step.torn, step.longAgo);
      case 'compact':
        return this.compact(step.wanted.map(contentOf), step.paths.map(pathOf));
      default:
        await this.harm(step);
    }
  }

  private async append(label: string, contents: readonly string[]): Promise<void> {
    const keys = contents.map((content) => ({ sha256: sha256Of(content), view: 0, path: content }));
    await this.writer.append(label, keys, Float32Array.from(contents.flatMap(valuesOf)));
    for (const content of contents) {
      this.stored.add(content);
      this.spare.delete(content);
    }
  }

  private async reopen(): Promise<void> {
    this.cache = await openCache(this.root, tinyBackbone);
    this.writer = new CacheWriter(this.cache, onnx);
  }

  /** Goes on with a copy of the cache as it stands, which the writer knows nothing of. */
  private async kill(torn: Uint8Array, longAgo: boolean): Promise<void> {
    const after = path.join(this.folder, String(++this.kills));
    const names = await readdir(this.root, { recursive: true }).catch((): string[] => []);
    if (names.length > 0) await cp(this.root, after, { recursive: true });
    await this.writer.close();
    this.root = after;
    for (const name of names.filter((name) => name.endsWith('.lease'))) {
      const lease = path.join(after, name);
      const part = lease.replace(/lease$/, '');
      // half a row, and half a line: no line feed among the bytes
      await appendFile(
        `${part}csv`,
        torn.map((byte) => (byte === 10 ? 11 : byte)),
      );
      if (names.includes(name.replace(/lease$/, 'npy'))) await appendFile(`${part}npy`, torn);
      const old = new Date(Date.now() - 600_000);
      if (longAgo) await utimes(lease, old, old);
    }
    await this.reopen();
  }

  private async compact(wanted: readonly string[], paths: readonly string[]): Promise<void> {
    const parts = await knownParts(this.root, tinyBackbone.id);
    await compactStale(parts, tinyBackbone, {
      contents: new Set(wanted.map(sha256Of)),
      paths: new Set(paths),
      computed: wanted.filter((content) => !this.stored.has(content)).length,
    });
    for (const content of this.stored) {
      if (wanted.includes(content)) continue;
      this.stored.delete(content);
      this.spare.add(content);
    }
    for (const file of this.moved.keys()) if (!paths.includes(file)) this.moved.delete(file);
  }

  private async harm({ kind, file, at }: Harm): Promise<void> {
    const names = await readdir(this.root, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = names
      .filter((name) => /\.(npy|csv|json)$/.test(name.name))
      .map((name) => path.join(name.parentPath, name.name));
    const chosen = files.sort()[file % Math.max(1, files.length)];
    if (chosen === undefined) return;
    this.harmed = true;
    const bytes = await readFile(chosen);
    if (kind === 'remove') await unlink(chosen);
    else if (kind === 'cut') await truncate(chosen, at % (bytes.length + 1));
    else if (bytes.length > 0) {
      bytes.writeUInt8((at >> 8) & 255, at % bytes.length);
      await writeFile(chosen, bytes);
    }
  }

  /** Nothing wrong is ever read; and where nothing was harmed, nothing is missing. */
  async check(): Promise<void> {
    for (const cache of [this.cache, await openCache(this.root, tinyBackbone)]) {
      const found = await rightContents(cache, all);
      for (const content of found) assert.ok(this.stored.has(content) || this.spare.has(content));
      if (!this.harmed)
        for (const content of this.stored) assert.ok(found.includes(content), `${content} is lost`);
      // what could not be read is forgotten, so that it is computed again
      for (const content of all) assert.ok(!cache.has(sha256Of(content)) || found.includes(content));
    }
    if (this.harmed) return;
    const { fileMap } = await openCache(this.root, tinyBackbone);
    for (const [file, content] of this.moved) assert.equal(fileMap.get(file)?.sha256, sha256Of(content));
  }

  async close(): Promise<void> {
    await this.writer.close();
  }
}

describe('any sequence of appending, moving, killing, compacting, damaging and opening', () => {
  it('never gives wrong values, and loses none but by damage', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 25 }), (steps) =>
        inFolder(async (folder) => {
          const session = await Session.open(folder);
          try {
            for (const step of steps) {
              await session.do(step);
              await session.check();
            }
          } finally {
            await session.close();
          }
        }),
      ),
      { numRuns: 60 },
    )).timeout(120_000);
});
