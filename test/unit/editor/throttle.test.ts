import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Throttle } from '../../../src/editor/throttle';

describe('Throttle', () => {
  it('acts at once on the first request', () => {
    let calls = 0;
    const throttle = new Throttle(1000, () => calls++);
    throttle.request();
    throttle.dispose();
    assert.equal(calls, 1);
  });

  it('makes one action of many requests, after the last of which it acts once more', async () => {
    const seen: number[] = [];
    let state = 0;
    const throttle = new Throttle(20, () => seen.push(state));
    for (state = 1; state <= 100; state++) throttle.request();
    state = 100;
    while (seen.length < 2) await sleep(5);
    throttle.dispose();
    assert.deepEqual(seen, [1, 100]);
  });

  it('acts at once when flushed, however soon after an action', () => {
    let calls = 0;
    const throttle = new Throttle(1000, () => calls++);
    throttle.request();
    throttle.flush();
    throttle.dispose();
    assert.equal(calls, 2);
  });

  it('does not act after its end', async () => {
    let calls = 0;
    const throttle = new Throttle(5, () => calls++);
    throttle.request();
    throttle.request();
    throttle.dispose();
    await sleep(30);
    assert.equal(calls, 1);
  });
});
