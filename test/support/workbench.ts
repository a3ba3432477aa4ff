import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mjs';
import { installEditor } from '../../scripts/editors.mjs';
import { run } from '../../scripts/processes.mjs';
import { root } from '../../scripts/repository.mjs';
import { startVSCodeServer, type VSCodeServer } from '../../scripts/vscodeServer.mjs';

/** The colour themes and the class each gives the workbench. */
const themeClasses = {
  'Default Light Modern': 'vscode-theme-defaults-themes-light_modern-json',
  'Default Dark Modern': 'vscode-theme-defaults-themes-dark_modern-json',
  'Default High Contrast': 'vscode-theme-defaults-themes-hc_black-json',
  'Default High Contrast Light': 'vscode-theme-defaults-themes-hc_light-json',
} as const;

export type Theme = keyof typeof themeClasses;

export interface WorkbenchOptions {
  /** which VS Code, as in scripts/editors.mjs; default '1.100' */
  editor?: '1.100' | '1.139';
  theme?: Theme;
  settings?: Record<string, unknown>;
  viewport?: { width: number; height: number };
  /** installs this package, as a person would; without it the extension is loaded from the repository */
  vsix?: string;
  /** for the extension host and what it starts */
  env?: Record<string, string>;
}

const extensionId = 'retrain-classifier.retrain-classifier';
const palettePatience = 60_000;
const patience = 30_000;

