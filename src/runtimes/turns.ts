/** Carries out one action after the other; once closed, it takes no more. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private closing: Promise<void> | undefined;

  /** Rejects as `action` does, or when this is closed already. */
  take<T>(action: () => T | Promise<T>): Promise<T> {
    if (this.closing !== undefined) return Promise.reject(new Error('the runtime has been disposed of'));
    const turn = this.last.then(action);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Runs `action` after all others, the first time it is called. */
  close(action: () => void | Promise<void>): Promise<void> {
    return (this.closing ??= this.last.then(action));
  }
}
