import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../../scripts/chromium.mjs';
import { startPreview, type PreviewServer, type View } from './server';
import type { ThemeName } from './themes';

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
}

/** A browser with the preview pages in it; what a page complains of is kept. */
class Pages {
  readonly complaints: string[] = [];

  private constructor(
    private readonly server: PreviewServer,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
  ) {}

  static async start(): Promise<Pages> {
    const server = await startPreview();
    try {
      const browser = await launchChromium();
      // One for all pages: their scripts are then read and compiled once.
      return new Pages(server, browser, await browser.newContext({ reducedMotion: 'reduce' }));
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** A page in a state of samples.ts, once it shows something. */
  async open(view: View, scenario: string, options: PageOptions = {}): Promise<Page> {
    const { theme = 'dark', width = 1180, height = 800 } = options;
    const page = await this.context.newPage();
    await page.setViewportSize({ width, height });
    const complain = (text: string) => this.complaints.push(`${page.url()} ${width}: ${text}`);
    page.on('pageerror', (error) => complain(String(error)));
    page.on('dialog', (dialog) => {
      complain(`a dialog opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      // A photo that is not there is part of the samples.
      if (message.type() === 'error' && !message.text().includes('404')) complain(message.text());
    });
    await this.turn(page, view, scenario, theme);
    return page;
  }

  /** Lets a page show another state: several times faster than opening one. */
  async turn(page: Page, view: View, scenario: string, theme: ThemeName): Promise<void> {
    await page.goto(this.server.address(view, scenario, theme));
    await page.locator('#root > *').first().waitFor();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }
}

/** The pages of the suite it is called in, each test of which fails where a page complains. */
export function previewPages(): Pick<Pages, 'open' | 'turn'> {
  let pages: Pages | undefined;
  before(async () => {
    pages = await Pages.start();
  });
  afterEach(() => assert.deepEqual(pages?.complaints, []));
  after(() => pages?.close());
  const started = (): Pages => {
    assert.ok(pages, 'the browser has not been started');
    return pages;
  };
  return {
    open: (...page) => started().open(...page),
    turn: (...page) => started().turn(...page),
  };
}

/** The messages the page has sent to the editor, those of one kind. */
export async function sent(page: Page, kind: string): Promise<Record<string, unknown>[]> {
  return page.evaluate(`window.sent.filter((message) => message.kind === ${JSON.stringify(kind)})`);
}

/** Waits until an expression is true in the page. Playwright's own way needs eval, which the page's policy refuses. */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (Date.now() > end) throw new Error(`It did not come true in the page: ${expression.slice(0, 200)}`);
    await page.waitForTimeout(50);
  }
}
