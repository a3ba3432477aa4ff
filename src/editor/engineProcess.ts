import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { messages, RetrainError, type Failure } from '../base';
import {
  notifications,
  requests,
  type JobName,
  type JobParams,
  type JobProgress,
  type JobRequest,
  type JobResult,
  type StopTraining,
} from '../protocol';

export interface EngineOptions {
  /** The engine's entry point, an absolute path. */
  readonly script: string;
  /** The folder `media` of the extension. */
  readonly assets: string;
  /** Where the cache and the runs of read-only datasets go; null: the engine's own default. */
  readonly cacheDirectory: string | null;
  /** Where tfjs-node was installed; null: it was not. */
  readonly tensorflowFolder: string | null;
}

/** Receives what the engine prints, line by line, and what becomes of it. */
export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface RunOptions<K extends JobName> {
  readonly token?: CancellationToken;
  readonly progress?: (progress: JobProgress<K>) => void;
  /** Once aborted, a training under way ends with what it has; only of a job whose progress is heard. */
  readonly stop?: AbortSignal;
  /** The engine crashed and the job begins anew in another: its progress will come from the start. */
  readonly restarted?: () => void;
}

/** The engine ended by itself, without failure, before it could answer. */
export class EngineRetired extends Error {}

/** How long a process that has let go of its channel may take to end. */
const patience = 20_000;

/** One engine process, from its start to its end. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #environment: string;
  #pending = 0;
  #lastToken = 0;
  /** Why it is gone; undefined while it runs. */
  #ended: { readonly reason: string; readonly retired: boolean } | undefined;
  readonly #gone: Promise<void>;
  #letGo: () => void = () => undefined;

  constructor(options: EngineOptions, log: EngineLog) {
    this.#environment = environmentOf(options);
    this.#gone = new Promise((resolve) => (this.#letGo = resolve));
    // VS Code's own process is Electron: with ELECTRON_RUN_AS_NODE it is plain Node. The arguments of the
    // extension host (a debugger's port, for one) are not for the engine.
    this.#child = fork(options.script, [], {
      execPath: process.execPath,
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', RETRAIN_ENGINE: this.#environment },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface(stdout).on('line', (line) => log.info(line));
    if (stderr !== null) createInterface(stderr).on('line', (line) => log.warn(line));
    this.#connection = createMessageConnection(
      new IPCMessageReader(this.#child),
      new IPCMessageWriter(this.#child),
      {
        error: (text) => log.warn(text),
        warn: (text) => log.warn(text),
        info: (text) => log.info(text),
        log: () => undefined,
      },
    );
    this.#connection.listen();
    log.info(`Engine ${this.#child.pid ?? '?'} started.`);
    this.#child.on('error', (error) => this.#end(error.message, false));
    this.#child.on('disconnect', () => this.#killLater());
    this.#child.on('exit', (code, signal) => {
      const reason = reasonOf(code, signal);
      log.info(`Engine ${this.#child.pid ?? '?'} ended: ${reason}.`);
      this.#end(reason, code === 0);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False as soon as it takes no more requests. */
  get alive(): boolean {
    return this.#ended === undefined && this.#child.connected;
  }

  get busy(): boolean {
    return this.#pending > 0;
  }

  startedWith(options: EngineOptions): boolean {
    return environmentOf(options) === this.#environment;
  }

  /** Runs a job; see EngineClient.run. @throws EngineRetired */
  async run<K extends JobName>(
    name: K,
    params: JobParams<K>,
    { token, progress, stop }: RunOptions<K>,
  ): Promise<JobResult<K>> {
    if (token?.isCancellationRequested === true) throw aborted();
    const progressToken = ++this.#lastToken;
    const listener =
      progress && this.#connection.onProgress(new ProgressType<JobProgress<K>>(), progressToken, progress);
    const stopTraining = () => {
      const params: StopTraining = { progressToken };
      // An engine that is gone has nothing to stop.
      this.#connection.sendNotification(notifications.stopTraining, params).catch(() => undefined);
    };
    const request: JobRequest<K> = { name, params, ...(progress && { progressToken }) };
    this.#pending++;
    try {
      const answer = this.#connection.sendRequest<JobResult<K>>(
        requests.job,
        request,
        ...(token ? [token] : []),
      );
      if (stop?.aborted === true) stopTraining();
      stop?.addEventListener('abort', stopTraining, { once: true });
      return await answer;
    } catch (error) {
      // A closed channel says less than the exit that follows it.
      if (!this.#child.connected) await this.#gone;
      throw this.#failureOf(error, token);
    } finally {
      this.#pending--;
      stop?.removeEventListener('abort', stopTraining);
      listener?.dispose();
    }
  }

  /** Asks it to end, which it does after the batch in flight; whoever still waits is answered. */
  end(): void {
    this.#end('stopped', false);
    if (this.#child.connected) this.#child.disconnect();
  }

  #end(reason: string, retired: boolean): void {
    this.#ended ??= { reason, retired };
    this.#letGo();
    // Rejects every request that is still open.
    this.#connection.dispose();
  }

  #killLater(): void {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    timer.unref();
    this.#child.once('exit', () => clearTimeout(timer));
  }

  #failureOf(error: unknown, token: CancellationToken | undefined): Error {
    if (error instanceof ResponseError && isFailure(error.data)) return RetrainError.fromFailure(error.data);
    if (token?.isCancellationRequested === true) return aborted();
    if (this.#ended?.retired === true) return new EngineRetired();
    if (this.#ended)
      return new RetrainError('ENGINE_ENDED', { reason: this.#ended.reason }, { cause: error });
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What a person is told of an end that nobody asked for. Windows has no signals, but exit codes in their place. */
function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  switch (signal ?? code) {
    case 'SIGKILL':
      return 'SIGKILL: the system may have run out of memory';
    case 'SIGABRT':
    case 134:
      return `${signal ?? 'abort'}: it ran out of memory, or a native library gave up`;
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGFPE':
      return `${String(signal)}: a fault in a native library`;
    case 0xc0000005:
      return 'access violation: a fault in a native library';
    default:
      return signal ?? `exit code ${code ?? '?'}`;
  }
}

function environmentOf({ assets, cacheDirectory, tensorflowFolder }: EngineOptions): string {
  return JSON.stringify({
    assets,
    ...(cacheDirectory !== null && { cacheDirectory }),
    ...(tensorflowFolder !== null && { tensorflowFolder }),
  });
}

function aborted(): Error {
  return new DOMException('Cancelled', 'AbortError');
}

function isFailure(data: unknown): data is Failure {
  return (
    typeof data === 'object' &&
    data !== null &&
    'code' in data &&
    typeof data.code === 'string' &&
    Object.hasOwn(messages, data.code)
  );
}
