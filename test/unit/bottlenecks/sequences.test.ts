import assert from 'node:assert/strict';
import { readdir, readFile, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { CacheWriter, openCache, type BottleneckCache } from '../../../src/bottlenecks';
import {
  inFolder,
  onnx,
  rightContents,
  sha256Of,
  tinyBackbone,
  valuesOf,
} from '../../support/bottleneckCache';

const labels = ['roses', 'Roses', '../x', 'a,"b"\n'];

type Step =
  | { readonly kind: 'append'; readonly label: number; readonly contents: readonly number[] }
  | { readonly kind: 'overwrite' | 'cut' | 'remove'; readonly file: number; readonly at: number }
  | { readonly kind: 'reopen' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      label: fc.nat({ max: labels.length - 1 }),
      contents: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('overwrite' as const, 'cut' as const, 'remove' as const),
      file: fc.nat(),
      at: fc.nat(),
    }),
  },
);

/** A cache, the writer on it, and what is known to be in it. */
class Session {
  private writer: CacheWriter;
  private readonly stored = new Set<string>();
  private harmed = false;

  private constructor(
    private readonly root: string,
    private cache: BottleneckCache,
  ) {
    this.writer = new CacheWriter(cache, onnx);
  }

  static async open(root: string): Promise<Session> {
    return new Session(root, await openCache(root, tinyBackbone));
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'append': {
        const contents = [...new Set(step.contents)].map((content) => `image ${content}`);
        const keys = contents.map((content) => ({ sha256: sha256Of(content), view: 0, path: content }));
        await this.writer.append(
          labels[step.label] ?? '',
          keys,
          Float32Array.from(contents.flatMap(valuesOf)),
        );
        for (const content of contents) this.stored.add(content);
        break;
      }
      case 'reopen':
        await this.writer.close();
        this.cache = await openCache(this.root, tinyBackbone);
        this.writer = new CacheWriter(this.cache, onnx);
        break;
      default:
        await this.harm(step);
    }
  }

  private async harm({ kind, file, at }: { kind: 'overwrite' | 'cut' | 'remove'; file: number; at: number }) {
    const names = await readdir(this.root, { recursive: true, withFileTypes: true });
    const files = names
      .filter((name) => /\.(npy|csv)$/.test(name.name))
      .map((name) => path.join(name.parentPath, name.name));
    const chosen = files.sort()[file % Math.max(1, files.length)];
    if (chosen === undefined) return;
    this.harmed = true;
    const bytes = await readFile(chosen);
    if (kind === 'remove') await unlink(chosen);
    else if (kind === 'cut') await truncate(chosen, at % (bytes.length + 1));
    else {
      bytes.writeUInt8((at >> 8) & 255, at % bytes.length);
      await writeFile(chosen, bytes);
    }
  }

  /** Nothing wrong is ever read; and where nothing was harmed, nothing is missing. */
  async check(): Promise<void> {
    const all = Array.from({ length: 31 }, (_, i) => `image ${i}`);
    for (const cache of [this.cache, await openCache(this.root, tinyBackbone)]) {
      const found = await rightContents(cache, all);
      assert.deepEqual(
        found.filter((content) => !this.stored.has(content)),
        [],
      );
      if (!this.harmed) assert.equal(found.length, this.stored.size);
      // what could not be read is forgotten, so that it is computed again
      for (const content of all) assert.ok(!cache.has(sha256Of(content)) || found.includes(content));
    }
  }

  async close(): Promise<void> {
    await this.writer.close();
  }
}

describe('any sequence of appending, damaging and opening', () => {
  it('never gives wrong values, and loses none but by damage', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 25 }), (steps) =>
        inFolder(async (root) => {
          const session = await Session.open(root);
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
      { numRuns: 40 },
    )).timeout(120_000);
});
