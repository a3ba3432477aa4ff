import * as vscode from 'vscode';
import type { Connection } from '../protocol';

/** How the editor reaches servers; the engine looks into the environment itself. */
export function connection(): Connection {
  const http = vscode.workspace.getConfiguration('http');
  const proxy = http.get<string>('proxy', '').trim();
  const off = http.get<string>('proxySupport') === 'off';
  const authorization = http.get<unknown>('proxyAuthorization');
  const noProxy = http.get<unknown>('noProxy');
  return {
    proxy: proxy === '' || off ? null : proxy,
    proxyAuthorization: typeof authorization === 'string' && !off ? authorization : null,
    // A settings file may hold anything.
    noProxy: Array.isArray(noProxy) ? noProxy.filter((entry) => typeof entry === 'string') : [],
    strictSsl: http.get<boolean>('proxyStrictSSL', true),
  };
}
