import path from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import { isAbort, toFailure, Untrusted } from '../base';
import { defaultCacheDirectory, JobThread, type JobName, type JobResult, type Places } from '../jobs';
import { notifications, requests, type JobRequest, type StopTraining } from '../protocol';

/** Without work for so long, the engine ends; the editor starts another when it needs one. */
const idleMinutes = 10;

/** A job that has not come back so long after it was cancelled hangs, on a drive that is gone for one. */
const patienceSeconds = 60;

/** `-32800`: JSON-RPC's RequestCancelled, `-32001`: a failure of ours, its Failure in `data`. */
const errorCodes = { cancelled: -32800, failed: -32001 };

/** The background process: answers requests of its parent over IPC and ends with it. */
function main(): void {
  const places = placesFrom(process.env['RETRAIN_ENGINE'] ?? '');
  const thread = new JobThread(path.join(__dirname, 'worker.js'), places, (text) =>
    process.stderr.write(text),
  );
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

  /** Ends the trainings of the jobs under way, by the token of their progress. */
  const trainings = new Map<number, AbortController>();
  let active = 0;
  let ending = false;
  let idle: NodeJS.Timeout | undefined;
  const end = () => {
    if (ending) return;
    ending = true;
    clearTimeout(idle);
    // First of all nothing more is taken: a request on its way finds the channel closed, and is sent to another engine.
    connection.dispose();
    if (process.connected) process.disconnect();
    void thread.stop();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), patienceSeconds * 1000).unref();
  };
  const rest = () => {
    clearTimeout(idle);
    if (!ending) idle = setTimeout(end, idleMinutes * 60_000);
  };

  connection.onRequest(
    requests.job,
    async <K extends JobName>(
      request: JobRequest<K>,
      token: CancellationToken,
    ): Promise<JobResult<K> | ResponseError<unknown>> => {
      active++;
      clearTimeout(idle);
      const controller = new AbortController();
      const listener = token.onCancellationRequested(() => controller.abort());
      // A token that was cancelled while its request waited in the queue never tells.
      if (token.isCancellationRequested) controller.abort();
      const { progressToken } = request;
      const training = new AbortController();
      if (progressToken !== undefined) trainings.set(progressToken, training);
      try {
        return await thread.run(request.name, request.params, {
          signal: controller.signal,
          stop: training.signal,
          report: (progress) => {
            if (progressToken !== undefined && !ending)
              void connection.sendProgress(new ProgressType<unknown>(), progressToken, progress);
          },
        });
      } catch (error) {
        const failure = toFailure(error);
        return isAbort(error)
          ? new ResponseError(errorCodes.cancelled, 'cancelled')
          : new ResponseError(errorCodes.failed, failure.message, failure);
      } finally {
        listener.dispose();
        if (progressToken !== undefined) trainings.delete(progressToken);
        if (--active === 0) rest();
      }
    },
  );
  connection.onNotification(notifications.stopTraining, ({ progressToken }: StopTraining) =>
    trainings.get(progressToken)?.abort(),
  );
  process.on('disconnect', end);
  // Who reads what is printed may be gone before the last of it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  rest();
  connection.listen();
}

/** What the editor says in the environment; it leaves the cache directory out where the person has set none. */
function placesFrom(text: string): Places {
  const given = Untrusted.parse(text, (reason) => new Error(`RETRAIN_ENGINE: ${reason}`));
  return {
    assets: given.field('assets').text(),
    cacheDirectory: given.optional('cacheDirectory')?.text() ?? defaultCacheDirectory(),
    tensorflowFolder: given.optional('tensorflowFolder')?.text(),
  };
}

main();
