/** Calls `action` at once, then at most once in `interval` milliseconds; the last request is never lost. */
export class Throttle {
  #timer: NodeJS.Timeout | undefined;
  #requested = false;

  constructor(
    private readonly interval: number,
    private readonly action: () => void,
  ) {}

  request(): void {
    if (this.#timer) this.#requested = true;
    else this.flush();
  }

  /** Calls `action` now, whatever was asked before. */
  flush(): void {
    this.dispose();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#requested) this.flush();
    }, this.interval);
    this.action();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#requested = false;
  }
}
