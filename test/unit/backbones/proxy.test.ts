import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { downloadFile } from '../../../src/backbones';
import { agentFor } from '../../../src/backbones/proxy';
import { withAssets } from '../../support/backboneFiles';

const content = Buffer.from('the weights of a network');
const limit = content.length;

describe('a server with a certificate that nobody vouches for', () => {
  const data = (name: string): Buffer => readFileSync(path.join('test', 'data', name));
  const server = createSecureServer(
    { key: data('self-signed-key.pem'), cert: data('self-signed.pem') },
    (_request, response) => {
      response.end(content);
    },
  );
  /** Passes on what is asked of it. */
  const proxy = createServer();
  let url = '';
  let tunnels = 0;
  /** What the last one was authorized by. */
  let authorization: string | undefined;
  before(async () => {
    proxy.on('connect', ({ headers }, socket) => {
      tunnels++;
      authorization = headers['proxy-authorization'];
      const { port } = server.address() as AddressInfo;
      const behind = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        behind.pipe(socket).pipe(behind);
      });
      for (const end of [behind, socket]) end.on('error', () => undefined);
    });
    for (const one of [server, proxy])
      await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
  });
  after(() => {
    for (const one of [server, proxy]) {
      one.closeAllConnections();
      one.close();
    }
  });

  it('is refused, unless the editor says that certificates are not checked; behind a proxy, too, which is told its authorization', async () => {
    await withAssets(async (folder) => {
      const file = path.join(folder, 'file.bin');
      const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      for (const way of [{}, { proxy: through }]) {
        const refused = { code: 'DOWNLOAD_UNREACHABLE', message: /SELF_SIGNED/ };
        await assert.rejects(downloadFile(url, file, { limit, ...way }), refused);
        await assert.rejects(downloadFile(url, file, { limit, strictSsl: true, ...way }), refused);
        await downloadFile(url, file, { limit, strictSsl: false, ...way });
        assert.deepEqual(readFileSync(file), content);
      }
      assert.equal(tunnels, 3);
      assert.equal(authorization, undefined);
      const given = { proxy: through, proxyAuthorization: 'Basic YTpi', strictSsl: false };
      await downloadFile(url, path.join(folder, 'authorized.bin'), { limit, ...given });
      assert.equal(authorization, 'Basic YTpi');
    });
  });

  it('is reached without the proxy where the settings or the environment say so', async () => {
    await withAssets(async (folder) => {
      const file = path.join(folder, 'file.bin');
      const proxyAddress = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const before = tunnels;
      const options = { limit, strictSsl: false, proxy: proxyAddress };
      await downloadFile(url, file, { ...options, noProxy: ['127.0.0.0/8'] });
      assert.equal(tunnels, before, 'directly');
      await downloadFile(url, path.join(folder, 'other.bin'), { ...options, noProxy: ['example.org'] });
      assert.equal(tunnels, before + 1, 'through the proxy');
      const { HTTPS_PROXY, NO_PROXY } = process.env;
      try {
        process.env['HTTPS_PROXY'] = proxyAddress;
        for (const [list, more] of [
          ['localhost,127.0.0.1', 1],
          ['localhost', 2],
        ] as const) {
          process.env['NO_PROXY'] = list;
          const own = path.join(folder, `${list}.bin`);
          await downloadFile(url, own, { limit, strictSsl: false });
          assert.equal(tunnels, before + more, list);
        }
      } finally {
        for (const [name, value] of Object.entries({ HTTPS_PROXY, NO_PROXY }))
          if (value === undefined) Reflect.deleteProperty(process.env, name);
          else process.env[name] = value;
      }
    });
  });

  it('says so where the proxy is no proxy of HTTP', async () => {
    await withAssets(async (folder) => {
      for (const wrong of ['socks5://127.0.0.1:1080', 'http://a b'])
        await assert.rejects(downloadFile(url, path.join(folder, 'file.bin'), { limit, proxy: wrong }), {
          code: 'DOWNLOAD_UNREACHABLE',
          message: /the proxy is none of HTTP/,
        });
    });
  });
});

describe('agentFor', () => {
  const address = new URL('https://models.example.org/x');
  const proxied = (env: NodeJS.ProcessEnv, proxy?: string): boolean =>
    agentFor(address, { proxy }, env) !== undefined;

  it('takes the environment as curl does, and leaves out what NO_PROXY names', () => {
    assert(!proxied({}));
    assert(proxied({ HTTPS_PROXY: 'http://proxy:8080' }));
    assert(proxied({ https_proxy: 'proxy:8080' }));
    assert(!proxied({ HTTP_PROXY: 'http://proxy:8080' }));
    for (const list of ['*', 'example.org', '.example.org', 'a,models.example.org:443'])
      assert(!proxied({ HTTPS_PROXY: 'http://proxy:8080', NO_PROXY: list }), list);
    for (const list of ['', 'ample.org', 'models.example.org:80'])
      assert(proxied({ HTTPS_PROXY: 'http://proxy:8080', NO_PROXY: list }), list);
    assert(proxied({ NO_PROXY: '*' }, 'http://proxy:8080'));
  });

  it("leaves out what the editor's settings name, of their proxy and of the environment's", () => {
    const env = { HTTPS_PROXY: 'http://proxy:8080' };
    for (const proxy of ['http://proxy:8080', undefined]) {
      const direct = (...noProxy: string[]) => agentFor(address, { proxy, noProxy }, env) === undefined;
      for (const name of ['*', 'Example.ORG', '.example.org', '*.example.org', ' models.example.org:443 '])
        assert(direct('elsewhere', name), name);
      for (const name of ['', 'ample.org', 'models.example.org:80', '10.0.0.0/8'])
        assert(!direct(name), name);
      assert(!direct());
    }
  });

  it('knows addresses and blocks of them', () => {
    const direct = (url: string, entry: string) =>
      agentFor(new URL(url), { proxy: 'http://proxy:8080', noProxy: [entry] }, {}) === undefined;
    for (const [url, entry] of [
      ['http://10.1.2.3/x', '10.1.2.3'],
      ['http://10.1.2.3/x', '10.0.0.0/8'],
      ['http://10.1.2.3:8000/x', '10.1.2.3:8000'],
      ['http://[::1]/x', '::1'],
      ['http://[::1]:81/x', '[::1]:81'],
      ['http://[fd00::5]/x', 'fd00::/8'],
    ] as const)
      assert(direct(url, entry), `${url} ${entry}`);
    for (const [url, entry] of [
      ['http://11.1.2.3/x', '10.0.0.0/8'],
      ['http://10.1.2.3/x', '10.0.0.0/33'],
      ['http://10.1.2.3/x', '10.0.0.0/x'],
      ['http://10.1.2.3/x', '10.0.0.0/8/8'],
      ['http://10.1.2.3:8000/x', '10.1.2.3:80'],
      ['http://[::1]/x', '10.0.0.0/8'],
      ['http://[::1]:81/x', '[::1]:80'],
    ] as const)
      assert(!direct(url, entry), `${url} ${entry}`);
  });
});
