import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export type View = 'panel' | 'inspector' | 'classify' | 'comparison' | 'backbones';

/** Style sheets of each view; they stand beside the scripts in dist/webview. */
const styleSheets: Readonly<Record<View, readonly string[]>> = {
  panel: ['uPlot.min.css', 'base.css', 'work.css', 'panel.css', 'settings.css', 'sureness.css', 'heads.css'],
  inspector: ['base.css', 'inspector.css'],
  classify: ['base.css', 'work.css', 'classify.css'],
  comparison: ['uPlot.min.css', 'base.css', 'work.css', 'panel.css', 'comparison.css'],
  backbones: ['base.css', 'work.css', 'panel.css', 'backbones.css'],
};

/** Lets a webview load what lies in dist/webview, and nothing else. */
export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [webviewFolder(extension)] };
}

/** What stands before the title of a view's tab. */
export function tabIcon(extension: vscode.Uri): { light: vscode.Uri; dark: vscode.Uri } {
  const icon = (name: string) => vscode.Uri.joinPath(extension, 'media', 'icons', name);
  return { light: icon('panel-light.svg'), dark: icon('panel-dark.svg') };
}

/** The page of a view. No data goes into it: everything comes by message. */
export function webviewPage(webview: vscode.Webview, extension: vscode.Uri, view: View): string {
  const folder = webviewFolder(extension);
  const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const links = styleSheets[view].map((file) => `<link rel="stylesheet" href="${address(file)}">`);
  return `<!DOCTYPE html>
<html lang="${vscode.env.language.replace(/[^\w-]/g, '')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Retrain</title>
${links.join('\n')}
</head>
<body data-view="${view}">
<div id="root"></div>
<script nonce="${nonce}" src="${address(`${view}.js`)}"></script>
</body>
</html>`;
}

/** The text that a page kept under `key` over a reload; what it kept may be anything, or of an older version. */
export function savedText(saved: unknown, key: string): string | null {
  if (typeof saved !== 'object' || saved === null) return null;
  const value: unknown = Object.entries(saved).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : null;
}

function webviewFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}
