import { setMaxListeners } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RetrainError } from '../base';
import type { FileFacts, ImageReader, ReadFile, ReadOptions } from './imageReader';
import type { FromReader, ToReader } from './readerMessages';

type Answer = FileFacts | Uint8Array;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A thread and what it was asked for. */
interface Reader {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Files it has to do with: asked for, and not yet decoded or dropped. */
  files: number;
  readonly exited: Promise<void>;
}

/** Files a thread may have on hand before another thread is started. */
const enough = 2;

/**
 * Megabytes of a thread's heap for what was made last. A long run makes V8 raise it to 48 in each thread, for objects
 * that are small and soon gone: files and pixels stand outside.
 */
const youngGeneration = 6;

/**
 * Reads, hashes and decodes in threads of its own, so that the one that runs the network never waits for a file. They
 * start when there is work for them, and end by message alone.
 */
export class ReaderPool implements ImageReader {
  private readonly readers = new Set<Reader>();
  private nextId = 1;

  /**
   * @param workerFile the bundled `imageWorker.js`
   * @param most threads
   */
  constructor(
    private readonly workerFile: string,
    private readonly most: number,
  ) {}

  /** @throws as `ImageReader.read` does; ENGINE_ENDED, also from `decode`, where its thread has crashed */
  async read(file: string, { path, signal }: ReadOptions): Promise<ReadFile> {
    signal?.throwIfAborted();
    const reader = this.leastBusy();
    const id = this.nextId++;
    reader.files++;
    let done = false;
    const finish = (): void => {
      if (done) return;
      done = true;
      reader.files--;
      signal?.removeEventListener('abort', drop);
    };
    const drop = (): void => {
      if (done) return;
      finish();
      post(reader.worker, { kind: 'drop', id });
      reader.waiting.get(id)?.reject(aborted());
      reader.waiting.delete(id);
    };
    // As many as there are files on the way; Node would warn of more than ten.
    if (signal) setMaxListeners(0, signal);
    signal?.addEventListener('abort', drop, { once: true });
    const ask = async <T extends Answer>(message: ToReader): Promise<T> => {
      // What comes back under an id answers what was asked under it.
      if (done) throw signal?.aborted ? aborted() : new Error('the file has been decoded or dropped already');
      return new Promise<T>((resolve, reject) => {
        if (!this.readers.has(reader)) return reject(crashed('it is gone'));
        reader.waiting.set(id, { resolve: resolve as (answer: Answer) => void, reject });
        post(reader.worker, message);
      });
    };
    try {
      const facts = await ask<FileFacts>({ kind: 'read', id, file, path });
      return {
        ...facts,
        decode: (size, view) => ask<Uint8Array>({ kind: 'decode', id, size, view }).finally(finish),
        drop,
      };
    } catch (error) {
      finish();
      throw error;
    }
  }

  /** Waits until all threads have ended; what is asked for meanwhile, or later, starts others. */
  async close(): Promise<void> {
    const readers = [...this.readers];
    this.readers.clear();
    for (const { worker } of readers) post(worker, { kind: 'stop' });
    await Promise.all(readers.map(({ exited }) => exited));
  }

  private leastBusy(): Reader {
    let best: Reader | undefined;
    for (const reader of this.readers) if (best === undefined || reader.files < best.files) best = reader;
    if (best !== undefined && (best.files < enough || this.readers.size >= this.most)) return best;
    return this.start();
  }

  private start(): Reader {
    const worker = new Worker(this.workerFile, {
      // What the process was started with, a loader or a debugger, is not for them: it would start once a thread.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
    });
    const waiting: Reader['waiting'] = new Map();
    worker.on('message', (message: FromReader) => {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'failed') asked?.reject(RetrainError.fromFailure(message.failure));
      else asked?.resolve(message.kind === 'read' ? message.facts : message.pixels);
    });
    const ended = (reason: string) => {
      this.readers.delete(reader);
      for (const { reject } of waiting.values()) reject(crashed(reason));
      waiting.clear();
    };
    worker.on('error', (error: Error) => ended(error.message));
    const exited = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        ended(`exit code ${String(code)}`);
        resolve();
      });
    });
    const reader: Reader = { worker, waiting, files: 0, exited };
    this.readers.add(reader);
    return reader;
  }
}

function post(worker: Worker, message: ToReader): void {
  worker.postMessage(message);
}

function crashed(reason: string): RetrainError {
  return new RetrainError('ENGINE_ENDED', { reason });
}

function aborted(): Error {
  return new DOMException('The job was cancelled.', 'AbortError');
}
