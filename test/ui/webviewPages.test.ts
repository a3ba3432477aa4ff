import assert from 'node:assert/strict';
import { previewPages } from '../support/preview/pages';
import type { View } from '../support/preview/server';
import type { ThemeName } from '../support/preview/themes';

const states: Readonly<Record<View, readonly string[]>> = {
  panel: [
    'empty',
    'scanning',
    'computing',
    'training',
    'stopping',
    'stoppedEarly',
    'cancelling',
    'cancelled',
    'failed',
    'noBackbone',
    'done',
    'untested',
    'ridge',
    'ridgeCurve',
    'neighbours',
    'centroid',
    'hidden',
    'regularised',
    'leftOut',
    'refit',
    'poor',
    'two',
    'fifty',
    'labels',
    'learning',
    'learned',
    'unlearned',
    'heads',
    'headsRead',
    'headsRunning',
    'headsCancelled',
    'headsEqual',
    'headsBalanced',
    'headsFailed',
  ],
  comparison: ['two', 'ridge', 'same', 'old', 'many', 'labels', 'busy', 'failed', 'steps', 'none'],
  backbones: ['done', 'running', 'begins', 'cancelled', 'failed', 'labels', 'one', 'partly', 'none'],
  inspector: ['part', 'chosen', 'labels', 'failed'],
  classify: ['one', 'unknown', 'unsure', 'several', 'labels', 'busy', 'refitting', 'failed'],
};
/** For the other themes, which differ in colours alone. */
const some: typeof states = {
  panel: ['empty', 'computing', 'failed', 'done', 'fifty', 'learned', 'headsBalanced'],
  comparison: ['ridge'],
  backbones: ['done', 'running', 'partly'],
  inspector: ['chosen'],
  classify: ['unknown', 'several', 'refitting'],
};
const themes: readonly (readonly [ThemeName, typeof states])[] = [
  ['dark', states],
  ['light', some],
  ['contrast', some],
  ['contrastLight', some],
];

describe('every page in every state', function () {
  this.timeout(120_000);
  const pages = previewPages();

  for (const [theme, shown] of themes) {
    it(`has names, contrast and no overflow, and breaks no security policy: ${theme}`, async () => {
      const wrong: string[] = [];
      const views = ['panel', 'comparison', 'backbones', 'inspector', 'classify'] as const;
      const all = views.flatMap((view) => shown[view].map((state) => ({ view, state }))).values();
      const audit = async (): Promise<void> => {
        const page = await pages.open('panel', 'empty', { theme });
        for (const { view, state } of all) {
          await page.setViewportSize({ width: 1180, height: 800 });
          await pages.turn(page, view, state, theme);
          for (const width of [1180, 420]) {
            await page.setViewportSize({ width, height: 800 });
            await page.evaluate(
              'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
            );
            const found: string[] = await page.evaluate('window.audit()');
            wrong.push(...found.map((text) => `${view} ${state} ${width}: ${text}`));
          }
        }
        await page.close();
      };
      await Promise.all([audit(), audit()]);
      assert.deepEqual(wrong, []);
    });
  }

  it('speaks the language of the editor', async () => {
    const page = await pages.open('panel', 'done');
    await page.evaluate(
      `window.translate({ Retrain: 'Neu trainieren', '{n} image': '{n} Bild', '{n} images': '{n} Bilder' })`,
    );
    await page.getByRole('button', { name: 'Neu trainieren' }).waitFor();
    assert.match(await page.locator('.about').innerText(), /200 Bilder/);
    await page.close();
  });

  it('tells the editor what a window reload should bring back', async () => {
    const remembered = async (state: string): Promise<unknown> => {
      const page = await pages.open('panel', state);
      const memory: unknown = await page.evaluate('window.memory');
      await page.close();
      return memory;
    };
    const root = '/home/ada/photos/flowers';
    assert.deepEqual(await remembered('done'), { root, run: `${root}/.retrain/runs/2026-11-23-1` });
    assert.deepEqual(await remembered('computing'), { root: '/home/ada/photos/groceries', run: null });
    assert.deepEqual(await remembered('empty'), { root: null, run: null });
  });
});
