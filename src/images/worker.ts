import { parentPort } from 'node:worker_threads';
import { RetrainError, toFailure, type Failure } from '../base';
import { decodeImage } from './decodeImage';
import { directReader, type ReadFile } from './imageReader';
import { readImage } from './readImage';
import type { FromReader, ToReader } from './readerMessages';

/** A thread that reads and decodes files for a `ReaderPool`; it keeps a file's bytes until it is told what to do. */
function serve(port: NonNullable<typeof parentPort>): void {
  const reader = directReader(readImage, decodeImage);
  const open = new Map<number, { controller: AbortController; path: string; file?: ReadFile }>();
  const post = (message: FromReader, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  const answer = async (id: number, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // Of what was dropped, nobody waits for an answer.
      const { path } = open.get(id) ?? {};
      if (path !== undefined) post({ kind: 'failed', id, failure: asFailure(path, error) });
      open.delete(id);
    }
  };

  port.on('message', (message: ToReader) => {
    switch (message.kind) {
      case 'read': {
        const { id, file, path } = message;
        const controller = new AbortController();
        const opened: { controller: AbortController; path: string; file?: ReadFile } = { controller, path };
        open.set(id, opened);
        void answer(id, async () => {
          const read = await reader.read(file, { path, signal: controller.signal });
          opened.file = read;
          const { size, mtimeNs, sha256, readAt } = read;
          post({ kind: 'read', id, facts: { size, mtimeNs, sha256, readAt } });
        });
        break;
      }
      case 'decode': {
        const { id, size, view } = message;
        void answer(id, async () => {
          const pixels = await open.get(id)?.file?.decode(size, view);
          if (pixels === undefined || !open.delete(id)) return;
          // Its own buffer goes over without a copy; a part of another's must stay.
          const own = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
          post({ kind: 'decoded', id, pixels: own }, [own.buffer as ArrayBuffer]);
        });
        break;
      }
      case 'drop':
        open.get(message.id)?.controller.abort();
        open.delete(message.id);
        break;
      case 'stop':
        for (const { controller } of open.values()) controller.abort();
        open.clear();
        port.close();
    }
  });
}

function asFailure(path: string, error: unknown): Failure {
  if (error instanceof RetrainError) return toFailure(error);
  const reason = error instanceof Error ? error.message : String(error);
  return toFailure(new RetrainError('IMAGE_DAMAGED', { path, reason }));
}

if (parentPort) serve(parentPort);
