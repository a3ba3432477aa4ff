import {
  EngineProcess,
  EngineRetired,
  type EngineLog,
  type EngineOptions,
  type RunOptions,
} from './engineProcess';
import type { JobName, JobParams, JobResult } from '../protocol';

/**
 * The engine as the editor knows it: started with the first request, started again when it is needed after it
 * has ended. Knows no editor.
 */
export class EngineClient {
  #engine: EngineProcess | undefined;
  #disposed = false;

  /** `options` is asked at each start; an engine started with other options is replaced once it is idle. */
  constructor(
    private readonly options: () => EngineOptions,
    private readonly log: EngineLog,
  ) {}

  /** The process id while an engine runs. */
  get pid(): number | undefined {
    return this.#engine?.alive === true ? this.#engine.pid : undefined;
  }

  /**
   * Runs a job in the engine.
   * @throws RetrainError as the job threw it; ENGINE_ENDED when the process died meanwhile; an AbortError once
   * `token` is cancelled
   */
  async run<K extends JobName>(
    name: K,
    params: JobParams<K>,
    options: RunOptions<K> = {},
  ): Promise<JobResult<K>> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#running().run(name, params, options);
      } catch (error) {
        // It ended of its own accord, for want of work, while this request was on its way: no job had begun.
        if (error instanceof EngineRetired && attempt === 0 && !this.#disposed) continue;
        throw error;
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#engine?.end();
    this.#engine = undefined;
  }

  #running(): EngineProcess {
    const options = this.options();
    const current = this.#engine;
    if (current?.alive === true && (current.busy || current.startedWith(options))) return current;
    current?.end();
    this.#engine = new EngineProcess(options, this.log);
    return this.#engine;
  }
}
