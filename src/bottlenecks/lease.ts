import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { readBounded, retryBusy, systemCode, Untrusted } from '../base';
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

/**
 * The lease of something that one process does at a time; undefined where another does it. One whose holder is gone is
 * taken over. (Two that find it so in the same instant may both have it: what it guards must bear that.)
 * @throws the system's error where the file cannot be created
 */
export async function takeAlone(file: string): Promise<Lease | undefined> {
  const lease = await takeNew(file);
  if (lease || !(await isAbandoned(file))) return lease;
  await unlink(file).catch(() => undefined);
  return takeNew(file);
}

async function takeNew(file: string): Promise<Lease | undefined> {
  try {
    return await Lease.take(file);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/**
 * Whether whoever held a lease is gone: it has expired, or its process is no more on the machine of this name. Of a part
 * only `isFree` says so: containers may share a name and not their processes, and values are more than work done twice.
 */
export async function isAbandoned(file: string): Promise<boolean> {
  if (await isFree(file)) return true;
  const { host, pid } = await leaseHolder(file);
  if (host !== hostname() || typeof pid !== 'number') return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
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
