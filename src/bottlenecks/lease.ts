import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { readBounded, retryBusy, Untrusted } from '../base';
import { writeAll } from './lines';

const renewEvery = 20_000;
/** A lease not renewed for this long has lost its writer: killed, or on a machine that is gone. */
const expiry = 120_000;

/**
 * The file beside a part that says that it is being written: host, process, time. Renewed while the part is open,
 * removed when it is sealed.
 */
export class Lease {
  private timer: NodeJS.Timeout | undefined;
  private renewal: Promise<void> = Promise.resolve();
  /** True once another process took the part for abandoned: nothing more may be written to it. */
  lost = false;

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    /** How far the file system's clock is ahead of this machine's, in milliseconds. */
    readonly clockSkew: number,
  ) {}

  /** @throws the system's error where the file cannot be created, or exists */
  static async take(file: string): Promise<Lease> {
    const handle = await open(file, 'wx');
    try {
      writeAll(handle, statement(), 0);
      const lease = new Lease(file, handle, (await handle.stat()).mtimeMs - Date.now());
      lease.timer = setInterval(() => {
        lease.renewal = lease.renew();
      }, renewEvery).unref();
      return lease;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private async renew(): Promise<void> {
    try {
      writeAll(this.handle, statement(), 0);
      await lstat(this.file);
    } catch {
      this.lost = true;
    }
  }

  /** Seals the part. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.renewal;
    await this.handle.close();
    // left in place it only expires later
    await retryBusy(() => unlink(this.file)).catch(() => undefined);
  }
}

function statement(): Buffer {
  return Buffer.from(
    `${JSON.stringify({ host: hostname(), pid: process.pid, time: new Date().toISOString() })}\n`,
  );
}

/** True where no process writes the part whose lease `file` would be: it is sealed, or its lease has expired. */
export async function isFree(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).mtimeMs < Date.now() - expiry;
  } catch {
    return true;
  }
}

/** Who a lease says it is held by; a question mark for what it does not say. */
export async function leaseHolder(file: string): Promise<{ host: string; pid: number | string }> {
  try {
    const text = (await readBounded(file, 4096)).toString();
    const said = Untrusted.parse(text, (reason) => new Error(reason));
    return { host: said.field('host').name(255), pid: said.field('pid').integer(0, 2 ** 32) };
  } catch {
    return { host: '?', pid: '?' };
  }
}
