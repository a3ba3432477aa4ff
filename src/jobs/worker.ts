import { parentPort, workerData } from 'node:worker_threads';
import { isAbort, toFailure } from '../base';
import type { Places } from './context';
import { Networks } from './networks';
import { runJob } from './table';
import type { FromThread, RunMessage, ToThread } from './threadMessages';

/**
 * The thread in which all jobs run, so that `session.run` and long loops never block the process that answers
 * the editor. It is stopped by message only: ending it while a runtime computes would abort the process.
 */
function serve(port: NonNullable<typeof parentPort>, places: Places): void {
  const networks = new Networks(places, (text) => process.stderr.write(text));
  const running = new Map<number, { controller: AbortController; settled: Promise<void> }>();
  const post = (message: FromThread) => port.postMessage(message);

  const run = async (message: RunMessage, signal: AbortSignal): Promise<void> => {
    const { id } = message;
    try {
      const result = await runJob(message, {
        places,
        networks,
        signal,
        report: (progress) => post({ kind: 'progress', id, progress }),
      });
      post({ kind: 'done', id, result });
    } catch (error) {
      if (isAbort(error)) post({ kind: 'cancelled', id });
      else
        post({
          kind: 'failed',
          id,
          failure: toFailure(error),
          stack: error instanceof Error ? (error.stack ?? '') : '',
        });
    }
  };

  const stop = async (): Promise<void> => {
    for (const { controller } of running.values()) controller.abort();
    await Promise.all([...running.values()].map(({ settled }) => settled));
    await networks.dispose();
    port.close();
  };

  port.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'run': {
        const controller = new AbortController();
        const { id } = message;
        const settled = run(message, controller.signal).finally(() => running.delete(id));
        running.set(id, { controller, settled });
        break;
      }
      case 'cancel':
        running.get(message.id)?.controller.abort();
        break;
      case 'stop':
        void stop();
        break;
    }
  });
}

if (parentPort) serve(parentPort, workerData as Places);
