import {
  EngineProcess,
  EngineRetired,
  type EngineLog,
  type EngineOptions,
  type RunOptions,
} from './engineProcess';
import { RetrainError } from '../base';
import type { JobName, JobParams, JobResult } from '../protocol';

/**
 * Jobs that may begin anew after a crash: they only read, or what they leave behind is whole, is found again and is
 * not made twice.
 */
const repeatable: ReadonlySet<JobName> = new Set<JobName>([
  'findDatasets',
  'retrain',
  'continueRun',
  'bottlenecks',
  'classify',
  'evaluate',
  'findRun',
  'listRuns',
  'readRun',
  'exportRun',
  'summariseRuns',
  'titleRun',
  'compareRuns',
  'learningCurve',
  'crossValidateHeads',
  'thumbnail',
  'inspectPart',
  'readRows',
  'locateBottleneck',
  'listBottlenecks',
  'merge',
  'verify',
  'measureBottlenecks',
  'readSettingsFile',
  'openSettingsFile',
  'listBackbones',
  'measureSpeeds',
  'inspectNetwork',
  'compareBackbones',
  'doctor',
]);

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
   * Runs a job in the engine; where the engine crashes under it, once more in another.
   * @throws RetrainError as the job threw it; ENGINE_ENDED when it crashed again; an AbortError once `token` is
   * cancelled
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
        if (attempt > 0 || this.#disposed) throw error;
        // It ended of its own accord, for want of work, while this request was on its way: no job had begun.
        if (error instanceof EngineRetired) continue;
        const crashed = error instanceof RetrainError && error.code === 'ENGINE_ENDED';
        if (!crashed || !repeatable.has(name) || options.token?.isCancellationRequested === true) throw error;
        this.log.warn(`The engine crashed: ${error.params['reason'] ?? ''}. The job ${name} begins anew.`);
        options.restarted?.();
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
