import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { ViewPage } from '../../src/editor/viewPage';

describe('the page of a view', function () {
  this.timeout(20_000);
  const log = vscode.window.createOutputChannel('The page of a view', { log: true });
  const panels: vscode.WebviewPanel[] = [];
  after(() => {
    for (const panel of panels) panel.dispose();
    log.dispose();
  });

  /** A panel whose page can never say that it is ready: there is no script where it looks for one. */
  function opened(patience: number): { page: ViewPage; panel: vscode.WebviewPanel; loads: Set<string> } {
    const panel = vscode.window.createWebviewPanel('retrain.test', 'Test', vscode.ViewColumn.Active);
    panels.push(panel);
    const page = new ViewPage(panel, vscode.Uri.file('/nowhere'), 'classify', log, patience);
    return { page, panel, loads: new Set([panel.webview.html]) };
  }

  it('is loaded anew, a few times, where it stays blank', async () => {
    const { panel, loads } = opened(100);
    for (let i = 0; i < 60; i++) {
      await sleep(20);
      loads.add(panel.webview.html);
    }
    assert.equal(loads.size, 4);
  });

  it('is left alone once it has said that it is ready', async () => {
    const { page, panel, loads } = opened(100);
    page.ready();
    await sleep(400);
    loads.add(panel.webview.html);
    assert.equal(loads.size, 1);
  });

  it('is sent nothing once it is closed', () => {
    const { page, panel } = opened(1000);
    panel.dispose();
    assert.throws(() => panel.webview, /disposed/);
    assert.doesNotThrow(() => page.send({ kind: 'state' }));
    assert.equal(page.visible, false);
  });
});
