import { build } from 'esbuild';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { root } from '../../../scripts/repository.mjs';
import type { FromPanel } from '../../../src/protocol';
import { PreviewSettings } from './settings';
import { themes, themeSheet, type ThemeName } from './themes';

export type View = 'panel' | 'inspector' | 'classify' | 'comparison' | 'backbones';

export interface PreviewServer {
  /** The address of a page in a state of samples.ts, in a theme. */
  address(view: View, scenario: string, theme?: ThemeName): string;
  close(): Promise<void>;
}

const views: readonly View[] = ['panel', 'inspector', 'classify', 'comparison', 'backbones'];
const sheets: Readonly<Record<View, readonly string[]>> = {
  panel: ['uPlot.min.css', 'base.css', 'work.css', 'panel.css', 'settings.css', 'sureness.css', 'heads.css'],
  inspector: ['base.css', 'inspector.css'],
  classify: ['base.css', 'work.css', 'classify.css'],
  comparison: ['uPlot.min.css', 'base.css', 'work.css', 'panel.css', 'comparison.css'],
  backbones: ['base.css', 'work.css', 'panel.css', 'backbones.css'],
};

/** Serves the pages of src/webview, freshly bundled, to any browser: with the editor's security policy and a fake editor. */
export async function startPreview(): Promise<PreviewServer> {
  const scripts = await bundle();
  const photos = await photoPaths();
  const settings = await PreviewSettings.create();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    void respond({ url, request }, { scripts, photos, settings }, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    address: (view, scenario, theme = 'dark') =>
      `http://127.0.0.1:${port}/${view}?scenario=${scenario}&theme=${theme}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }).then(() => settings.dispose()),
  };
}

async function bundle(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: {
      fakeHost: path.join(root, 'test', 'support', 'preview', 'fakeHost.ts'),
      ...Object.fromEntries(views.map((view) => [view, path.join(root, 'src', 'webview', `${view}.tsx`)])),
    },
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  return new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
}

async function photoPaths(): Promise<string[]> {
  const folder = path.join(root, 'media', 'samples', 'flowers');
  const entries = await readdir(folder, { recursive: true });
  return entries
    .map((entry) => entry.replaceAll(path.sep, '/'))
    .filter((entry) => entry.endsWith('.jpg'))
    .sort();
}

interface Served {
  readonly scripts: ReadonlyMap<string, string>;
  readonly photos: readonly string[];
  readonly settings: PreviewSettings;
}

async function respond(
  { url, request }: { url: URL; request: IncomingMessage },
  { scripts, photos, settings }: Served,
  response: ServerResponse,
): Promise<void> {
  const name = url.pathname.slice(1);
  const send = (type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    response.writeHead(200, { 'content-type': type, ...headers }).end(body);
  const view = views.find((known) => known === name);
  if (view) {
    const theme = themeOf(url);
    const scenario = url.searchParams.get('scenario') ?? '';
    const preview = { view, scenario, photos, settings: await settings.begin(scenario) };
    send('text/html; charset=utf-8', pageOf(view, theme, preview), { 'content-security-policy': policy });
  } else if (name === 'change') {
    const { name: setting, value } = (await json(request)) as Extract<FromPanel, { kind: 'changeSetting' }>;
    const answer = await settings.change({ [setting]: value }, setting);
    send('application/json', JSON.stringify(answer));
  } else if (name === 'theme.css') {
    send('text/css', themeSheet(themeOf(url)));
  } else if (name.endsWith('.css')) {
    const folder = name === 'uPlot.min.css' ? 'node_modules/uplot/dist' : 'src/webview';
    send('text/css', await readFile(path.join(root, folder, path.basename(name))));
  } else if (scripts.has(name)) {
    send('text/javascript; charset=utf-8', scripts.get(name) ?? '');
  } else if (name.startsWith('photo/')) {
    const photo = decodeURIComponent(name.slice('photo/'.length)).replace(/\?.*$/, '');
    if (!photos.includes(photo)) response.writeHead(404).end();
    else send('image/jpeg', await readFile(path.join(root, 'media', 'samples', 'flowers', photo)));
  } else {
    response.writeHead(404).end();
  }
}

function themeOf(url: URL): ThemeName {
  const asked = url.searchParams.get('theme');
  return (Object.keys(themes) as ThemeName[]).find((name) => name === asked) ?? 'dark';
}

const nonce = 'cHJldmlldw';
/** The policy of src/editor/webviewPage.ts, and `connect-src` for the fake editor, which fetches its photos. */
const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'; img-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'`;

function pageOf(view: View, theme: ThemeName, preview: unknown): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Retrain</title>
<link rel="stylesheet" href="/theme.css?theme=${theme}">
${sheets[view].map((file) => `<link rel="stylesheet" href="/${file}">`).join('\n')}
</head>
<body data-view="${view}" class="${themes[theme].kind}">
<div id="root"></div>
<script nonce="${nonce}">window.preview = ${JSON.stringify(preview).replaceAll('<', '\\u003c')};</script>
<script nonce="${nonce}" src="/fakeHost.js"></script>
<script nonce="${nonce}" src="/${view}.js"></script>
</body>
</html>`;
}