/** A real workbench in a real browser, on a folder, with the extension in it. Close it in `after`. */
export class Workbench {
  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    private readonly server: VSCodeServer,
    private readonly scratch: string,
    private settings: Record<string, unknown>,
  ) {}

  static async open(folder: string, options: WorkbenchOptions = {}): Promise<Workbench> {
    const { editor: version = '1.100', theme = 'Default Dark Modern', viewport, vsix, env = {} } = options;
    const editor = await installEditor(version);
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'retrain-workbench-'));
    const data = path.join(scratch, 'data');
    const extensions = path.join(scratch, 'extensions');
    if (vsix !== undefined) await installPackage(editor, vsix, { data, extensions });
    // A folder with one folder inside would share its row with it.
    const settings = { 'git.enabled': false, 'explorer.compactFolders': false, ...options.settings };
    const server = await startVSCodeServer(editor, {
      data,
      extensions,
      settings,
      env,
      // Without it 1.139 shows real notifications, but loads no extension from a folder.
      driver: vsix === undefined,
    });
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: viewport ?? { width: 1280, height: 800 } });
    const workbench = new Workbench(page, browser, server, scratch, settings);
    try {
      await workbench.load(folder, vsix === undefined);
      await workbench.setTheme(theme);
    } catch (error) {
      // Nobody else can close what was never handed out.
      await workbench.close();
      throw error;
    }
    return workbench;
  }

  /** Runs a command by its title as a person does: F1, type, Enter. Waits until the extension has registered it. */
  async palette(title: string): Promise<void> {
    const row = await this.findInPalette(title);
    await row.click();
  }

  /**
   * The row of a command in the open palette. In the first seconds an extension's commands are missing, and a list
   * once open never refreshes: so it is opened again until the command is there.
   */
  async findInPalette(title: string): Promise<Locator> {
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    const row = rows.filter({ has: this.page.getByText(title, { exact: true }) }).first();
    const end = Date.now() + palettePatience;
    while (Date.now() < end) {
      await this.page.keyboard.press('F1');
      const input = this.page.locator('.quick-input-widget input').first();
      await input.waitFor({ timeout: patience });
      await input.fill(`>${title}`);
      if (await appears(row, 1500)) return row;
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The command palette never listed "${title}".`);
  }

  /**
   * The row of a file or folder in the explorer, by the name it shows; its parents have to be open. Below folders of
   * the same name the level tells which: 1 for what the workspace itself holds.
   */
  explorerRow(name: string, level?: number): Locator {
    const leveled = level === undefined ? '' : `[aria-level="${level}"]`;
    const rows = this.page.locator(`.explorer-folders-view .monaco-list-row${leveled}`);
    return rows.filter({ has: this.page.getByText(name, { exact: true }) }).first();
  }

  /** Opens the folders on the way to a file of the explorer, given relative to the workspace, and returns its row. */
  async reveal(relative: string): Promise<Locator> {
    const names = relative.split('/');
    for (const [depth, name] of names.slice(0, -1).entries()) {
      const row = await this.scrolledTo(name, depth + 1);
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    }
    return this.scrolledTo(names.at(-1) ?? relative, names.length);
  }

  /** The explorer holds only the rows in sight: it is paged down, from the top again after the last page. */
  private async scrolledTo(name: string, level: number): Promise<Locator> {
    const row = this.explorerRow(name, level);
    const list = this.page.locator('.explorer-folders-view .monaco-list').first();
    for (const end = Date.now() + patience; Date.now() < end;) {
      if (await appears(row, 500)) return row;
      await list.focus();
      const before = await lowestRow(list);
      // The first only goes to the last row in sight.
      await list.press('PageDown');
      await list.press('PageDown');
      await this.page.waitForTimeout(200);
      if ((await lowestRow(list)) === before) await list.press('Home');
    }
    throw new Error(`The explorer never showed ${name}.`);
  }

  /**
   * Right-clicks a row and chooses an item of its menu. A menu takes no click in the moment it opens, and stays: so the
   * item is clicked, a moment later, until the menu goes.
   */
  async contextMenu(row: Locator, item: string): Promise<void> {
    const items = this.page.getByRole('menuitem');
    const choice = this.page.getByRole('menuitem', { name: item, exact: true });
    const end = Date.now() + palettePatience;
    let seen: string[] = [];
    while (Date.now() < end) {
      await row.click({ button: 'right' });
      if (await appears(choice, 5000)) {
        for (let clicks = 0; clicks < 5; clicks++) {
          await this.page.waitForTimeout(250);
          await choice.click();
          if (await vanishes(choice, 1500)) return;
        }
      }
      seen = await items.allInnerTexts();
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`"${item}" could not be chosen; last the menu had ${JSON.stringify(seen)}.`);
  }

  /**
   * The document of a webview of the extension in which `selector` is found: panel, inspector and classify are told
   * apart by what they show.
   */
  async webviewFrame(selector = 'body'): Promise<Frame> {
    // Twice what the extension waits before it loads a page anew, and more.
    const end = Date.now() + 2 * patience;
    while (Date.now() < end) {
      for (const frame of this.page.frames()) {
        const mine = frame.parentFrame()?.url().includes(`extensionId=${extensionId}`) === true;
        if (!mine || !frame.url().includes('fake.html')) continue;
        // A frame may go while it is asked.
        const found = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (found > 0) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview of the extension shows ${selector}.`);
  }

  /** The text of every notification that is there now. */
  async notifications(): Promise<string[]> {
    const center = this.page.locator('.notifications-center.visible');
    const bell = this.page.locator('#status\\.notifications');
    if ((await center.count()) === 0) await bell.click();
    const messages = this.page.locator('.notifications-center .notification-list-item-message');
    const texts = await messages.allInnerTexts();
    if ((await center.count()) > 0) await bell.click();
    return texts;
  }

  /** Changes the colour theme of the running workbench; the webviews follow. */
  async setTheme(theme: Theme): Promise<void> {
    this.settings = { ...this.settings, 'workbench.colorTheme': theme };
    const themed = this.page.locator(`.monaco-workbench.${themeClasses[theme]}`).first();
    // A theme that the workbench reads while it starts is not taken up, nor is the same one once more: so it is taken
    // back and set again until it shows.
    for (const end = Date.now() + patience; Date.now() < end;) {
      await this.server.writeSettings(this.settings);
      if (await appears(themed, 3000)) return;
      await this.server.writeSettings({ ...this.settings, 'workbench.colorTheme': undefined });
      await this.page.waitForTimeout(1000);
    }
    throw new Error(`The workbench did not take up the theme ${theme}.`);
  }

  /** Reloads the window, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    // In a browser the workbench keeps its state every 5 s, when idle, and not when the page goes.
    await this.page.waitForTimeout(8000);
    await this.page.reload();
    await this.ready();
  }

  /** The processes of the editor and all that they have started: id and command line. Not on Windows. */
  processes(): { readonly pid: number; readonly command: string }[] {
    const { pid: group } = this.server;
    const listed = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,args='], { encoding: 'utf8' });
    return listed.split('\n').flatMap((line) => {
      const [, pid, its, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(its) === group ? [{ pid: Number(pid), command }] : [];
    });
  }

  /** Kills the editor and all that it has started, at once. */
  kill(): void {
    this.server.stop();
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.stop();
    await rm(this.scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  private async load(folder: string, development: boolean): Promise<void> {
    const address = new URL(this.server.origin);
    address.searchParams.set('folder', path.resolve(folder));
    const payload = [['skipWelcome', 'true']];
    if (development) {
      payload.push(['extensionDevelopmentPath', `vscode-remote://${this.server.host}${encodeURI(root)}`]);
    }
    address.searchParams.set('payload', JSON.stringify(payload));
    await this.page.goto(address.href);
    await this.ready();
  }

  private async ready(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  }
}

type Editor = Awaited<ReturnType<typeof installEditor>>;

async function installPackage(
  editor: Editor,
  vsix: string,
  folders: { data: string; extensions: string },
): Promise<void> {
  const places = ['--server-data-dir', folders.data, '--extensions-dir', folders.extensions];
  const args = [
    editor.main,
    ...places,
    '--install-extension',
    path.resolve(vsix),
    '--accept-server-license-terms',
  ];
  const { status, output } = await run(editor.node, args, { quiet: true });
  if (status !== 0) throw new Error(`${vsix} could not be installed.\n${output}`);
}

/** The index of the last row in sight; the rows are not in order in the document. */
async function lowestRow(list: Locator): Promise<number> {
  const rows = await list.locator('.monaco-list-row').all();
  const indices = await Promise.all(rows.map((row) => row.getAttribute('data-index', { timeout: 1000 })));
  return Math.max(...indices.map(Number));
}

async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return reaches(locator, 'visible', timeout);
}

async function vanishes(locator: Locator, timeout: number): Promise<boolean> {
  return reaches(locator, 'hidden', timeout);
}

async function reaches(locator: Locator, state: 'visible' | 'hidden', timeout: number): Promise<boolean> {
  try {
    await locator.waitFor({ state, timeout });
    return true;
  } catch {
    return false;
  }
}
