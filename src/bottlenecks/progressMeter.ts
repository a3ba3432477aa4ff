import type { Report } from '../base';

/** How far the computing of bottleneck values is. */
export interface BottleneckProgress {
  readonly kind: 'bottlenecks';
  /** Images dealt with, of `of`. */
  readonly done: number;
  readonly of: number;
  /** Of `done`: found in the cache. */
  readonly cached: number;
  /** Of `done`: computed now. */
  readonly computed: number;
  readonly perSecond: number;
  /** Null until something was computed. */
  readonly secondsLeft: number | null;
  /** The image dealt with last. */
  readonly path: string;
}

/** Milliseconds between two reports. */
const pause = 100;

/** Counts, and reports ten times a second at most, and at the end. */
export class ProgressMeter {
  private readonly started = performance.now();
  private reported = -Infinity;
  private readonly steps = { cached: 0, computed: 0, skipped: 0 };
  private path = '';

  /**
   * @param of all images
   * @param known those of them that need not even be read
   */
  constructor(
    private readonly of: number,
    private readonly known: number,
    private readonly report: Report<BottleneckProgress> | undefined,
  ) {}

  /** One image more is dealt with. */
  step(path: string, outcome: 'cached' | 'computed' | 'skipped'): void {
    this.steps[outcome]++;
    this.path = path;
    if (performance.now() - this.reported >= pause) this.say();
  }

  /** Reports, whenever it was done last. */
  say(): void {
    const now = performance.now();
    this.reported = now;
    const { cached, computed, skipped } = this.steps;
    const handled = cached + computed + skipped;
    const done = this.known + handled;
    const seconds = (now - this.started) / 1000;
    const left = this.of - done;
    this.report?.({
      kind: 'bottlenecks',
      done,
      of: this.of,
      cached: this.known + cached,
      computed,
      perSecond: seconds > 0 ? computed / seconds : 0,
      secondsLeft: left === 0 ? 0 : computed > 0 ? (left * seconds) / handled : null,
      path: this.path,
    });
  }
}
