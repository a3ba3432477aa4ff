import { SHARE_ENV, Worker } from 'node:worker_threads';
import { RetrainError, type Report } from '../base';
import type { Places } from './places';
import type { JobName, JobParams, JobProgress, JobResult } from './requests';
import type { FromThread, ToThread } from './threadMessages';

interface Pending {
  readonly report: (progress: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface RunOptions<K extends JobName> {
  readonly signal?: AbortSignal;
  /** Once aborted, a training under way ends with what it has. */
  readonly stop?: AbortSignal | undefined;
  readonly report?: Report<JobProgress<K>>;
}

/** A worker thread and the jobs that were sent to it, which end with it. */
interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
  readonly exited: Promise<void>;
}

/**
 * Megabytes of the thread's heap for what was made last. A scan of many files makes V8 raise it to 48, and then it lets
 * hundreds of decoded images lie about, as only their handles are counted: 80 MB that a small one does not take, and it
 * scans no slower.
 */
const youngGeneration = 6;

/**
 * The thread of the jobs, seen from the process that owns it. It starts with the first job; a crash answers all
 * that is pending, and the next job starts it anew.
 */
export class JobThread {
  private running: Running | undefined;
  private nextId = 1;

  /**
   * @param workerFile the bundled `worker.js`
   * @param log receives what libraries print and the stacks of unexpected errors
   */
  constructor(
    private readonly workerFile: string,
    private readonly places: Places,
    private readonly log: (text: string) => void,
  ) {}

  /**
   * Runs a job in the thread.
   * @throws RetrainError as the job does, ENGINE_ENDED when the thread dies, an AbortError after `signal`
   */
  run<K extends JobName>(
    name: K,
    params: JobParams<K>,
    { signal, stop, report }: RunOptions<K> = {},
  ): Promise<JobResult<K>> {
    return new Promise<JobResult<K>>((resolve, reject) => {
      signal?.throwIfAborted();
      const { worker, pending } = (this.running ??= this.start());
      const id = this.nextId++;
      post(worker, { kind: 'run', id, name, params } as ToThread);
      const cancel = () => post(worker, { kind: 'cancel', id });
      signal?.addEventListener('abort', cancel, { once: true });
      const stopTraining = () => post(worker, { kind: 'stopTraining', id });
      if (stop?.aborted === true) stopTraining();
      stop?.addEventListener('abort', stopTraining, { once: true });
      const settled = () => {
        signal?.removeEventListener('abort', cancel);
        stop?.removeEventListener('abort', stopTraining);
        pending.delete(id);
      };
      // What comes back under an id belongs to the job sent under it: the one place where types are asserted.
      pending.set(id, {
        report: (progress) => report?.(progress as JobProgress<K>),
        resolve: (result) => {
          settled();
          resolve(result as JobResult<K>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }

  /** Cancels what runs and waits until the thread has ended by itself. A job that comes later starts another. */
  async stop(): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.running = undefined;
    post(running.worker, { kind: 'stop' });
    await running.exited;
  }

  private start(): Running {
    const worker = new Worker(this.workerFile, {
      workerData: this.places,
      // A native library sees only what is set in the process's own environment.
      env: SHARE_ENV,
      stdout: true,
      stderr: true,
      resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
    });
    const pending: Running['pending'] = new Map();
    const forward = (chunk: Buffer) => this.log(chunk.toString());
    worker.stdout.on('data', forward);
    worker.stderr.on('data', forward);
    worker.on('message', (message: FromThread) => this.receive(message, pending.get(message.id)));
    const ended = (reason: string) => {
      if (this.running?.worker === worker) this.running = undefined;
      for (const { reject } of [...pending.values()]) reject(new RetrainError('ENGINE_ENDED', { reason }));
    };
    worker.on('error', (error: Error) => {
      this.log(`${error.stack ?? error.message}\n`);
      ended(error.message);
    });
    const exited = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        ended(`exit code ${String(code)}`);
        resolve();
      });
    });
    return { worker, pending, exited };
  }

  private receive(message: FromThread, pending: Pending | undefined): void {
    switch (message.kind) {
      case 'progress':
        return pending?.report(message.progress);
      case 'done':
        return pending?.resolve(message.result);
      case 'cancelled':
        return pending?.reject(new DOMException('The job was cancelled.', 'AbortError'));
      case 'failed':
        if (message.failure.code === 'INTERNAL') this.log(`${message.stack}\n`);
        return pending?.reject(RetrainError.fromFailure(message.failure));
    }
  }
}

function post(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}
