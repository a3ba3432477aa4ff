import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

type Fault = (request: IncomingMessage, response: ServerResponse, content: Buffer) => boolean;

/** Serves a folder as file servers do: ranges, a strong ETag, 404. */
export class FileServer {
  readonly requests: IncomingMessage[] = [];
  /** Answers in place of the server where it returns true. */
  fault: Fault = () => false;

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async start(folder: string): Promise<FileServer> {
    const server = createServer((request, response) => made.#answer(folder, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const made = new FileServer(server, `http://127.0.0.1:${port}`);
    return made;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request);
    const file = path.join(folder, path.posix.normalize(new URL(request.url ?? '/', 'http://x').pathname));
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    const content = readFileSync(file);
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    response.setHeader('etag', etag);
    if (this.fault(request, response, content)) return;
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    if (from === undefined || (request.headers['if-range'] ?? etag) !== etag) {
      response.writeHead(200, { 'content-length': content.length }).end(content);
    } else if (Number(from) >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    } else {
      const rest = content.subarray(Number(from));
      const range = `bytes ${from}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { 'content-length': rest.length, 'content-range': range }).end(rest);
    }
  }
}

/** Sends the first `bytes` of a file and hangs up, or lets the rest be waited for. */
export function breakOff(
  response: ServerResponse,
  content: Buffer,
  bytes: number,
  then: 'hang' | 'end',
): void {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, bytes), () => {
    if (then === 'end') setTimeout(() => response.destroy(), 200);
  });
}
