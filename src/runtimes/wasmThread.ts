import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromWasmThread, ToWasmThread, WasmThreadData } from './wasmMessages';

/** The bundled thread with TF.js' `.wasm` files beside it: next to this bundle, or what was built of these sources. */
const program = 'wasmWorker.js';

function bundles(): string {
  const found = [__dirname, path.join(__dirname, '..', '..', 'dist')].find((folder) =>
    existsSync(path.join(folder, program)),
  );
  if (found === undefined) throw new Error(`${program} is missing`);
  return found;
}

/** A worker thread, and who waits for its answer. */
interface Running {
  readonly worker: Worker;
  readonly exited: Promise<void>;
  waiting?: {
    readonly resolve: (message: FromWasmThread) => void;
    readonly reject: (error: Error) => void;
  };
}

/**
 * A thread of the wasm runtime, seen from outside. It starts when it is first asked; where it fails, what was asked
 * fails with it, and the next question starts another.
 */
export class WasmThread {
  private running: Running | undefined;

  /** @param network null where only the version is asked for */
  constructor(private readonly network: WasmThreadData['network']) {}

  /** Starts it, and resolves to the version of the library. Rejects where WebAssembly cannot run here. */
  async start(): Promise<string> {
    const message = await this.answer((this.running = this.launch()));
    return message.kind === 'ready' ? message.version : '';
  }

  /** What the thread computes; one question at a time. */
  async ask(question: Exclude<ToWasmThread, { kind: 'stop' }>): Promise<Float32Array> {
    if (this.running === undefined) await this.start();
    if (this.running === undefined) throw new Error('a thread of the wasm runtime has ended');
    this.running.worker.postMessage(question satisfies ToWasmThread);
    const message = await this.answer(this.running);
    return message.kind === 'values' ? message.values : new Float32Array();
  }

  /** Ends it by message and resolves when it has ended. */
  async stop(): Promise<void> {
    const { running } = this;
    running?.worker.postMessage({ kind: 'stop' } satisfies ToWasmThread);
    await running?.exited;
  }

  private launch(): Running {
    const folder = bundles();
    const workerData: WasmThreadData = { binaries: `${folder}${path.sep}`, network: this.network };
    const worker = new Worker(path.join(folder, program), { workerData });
    const running: Running = {
      worker,
      exited: new Promise((resolve) => worker.on('exit', () => resolve())),
    };
    const fail = (error: Error) => {
      if (this.running === running) this.running = undefined;
      running.waiting?.reject(error);
    };
    worker.on('message', (message: FromWasmThread) => {
      if (message.kind === 'failed') fail(new Error(message.reason));
      else running.waiting?.resolve(message);
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a thread of the wasm runtime ended with code ${code}`)));
    return running;
  }

  private answer(running: Running): Promise<FromWasmThread> {
    return new Promise((resolve, reject) => (running.waiting = { resolve, reject }));
  }
}
