import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isAbort, RetrainError, retryBusy, systemCode } from '../base';
import { fetchAnswer, type FetchOptions } from './fetchAnswer';
import { forgetPart, markPart, resumable, takeUp } from './partFile';

export interface DownloadOptions extends FetchOptions {
  /** Bytes that are there, and how many there will be, where the server says. */
  readonly report?: ((done: number, of: number | undefined) => void) | undefined;
  /** Hex; what is not so is thrown away. */
  readonly sha256?: string | undefined;
  /** The file may have no more bytes. */
  readonly limit: number;
  /** A file that is there already is asked about by its mark, and fetched anew only where it has changed. */
  readonly reuse?: boolean | undefined;
}

/** A transfer that breaks off is taken up again so often. */
const tries = 3;

/**
 * Fetches `url` into `file`, by way of `<file>.part`: a later call goes on where this one was cancelled or broke off
 * (RFC 9110, section 14), if it is the same file still; a server that knows no ranges sends it anew.
 * @throws DOWNLOAD_UNREACHABLE, DOWNLOAD_REFUSED, DOWNLOAD_BROKEN, DOWNLOAD_CHECKSUM, DOWNLOAD_TOO_LARGE,
 * DOWNLOAD_ADDRESS, CACHE_UNWRITABLE; the signal's reason
 */
export async function downloadFile(url: string, file: string, options: DownloadOptions): Promise<void> {
  const part = `${file}.part`;
  await inWords(path.dirname(file), () => mkdir(path.dirname(file), { recursive: true }));
  if (options.reuse === true) await takeUp(file, part);
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      await transfer(url, part, options);
      break;
    } catch (error) {
      const again = error instanceof RetrainError && error.code === 'DOWNLOAD_BROKEN' && attempt < tries;
      if (!again) throw error;
    }
  }
  if (options.sha256 !== undefined && (await checksumOf(part)) !== options.sha256) {
    await forgetPart(part);
    throw new RetrainError('DOWNLOAD_CHECKSUM', { url });
  }
  await inWords(file, () => retryBusy(() => rename(part, file)));
  if (options.reuse !== true) await forgetPart(part);
}

/** sha256 in hex of a file. */
export async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function transfer(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { limit } = options;
  const { from, mark } = await resumable(url, part, options.sha256 !== undefined);
  const headers = from > 0 ? { range: `bytes=${from}-`, ...(mark !== '' && { 'if-range': mark }) } : {};
  const response = await fetchAnswer(url, headers, options);
  const status = response.statusCode ?? 0;
  if (status === 416) {
    response.resume();
    // All of it is there already, or it is no longer the same file.
    if (/\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1] === String(from)) return;
    await forgetPart(part);
    throw new RetrainError('DOWNLOAD_BROKEN', { url, reason: 'the file has changed' });
  }
  const refuse = (reason: string): RetrainError => {
    response.destroy();
    return new RetrainError('DOWNLOAD_REFUSED', { url, reason });
  };
  if (status !== 200 && status !== 206) throw refuse(`${status} ${response.statusMessage ?? ''}`.trim());
  const start = status === 206 ? rangeStart(response) : 0;
  if (start !== from && start !== 0) throw refuse('it sends another range than was asked for');
  const length = response.headers['content-length'];
  const total = length === undefined ? undefined : start + Number(length);
  if (total !== undefined && total > limit) {
    response.destroy();
    throw tooLarge(url, limit);
  }
  await inWords(part, async () => {
    if (start < from) await truncate(part, start);
    await markPart(part, { url, mark: strongMark(response) });
  });
  const done = await receive(response, part, { url, start, total }, options);
  if (total !== undefined && done < total)
    throw new RetrainError('DOWNLOAD_BROKEN', { url, reason: `${total - done} bytes are missing` });
}

/** Appends what comes to `part`; returns how many bytes it has then. */
async function receive(
  response: IncomingMessage,
  part: string,
  { url, start, total }: { url: string; start: number; total: number | undefined },
  { signal, report, limit }: DownloadOptions,
): Promise<number> {
  let done = start;
  report?.(done, total);
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      done += chunk.length;
      if (done > limit) return callback(tooLarge(url, limit));
      report?.(done, total);
      callback(null, chunk);
    },
  });
  try {
    await pipeline(response, counted, createWriteStream(part, { flags: 'a' }), signal ? { signal } : {});
    return done;
  } catch (error) {
    if (error instanceof RetrainError) await forgetPart(part);
    if (error instanceof RetrainError || isAbort(error)) throw error;
    const reason = systemCode(error) ?? String(error);
    throw diskFaults.has(reason)
      ? new RetrainError('CACHE_UNWRITABLE', { path: part, reason }, { cause: error })
      : new RetrainError('DOWNLOAD_BROKEN', { url, reason }, { cause: error });
  }
}

const diskFaults: ReadonlySet<string> = new Set(['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EIO', 'EPERM']);

function tooLarge(url: string, limit: number): RetrainError {
  return new RetrainError('DOWNLOAD_TOO_LARGE', { url, limit: Math.floor(limit / 2 ** 20) });
}

/** What If-Range takes: a strong ETag, else a date. */
function strongMark({ headers }: IncomingMessage): string {
  const { etag, 'last-modified': date } = headers;
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  return date ?? '';
}

function rangeStart({ headers }: IncomingMessage): number {
  const [, start] = /^bytes (\d+)-/.exec(headers['content-range'] ?? '') ?? [];
  return start === undefined ? NaN : Number(start);
}

/** What the system says of a file, in words. */
async function inWords<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = systemCode(error);
    if (reason === undefined) throw error;
    throw new RetrainError('CACHE_UNWRITABLE', { path: file, reason }, { cause: error });
  }
}
