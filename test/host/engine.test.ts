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
    // Another may be there at once: the Runs view asks for runs as well.
    await eventually('its end is noticed', () => (engine.pid === pid ? undefined : true));
    assert.equal((await retrain(root))?.bottlenecks.computed, 0);
    assert.notEqual(engine.pid, pid);
    assert.deepEqual(
      dialogs.messages.filter(({ kind }) => kind === 'error'),
      [],
    );
  });

  /** Starts a retraining and resolves once its engine has read the folder. */
  const underWay = async (name: string) => {
    const { engine, sessions } = await activated();
    const root = await putThreeClasses(await newFolder(name), 20);
    const ended = retrain(root);
    const session = sessions.of(root);
    /** Kills the engine that is at work; resolves to its process id. */
    const kill = async (signal: NodeJS.Signals, before?: number) => {
      const pid = await eventually('the retraining is under way', () =>
        session.state.kind === 'running' && session.state.running.dataset && engine.pid !== before
          ? engine.pid
          : undefined,
      );
      process.kill(pid, signal);
      return pid;
    };
    return { root, ended, session, kill };
  };

  it('in the middle of a retraining, another carries on and the person hears nothing of it', async () => {
    const { ended, session, kill } = await underWay('once');
    await kill('SIGSEGV');
    const run = await ended;
    assert.equal(run?.dataset.images, 60);
    assert.equal(session.state.kind, 'done');
    assert.deepEqual(dialogs.messages, [], 'the panel in front tells its end');
  });

  it('twice in one retraining, it is said with its reason and a way to the log, and the next one works', async () => {
    const { root, ended, session, kill } = await underWay('twice');
    await kill('SIGKILL', await kill('SIGKILL'));
    assert.equal(await ended, undefined);
    const { state } = session;
    assert.ok(state.kind === 'stopped' && state.reason.kind === 'failed');
    assert.equal(state.reason.failure.code, 'ENGINE_ENDED');
    assert.deepEqual(
      dialogs.messages.map(({ kind, buttons }) => ({ kind, buttons })),
      [{ kind: 'error', buttons: ['Show Log'] }],
    );
    assert.match(dialogs.messages[0]?.text ?? '', /SIGKILL: the system may have run out of memory/);
    assert.equal((await retrain(root))?.dataset.images, 60);
  });
});
