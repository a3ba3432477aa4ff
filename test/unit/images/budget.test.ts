import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { ByteBudget } from '../../../src/images/budget';

describe('the byte budget', () => {
  it('is never exceeded, lets every job run, in their order, and gives back what failed jobs held', async () => {
    const jobs = fc.array(
      fc.record({ bytes: fc.integer({ min: 0, max: 100 }), turns: fc.nat(3), fails: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(jobs, async (list) => {
        const budget = new ByteBudget(100);
        let held = 0;
        const started: number[] = [];
        await Promise.allSettled(
          list.map(({ bytes, turns, fails }, i) =>
            budget.use(bytes, async () => {
              started.push(i);
              held += bytes;
              assert.ok(held <= 100);
              for (let n = 0; n < turns; n++) await turn();
              held -= bytes;
              if (fails) throw new Error('a job that fails');
            }),
          ),
        );
        assert.deepEqual(
          started,
          list.map((_, i) => i),
        );
        // All of it is free again.
        assert.equal(await budget.use(100, () => Promise.resolve('done')), 'done');
      }),
      { numRuns: 50 },
    );
  });
});
