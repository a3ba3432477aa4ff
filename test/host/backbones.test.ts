import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import * as vscode from 'vscode';
import type { BackbonesState } from '../../src/protocol';
import { FileServer } from '../support/fileServer';
import { watchDialogs } from './support/dialogs';
import {
  activated,
  eventually,
  extensionFile,
  retrain,
  scratch,
  tabsOf,
  workspaceFolder,
  putThreeClasses,
} from './support/extension';

describe('backbones in the editor', function () {
  this.timeout(180_000);
  const dialogs = watchDialogs();
  const folderOf = scratch();
  let kept = '';
  let photos = '';
  const run = <R>(command: string, ...args: unknown[]) =>
    vscode.commands.executeCommand<R | undefined>(`retrain.${command}`, ...args);
  const setting = (): unknown => vscode.workspace.getConfiguration('retrain').get('backbone');
  const configure = (section: string, key: string, value: unknown) =>
    vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Global);
  const pick = (label: string) => (labels: readonly string[]) => labels.find((one) => one.includes(label));

  before(async () => {
    kept = await folderOf('kept');
    photos = await putThreeClasses(await folderOf('photos'), 8);
    await configure('retrain', 'cacheDirectory', kept);
  });
  afterEach(() =>
    vscode.workspace
      .getConfiguration('retrain')
      .update('backbone', undefined, vscode.ConfigurationTarget.Workspace),
  );
  after(async () => {
    await configure('retrain', 'cacheDirectory', undefined);
    for (const key of ['proxy', 'proxyStrictSSL', 'noProxy']) await configure('http', key, undefined);
  });

  it('lists what is here and what can be downloaded, and sets what is chosen', async () => {
    let listed: readonly string[] = [];
    dialogs.choose = (labels) => {
      listed = labels;
      return 'EfficientNet-Lite2';
    };
    assert.equal(await run('chooseBackbone'), 'efficientnet-lite2');
    assert.equal(setting(), 'efficientnet-lite2');
    assert.ok(listed.includes('$(check) Automatic'), listed.join());
    assert.ok(listed.includes('Inception v3 (nsfwjs)'));
    dialogs.choose = pick('Automatic');
    assert.equal(await run('chooseBackbone', vscode.Uri.file(workspaceFolder())), 'auto');
    assert.equal(setting(), 'auto');
  });

  it('sets it in the retrain.json, where there is one, and marks what that says', async () => {
    const file = path.join(photos, 'retrain.json');
    writeFileSync(file, '{ "seed": 7, "backbone": "efficientnet-lite2" }');
    let listed: readonly string[] = [];
    dialogs.choose = (labels) => {
      listed = labels;
      return 'Automatic';
    };
    assert.equal(await run('chooseBackbone', vscode.Uri.file(photos)), 'auto');
    assert.ok(listed.includes('$(check) EfficientNet-Lite2'), listed.join());
    assert.equal(readFileSync(file, 'utf8'), '{ "seed": 7, "backbone": "auto" }');
    rmSync(file);
  });

  it('takes any id, and says of one that is not here how to choose another', async () => {
    for (const [id, text] of [
      ['nowhere', /There is no backbone nowhere on this machine; known are: efficientnet-lite2/],
      ['mobilenet-v2', /The backbone mobilenet-v2 is not on this machine; download it with Choose Backbone/],
    ] as const) {
      dialogs.messages.length = 0;
      await vscode.workspace
        .getConfiguration('retrain')
        .update('backbone', id, vscode.ConfigurationTarget.Workspace);
      await retrain(photos);
      const said = dialogs.messages.find(({ kind }) => kind === 'error');
      assert.match(said?.text ?? '', text);
      assert.deepEqual(said?.buttons, ['Choose Backbone']);
    }
  });

  describe('from the catalogue, through the proxy of the editor', () => {
    const paths: string[] = [];
    const tunnels: Duplex[] = [];
    let refuse = false;
    let slow = false;
    let proxy: Server;
    let behind: Server;

    before(async () => {
      const pem = (name: string) => readFileSync(extensionFile('test', 'data', name));
      const options = { key: pem('self-signed-key.pem'), cert: pem('self-signed.pem') };
      const secure = createSecureServer(options, (request, response) => {
        const { pathname } = new URL(request.url ?? '/', 'https://x');
        paths.push(`${pathname}${request.headers.range ?? ''}`);
        const file = extensionFile('node_modules', pathname.replace('/npm/nsfwjs@4.4.0/', 'nsfwjs/'));
        const content = readFileSync(file);
        const [, from = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
        const rest = content.subarray(Number(from));
        response.setHeader('content-length', rest.length);
        if (from !== '0')
          response.writeHead(206, {
            'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
          });
        if (slow) response.write(rest.subarray(0, 100_000));
        else response.end(rest);
      });
      behind = secure;
      proxy = createServer();
      proxy.on('connect', (_request, socket) => {
        if (refuse) return socket.destroy();
        tunnels.push(socket);
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        return secure.emit('connection', socket);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      await configure('http', 'proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    });
    after(async () => {
      behind.closeAllConnections();
      proxy.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    });
    beforeEach(() => (dialogs.choose = pick('MobileNetV2 1.0')));

    it('asks first, saying how much, from where and under which licence', async () => {
      assert.equal(await run('chooseBackbone'), undefined);
      const [{ text, buttons } = { text: '', buttons: [] }] = dialogs.messages;
      assert.equal(text, 'Download the backbone MobileNetV2 1.0 (nsfwjs)?');
      const { detail = '' } = (buttons as readonly unknown[])[0] as vscode.MessageOptions;
      assert.match(detail, /^3\.6 MB from https:\/\/cdn\.jsdelivr\.net\/.*, licence MIT\./);
      assert.deepEqual(paths, []);
    });

    it('refuses a certificate that nobody vouches for, and says in a sentence when it is offline', async () => {
      dialogs.confirm = ([first]) => first;
      for (const offline of [false, true]) {
        refuse = offline;
        dialogs.messages.length = 0;
        assert.equal(await run('chooseBackbone'), undefined);
        const said = dialogs.messages.find(({ kind }) => kind === 'error')?.text ?? '';
        assert.match(
          said,
          /cannot be reached \(.*\).* The backbones that come with the extension work without\.$/,
        );
        if (!offline) assert.match(said, /SELF_SIGNED/);
        assert.equal(setting(), 'auto');
      }
      refuse = false;
      assert.deepEqual(paths, []);
    });

    it('can be cancelled, goes on the next time, and is used then', async () => {
      dialogs.confirm = ([first]) => first;
      await configure('http', 'proxyStrictSSL', false);
      slow = true;
      const { withProgress } = vscode.window;
      const cancel = new vscode.CancellationTokenSource();
      Object.assign(vscode.window, {
        withProgress: (_options: unknown, task: (...args: unknown[]) => unknown) =>
          task(
            {
              report: ({ message = '' }) =>
                message.startsWith('0.1 MB') || message.startsWith('100 ') ? cancel.cancel() : undefined,
            },
            cancel.token,
          ),
      });
      try {
        assert.equal(await run('chooseBackbone'), undefined);
      } finally {
        Object.assign(vscode.window, { withProgress });
      }
      assert.deepEqual(
        dialogs.messages.filter(({ kind }) => kind === 'error'),
        [],
      );
      assert.equal(setting(), 'auto');
      slow = false;
      paths.length = 0;
      assert.equal(await run('chooseBackbone'), 'mobilenet-v2');
      assert.match(paths[0] ?? '', /group1-shard1of1\.min\.jsbytes=\d{5,}-$/);
      assert.equal(setting(), 'mobilenet-v2');
      assert.ok(existsSync(path.join(kept, 'backbones', 'mobilenet-v2', 'backbone.json')));
      const trained = await retrain(photos);
      assert.equal(trained?.backbone.id, 'mobilenet-v2');
    });
  });

  describe('of any origin', () => {
    it('adds one from an address: asks for what its files do not say, and gives it eight bits where it agrees', async () => {
      // Nobody listens there: what the editor names is reached without it.
      await configure('http', 'proxy', 'http://127.0.0.1:9');
      await configure('http', 'noProxy', ['127.0.0.1']);
      // What was downloaded is a TF.js graph model like any other.
      const server = await FileServer.start(path.join(kept, 'backbones', 'mobilenet-v2'));
      const titles: string[] = [];
      dialogs.choose = (labels) => {
        titles.push(labels[0] ?? '');
        for (const wanted of ['From an address…', '0..1', 'Make it 8-bit'])
          if (labels.some((label) => label.includes(wanted))) return pick(wanted)(labels);
        return undefined; // the cut that is ticked
      };
      const asked: string[] = [];
      dialogs.type = (title, value) => {
        asked.push(title);
        if (title === 'Add a backbone') return `${server.address}/model.json`;
        return asked.length === 2 ? 'Mobilenet V2' : value === 'Mobilenet V2' ? 'Another' : value;
      };
      try {
        const id = await run<string>('addBackbone');
        assert.ok(id === 'another' || id === 'another-int8', `${id} ${JSON.stringify(dialogs.messages)}`);
        const refused = dialogs.messages.some(({ text }) => text.includes('does not agree with itself'));
        assert.equal(id === 'another', refused);
        assert.deepEqual(asked, ['Add a backbone', 'Name of the backbone', 'Name of the backbone']);
        assert.equal(
          server.requests.filter(({ url, headers }) => url === '/weights.bin' && headers.range === undefined)
            .length,
          1,
          'it is fetched once',
        );
        assert.match(dialogs.messages.at(-1)?.text ?? '', /is on this machine: [\d,]+ values an image\.$/);
      } finally {
        await server.close();
      }
    });

    it('compares backbones on a page, and stops when asked', async () => {
      const { backbones } = await activated();
      // Those that are ticked: all of this machine.
      dialogs.choose = () => undefined;
      const state = await run<BackbonesState>('compareBackbones', vscode.Uri.file(photos));
      assert.ok(state?.work.kind === 'done', JSON.stringify(state?.work));
      assert.equal(state.head, 'ridge');
      const ids = state.compared.map(({ backbone }) => backbone.id);
      for (const id of ['efficientnet-lite2', 'efficientnet-lite2-int8', 'mobilenet-v2'])
        assert.ok(ids.includes(id));
      const of = (id: string) => state.compared.find(({ backbone }) => backbone.id === id);
      assert.equal(of('mobilenet-v2')?.images, 24);
      assert.ok((of('efficientnet-lite2')?.accuracy ?? 0) > 0.6);
      await eventually('its tab', () => (tabsOf('retrain.backbones').length === 1 ? true : undefined));
      const page = backbones.comparisons.pageOf(photos);
      assert.ok(page);
      const partly = await page.compare(['nowhere', 'efficientnet-lite2']);
      assert.deepEqual(
        partly.compared.map(({ backbone }) => backbone.id),
        ['efficientnet-lite2'],
      );
      assert.deepEqual(
        partly.failed.map(({ id }) => id),
        ['nowhere'],
      );
      assert.match(partly.failed[0]?.message ?? '', /^There is no backbone nowhere on this machine/);
      const again = page.compare(ids);
      page.cancel();
      assert.equal((await again).work.kind, 'cancelled');
      await vscode.window.tabGroups.close(tabsOf('retrain.backbones'));
      await eventually('the page is gone', () => (backbones.comparisons.pageOf(photos) ? undefined : true));
      // From now on the list knows how fast they are.
      const { engine } = await activated();
      const { backbones: listed } = await engine.run('listBackbones', {});
      assert.ok((listed.find(({ id }) => id === 'mobilenet-v2')?.speed?.millisecondsAnImage ?? 0) > 0);
    });
  });
});
