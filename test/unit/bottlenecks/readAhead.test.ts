import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { readAhead } from '../../../src/bottlenecks/readAhead';

interface Asked {
  readonly size: number;
  readonly name: number;
}

const asked = fc
  .array(fc.nat({ max: 40 * 2 ** 20 }), { maxLength: 120 })
  .map((sizes) => sizes.map((size, name): Asked => ({ size, name })));

describe('reading ahead of the network', () => {
  it('gives every image in order, and holds neither more than 40 nor more than 64 MiB, or one that is larger', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.infiniteStream(fc.boolean()), async (images, slow) => {
        const held = new Set<Asked>();
        const prepare = async (image: Asked) => {
          held.add(image);
          const bytes = [...held].reduce((sum, { size }) => sum + size, 0);
          // The one that was handed over last is held until the next is asked for.
          assert.ok(held.size <= 41);
          assert.ok(bytes <= 64 * 2 ** 20 || held.size <= 2, `${held.size} images, ${bytes} bytes`);
          if (slow.next().value === true) await Promise.resolve();
          return image.name;
        };
        const given: number[] = [];
        for await (const [image, prepared] of readAhead(images, ({ size }) => size, prepare)) {
          assert.equal(prepared, image.name);
          given.push(prepared);
          held.delete(image);
        }
        assert.deepEqual(
          given,
          images.map(({ name }) => name),
        );
      }),
    );
  });

  for (const end of ['a failure', 'whoever takes them'] as const) {
    it(`has nothing under way any more when it is ended by ${end}`, async () => {
      let underWay = 0;
      const prepare = async ({ name }: Asked) => {
        underWay++;
        await sleep(name % 3);
        underWay--;
        if (end === 'a failure' && name === 5) throw new Error('no engine');
        return name;
      };
      const images = Array.from({ length: 100 }, (_, name) => ({ size: 1, name }));
      const given: number[] = [];
      const take = async () => {
        for await (const [, name] of readAhead(images, ({ size }) => size, prepare)) {
          given.push(name);
          if (end === 'whoever takes them' && name === 4) return;
        }
      };
      if (end === 'a failure') await assert.rejects(take(), /no engine/);
      else await take();
      assert.deepEqual(given, [0, 1, 2, 3, 4]);
      assert.equal(underWay, 0);
    });
  }
});
