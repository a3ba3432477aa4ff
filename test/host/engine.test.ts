import assert from 'node:assert/strict';
import { watchDialogs } from './support/dialogs';
import { activated, eventually, putThreeClasses, retrain, scratch } from './support/extension';

describe('when the engine dies', function () {
  this.timeout(120_000);
  const newFolder = scratch();
  const dialogs = watchDialogs();

  it('between two commands, the next command works', async () => {
    const { engine } = await activated();
    const root = await putThreeClasses(await newFolder('between'), 3);
    await retrain(root);
    const { pid } = engine;
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await eventually('its end is noticed', () => (engine.pid === undefined ? true : undefined));
    assert.equal((await retrain(root))?.bottlenecks.computed, 0);
    assert.notEqual(engine.pid, pid);
    assert.deepEqual(
      dialogs.messages.filter(({ kind }) => kind === 'error'),
      [],
    );
  });

  it('in the middle of a retraining, it is said, and the next one works', async () => {
    const { engine, sessions } = await activated();
    const root = await putThreeClasses(await newFolder('middle'), 20);
    const ended = retrain(root);
    const session = sessions.of(root);
    await eventually('the retraining is under way', () =>
      session.state.kind === 'running' && session.state.running.dataset ? true : undefined,
    );
    const { pid } = engine;
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    assert.equal(await ended, undefined);
    const { state } = session;
    assert.ok(state.kind === 'stopped' && state.reason.kind === 'failed');
    assert.equal(state.reason.failure.code, 'ENGINE_ENDED');
    assert.deepEqual(
      dialogs.messages.map(({ kind, buttons }) => ({ kind, buttons })),
      [{ kind: 'error', buttons: ['Show Log'] }],
    );
    assert.equal((await retrain(root))?.dataset.images, 60);
  });
});
