import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { downloadFile } from '../../../src/backbones';
import { randomValues } from '../../support/tinyGraph';
import { withAssets as withFolder } from '../../support/backboneFiles';

/** Real weights where they are at hand; any bytes serve. */
const weights = path.resolve('../shared/backbones/mobilenet-v2-035/weights.bin');
const content = existsSync(weights) ? readFileSync(weights) : Buffer.from(randomValues(50_000, 1).buffer);
const sha256 = createHash('sha256').update(content).digest('hex');
const limit = content.length;

/** Asks for a range and sends it, as file servers do. */
function serveRange(request: IncomingMessage, response: ServerResponse, body = content): void {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  response.setHeader('etag', '"one"');
  if (from === undefined || (request.headers['if-range'] ?? '"one"') !== '"one"') {
    response.writeHead(200, { 'content-length': body.length }).end(body);
  } else if (Number(from) >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
  } else {
    const rest = body.subarray(Number(from));
    const range = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(206, { 'content-length': rest.length, 'content-range': range }).end(rest);
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function withServer(
  answer: Answer,
  use: (address: string, requests: IncomingMessage[]) => Promise<void>,
): Promise<void> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Sends the first half of what it should and hangs up. */
function breakOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
  response.write(content.subarray(0, content.length / 2), () => setTimeout(() => response.destroy(), 200));
}

describe('downloadFile', () => {
  it('fetches a file whole, says how far it is, and leaves nothing beside it', async () => {
    await withFolder(async (folder) => {
      await withServer(serveRange, async (url) => {
        const file = path.join(folder, 'sub', 'file.bin');
        const said: (number | undefined)[][] = [];
        await downloadFile(url, file, { limit, sha256, report: (done, of) => said.push([done, of]) });
        assert.deepEqual(readFileSync(file), content);
        assert.deepEqual(said.at(-1), [content.length, content.length]);
        assert(!existsSync(`${file}.part`) && !existsSync(`${file}.part.json`));
      });
    });
  });

  it('goes on where a transfer broke off, by itself', async () => {
    await withFolder(async (folder) => {
      let first = true;
      const answer: Answer = (request, response) => {
        if (first) breakOff(response);
        else serveRange(request, response);
        first = false;
      };
      await withServer(answer, async (url, requests) => {
        await downloadFile(url, path.join(folder, 'file.bin'), { limit, sha256 });
        assert.deepEqual(readFileSync(path.join(folder, 'file.bin')), content);
        assert.equal(requests.length, 2);
        assert.match(requests[1]?.headers.range ?? '', /^bytes=[1-9]\d*-$/);
        assert.equal(requests[1]?.headers['if-range'], '"one"');
      });
    });
  });

  it('goes on in a later call, after it was cancelled', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      const controller = new AbortController();
      await withServer(
        (_request, response) => {
          response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
          response.write(content.subarray(0, 1000));
        },
        async (url) => {
          const report = (done: number) => done > 0 && setTimeout(() => controller.abort(), 20);
          const { signal } = controller;
          await assert.rejects(downloadFile(url, file, { limit, signal, report }), { name: 'AbortError' });
          // The same address again, and a server that answers now.
          assert.equal(readFileSync(`${file}.part`).length, 1000);
          const mark = JSON.parse(readFileSync(`${file}.part.json`, 'utf8')) as { url: string; mark: string };
          assert.deepEqual(mark, { url, mark: '"one"' });
        },
      );
      await withServer(serveRange, async (url, requests) => {
        writeFileSync(`${file}.part.json`, JSON.stringify({ url, mark: '"one"' }));
        await downloadFile(url, file, { limit });
        assert.deepEqual(readFileSync(file), content);
        assert.equal(requests[0]?.headers.range, 'bytes=1000-');
      });
    });
  });

  it('begins anew where the server knows no ranges, or the file is another one now', async () => {
    for (const mark of ['"one"', '"an older one"'])
      await withFolder(async (folder) => {
        const file = path.join(folder, 'file.bin');
        const answer: Answer = (request, response) => {
          if (mark === '"one"') response.writeHead(200, { 'content-length': content.length }).end(content);
          else serveRange(request, response);
        };
        await withServer(answer, async (url) => {
          writeFileSync(`${file}.part`, Buffer.alloc(500, 7));
          writeFileSync(`${file}.part.json`, JSON.stringify({ url, mark }));
          await downloadFile(url, file, { limit });
          assert.deepEqual(readFileSync(file), content);
        });
      });
  });

  it('takes a part that is whole already, and forgets one that belongs to another address', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      await withServer(serveRange, async (url, requests) => {
        writeFileSync(`${file}.part`, content);
        writeFileSync(`${file}.part.json`, JSON.stringify({ url, mark: '"one"' }));
        await downloadFile(url, file, { limit, sha256 });
        assert.deepEqual(readFileSync(file), content);
        writeFileSync(`${file}.part`, Buffer.alloc(500, 7));
        writeFileSync(`${file}.part.json`, JSON.stringify({ url: `${url}?other`, mark: '"one"' }));
        await downloadFile(url, file, { limit, sha256 });
        assert.equal(requests.at(-1)?.headers.range, undefined);
      });
    });
  });

  it('asks about a file that is there already, and fetches it anew only where it has changed', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      await withServer(serveRange, async (url, requests) => {
        const options = { limit, reuse: true };
        await downloadFile(url, file, options);
        await downloadFile(url, file, options);
        assert.equal(requests.at(-1)?.headers.range, `bytes=${content.length}-`);
        assert.equal(requests.at(-1)?.headers['if-range'], '"one"');
        assert.deepEqual(readFileSync(file), content);
        // What lies there is of an older version.
        writeFileSync(file, Buffer.alloc(700, 7));
        writeFileSync(`${file}.part.json`, JSON.stringify({ url, mark: '"zero"' }));
        await downloadFile(url, file, options);
        assert.deepEqual(readFileSync(file), content);
        // Without its mark there is no telling.
        writeFileSync(file, Buffer.alloc(limit, 7));
        rmSync(`${file}.part.json`);
        await downloadFile(url, file, options);
        assert.deepEqual(readFileSync(file), content);
      });
    });
  });

  it('keeps nothing of a file with the wrong checksum', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      const wrong = Buffer.from(content);
      wrong.writeUInt8(wrong.readUInt8(9) ^ 1, 9);
      await withServer(
        (request, response) => serveRange(request, response, wrong),
        async (url) => {
          await assert.rejects(downloadFile(url, file, { limit, sha256 }), { code: 'DOWNLOAD_CHECKSUM' });
          assert(!existsSync(file) && !existsSync(`${file}.part`));
        },
      );
    });
  });

  it('names the status of a server that refuses, and tries no more', async () => {
    for (const status of [404, 500, 403])
      await withFolder(async (folder) => {
        await withServer(
          (_request, response) => response.writeHead(status).end('no'),
          async (url, requests) => {
            const refused = { code: 'DOWNLOAD_REFUSED', message: new RegExp(String(status)) };
            await assert.rejects(downloadFile(url, path.join(folder, 'file.bin'), { limit }), refused);
            assert.equal(requests.length, 1);
          },
        );
      });
  });

  it('follows a few redirections, and no endless ones nor other protocols', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      const answer: Answer = (request, response) => {
        const location = { '/file.bin': '/there', '/round': '/round', '/out': 'file:///etc/passwd' }[
          request.url ?? ''
        ];
        if (location === undefined) serveRange(request, response);
        else response.writeHead(302, { location }).end();
      };
      await withServer(answer, async (url) => {
        await downloadFile(url, file, { limit, sha256 });
        const round = url.replace('file.bin', 'round');
        await assert.rejects(downloadFile(round, file, { limit }), { code: 'DOWNLOAD_REFUSED' });
        const out = url.replace('file.bin', 'out');
        await assert.rejects(downloadFile(out, file, { limit }), { code: 'DOWNLOAD_ADDRESS' });
      });
    });
  });

  it('stops at its limit, said or not', async () => {
    for (const said of [true, false])
      await withFolder(async (folder) => {
        const file = path.join(folder, 'file.bin');
        await withServer(
          (_request, response) => {
            response.writeHead(200, said ? { 'content-length': content.length } : {}).end(content);
          },
          async (url) => {
            const small = { limit: limit - 1 };
            await assert.rejects(downloadFile(url, file, small), { code: 'DOWNLOAD_TOO_LARGE' });
            assert(!existsSync(file) && !existsSync(`${file}.part`));
          },
        );
      });
  });

  it('says what is the matter where nothing answers, or no more comes', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      let gone = '';
      await withServer(
        () => undefined,
        async (url) => {
          gone = url;
          const impatient = { limit, patience: 50 };
          await assert.rejects(downloadFile(url, file, impatient), { code: 'DOWNLOAD_UNREACHABLE' });
        },
      );
      const unreachable = { code: 'DOWNLOAD_UNREACHABLE', message: /ECONNREFUSED.*come with the extension/s };
      await assert.rejects(downloadFile(gone, file, { limit }), unreachable);
      await withServer(
        (_request, response) => {
          response.writeHead(200, { 'content-length': content.length });
          response.write(content.subarray(0, 10));
        },
        async (url) => {
          const impatient = { limit, patience: 50 };
          await assert.rejects(downloadFile(url, file, impatient), { code: 'DOWNLOAD_BROKEN' });
        },
      );
      await assert.rejects(downloadFile('ftp://there/x', file, { limit }), { code: 'DOWNLOAD_ADDRESS' });
    });
  });

  it('goes through the proxy it is given', async () => {
    await withFolder(async (folder) => {
      const file = path.join(folder, 'file.bin');
      await withServer(serveRange, async (url, requests) => {
        const proxy = url.replace('/file.bin', '');
        await downloadFile('http://nowhere.invalid/file.bin', file, { limit, sha256, proxy });
        assert.equal(requests[0]?.url, 'http://nowhere.invalid/file.bin');
      });
    });
  });
});
