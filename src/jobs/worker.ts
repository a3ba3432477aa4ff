import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { isAbort, toFailure } from '../base';
import { ReaderPool } from '../images';
import type { Places } from './places';
import { Networks } from './networks';
import { runJob } from './table';
import type { FromThread, RunMessage, ToThread } from './threadMessages';

/**
 * The thread in which all jobs run, so that `session.run` and long loops never block the process that answers
 * the editor. It is stopped by message only: ending it while a runtime computes would abort the process.
 */
function serve(port: NonNullable<typeof parentPort>, places: Places): void {
  const networks = new Networks(places, (text) => process.stderr.write(text));
  const reader = new ReaderPool(path.join(__dirname, 'imageWorker.js'), readers(availableParallelism()));
  const running = new Map<
    number,
    { controller: AbortController; training: AbortController; settled: Promise<void> }
  >();
  const post = (message: FromThread) => port.postMessage(message);

  const run = async (message: RunMessage, signal: AbortSignal, stop: AbortSignal): Promise<void> => {
    const { id } = message;
    try {
      const result = await runJob(message, {
        places,
        networks,
        reader,
        signal,
        stop,
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
    await reader.close();
    await networks.dispose();
    port.close();
  };

  port.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'run': {
        const [controller, training] = [new AbortController(), new AbortController()];
        const { id } = message;
        const settled = run(message, controller.signal, training.signal).finally(() => running.delete(id));
        running.set(id, { controller, training, settled });
        break;
      }
      case 'cancel':
        running.get(message.id)?.controller.abort();
        break;
      case 'stopTraining':
        running.get(message.id)?.training.abort();
        break;
      case 'stop':
        void stop();
        break;
    }
  });
}

/**
 * Threads that decode: the network takes four times as long for a small photo as its decoder, and a fifth for a large
 * one. What one of them does not use of a core the others get.
 */
function readers(cores: number): number {
  return Math.max(2, Math.min(8, Math.ceil(cores / 2)));
}

if (parentPort) serve(parentPort, workerData as Places);
