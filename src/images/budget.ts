/** Shares a number of bytes among jobs that run at once, first come, first served. */
export class ByteBudget {
  private free: number;
  private readonly waiting: { bytes: number; admit: () => void }[] = [];

  constructor(readonly total: number) {
    this.free = total;
  }

  /** Runs `job` as soon as `bytes`, `total` at most, are free; gives them back when it has ended. */
  async use<T>(bytes: number, job: () => Promise<T>): Promise<T> {
    if (this.waiting.length > 0 || bytes > this.free)
      await new Promise<void>((admit) => this.waiting.push({ bytes, admit }));
    else this.free -= bytes;
    try {
      return await job();
    } finally {
      this.free += bytes;
      this.admitWaiting();
    }
  }

  private admitWaiting(): void {
    for (let next = this.waiting[0]; next !== undefined && next.bytes <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.bytes;
      next.admit();
    }
  }
}
