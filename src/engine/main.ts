import path from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
  type CancellationToken,
} from 'vscode-jsonrpc/node';
import { isAbort, toFailure } from '../base';
import { defaultCacheDirectory, JobThread, type JobName, type JobResult, type Places } from '../jobs';
import { requests, type JobRequest } from '../protocol';

/** Without work for so long, the engine ends; the editor starts another when it needs one. */
const idleMinutes = 10;

/** `-32800`: JSON-RPC's RequestCancelled, `-32001`: a failure of ours, its Failure in `data`. */
const errorCodes = { cancelled: -32800, failed: -32001 };

/** The background process: answers requests of its parent over IPC and ends with it. */
function main(): void {
  // The editor leaves the cache directory out where the person has set none.
  const given = JSON.parse(process.env['RETRAIN_ENGINE'] ?? '{}') as Pick<Places, 'assets'> & Partial<Places>;
  const places: Places = { cacheDirectory: defaultCacheDirectory(), ...given };
  const thread = new JobThread(path.join(__dirname, 'worker.js'), places, (text) =>
    process.stderr.write(text),
  );
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

  let active = 0;
  let idle: NodeJS.Timeout | undefined;
  const end = async () => {
    clearTimeout(idle);
    await thread.stop();
    connection.dispose();
    if (process.connected) process.disconnect();
    process.exitCode = 0;
  };
  const rest = () => {
    clearTimeout(idle);
    idle = setTimeout(() => void end(), idleMinutes * 60_000);
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
      const { progressToken } = request;
      try {
        return await thread.run(request.name, request.params, {
          signal: controller.signal,
          report: (progress) => {
            if (progressToken !== undefined)
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
        if (--active === 0) rest();
      }
    },
  );
  process.on('disconnect', () => void end());
  rest();
  connection.listen();
}

main();
