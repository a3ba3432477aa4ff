import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cached } from '../../scripts/repository.mjs';
import { readRun } from '../../src/models';
import { copySamples } from '../support/sampleDataset';
import { Workbench } from '../support/workbench';

interface Metrics {
  readonly evaluation: {
    readonly labels: string[];
    readonly accuracy: number;
    readonly n: number;
    readonly confusion: number[][];
  };
}

/** A person's way through the extension, in a real browser on the real workbench; each step builds on the last. */
describe('a folder of photos in the editor', function () {
  this.timeout(180_000);
  this.bail(true);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-journey-')));
  const dataset = path.join(home, 'photos');
  const pictures = cached('screenshots');
  let workbench: Workbench;

  const shoot = (name: string) => workbench.screenshot(path.join(pictures, `${name}.png`));
  const runs = () => {
    const folder = path.join(dataset, '.retrain', 'runs');
    return readdirSync(folder)
      .sort()
      .map((name) => path.join(folder, name));
  };
  const metrics = (): Metrics =>
    JSON.parse(readFileSync(path.join(runs().at(-1) ?? '', 'metrics.json'), 'utf8')) as Metrics;

  /** The panel shows the numbers that are on disk. */
  async function assertPanelShowsTheRun(): Promise<void> {
    const panel = await workbench.webviewFrame('.matrix');
    const { evaluation } = metrics();
    const right = evaluation.confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
    await panel.getByText(`${right} of ${evaluation.n} testing photos named rightly`).waitFor();
    for (const [i, row] of evaluation.confusion.entries()) {
      const cells = panel
        .getByRole('grid')
        .getByRole('row')
        .nth(i + 1)
        .getByRole('gridcell');
      const shown = (await cells.allInnerTexts()).map((text) => (text.trim() === '·' ? 0 : Number(text)));
      assert.deepEqual(shown.slice(0, row.length), row, evaluation.labels[i]);
    }
  }

  before(async () => {
    mkdirSync(pictures, { recursive: true });
    copySamples(dataset, { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 14);
    workbench = await Workbench.open(home, { settings: { 'explorer.compactFolders': false } });
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await shoot('journey-failed');
  });
  after(async () => {
    await workbench.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('is retrained from the palette: the panel opens, curves and matrix show the numbers of the run', async () => {
    await workbench.palette('Retrain Classifier');
    const panel = await workbench.webviewFrame('main');
    await panel.getByRole('heading', { level: 1, name: 'photos' }).waitFor();
    await assertPanelShowsTheRun();
    assert.equal(await panel.locator('#training .uplot').count(), 2);
    assert.equal(await panel.locator('#sureness .uplot').count(), 1);
    await shoot('panel-dark');
  });

  it('follows the colour theme', async () => {
    const panel = await workbench.webviewFrame('main');
    const style = 'getComputedStyle(document.body).backgroundColor';
    let last: unknown = await panel.evaluate(style);
    for (const [theme, name] of [
      ['Default Light Modern', 'panel-light'],
      ['Default High Contrast', 'panel-contrast'],
    ] as const) {
      await workbench.setTheme(theme);
      // The page forbids eval, which playwright's own waiting needs.
      let now = last;
      for (const end = Date.now() + 10_000; now === last && Date.now() < end;)
        now = await panel.evaluate(style);
      assert.notEqual(now, last, theme);
      last = now;
      await shoot(name);
    }
    await workbench.setTheme('Default Dark Modern');
  });

  it('names a photo by right-click, with bars beside the picture and the run that answered', async () => {
    const [name = ''] = readdirSync(path.join(dataset, 'tulips')).sort();
    await workbench.contextMenu(await workbench.reveal(`photos/tulips/${name}`), 'Classify Image');
    const answer = await workbench.webviewFrame('.answers, .answer, [data-answers]');
    await answer.getByText('tulips').first().waitFor();
    await answer
      .getByText(path.basename(runs().at(-1) ?? ''))
      .first()
      .waitFor();
    assert.ok((await answer.getByText('%').count()) >= 3);
    await shoot('classify-dark');
  });

  it('opens a bottleneck file from the explorer as a table of its rows', async () => {
    const cache = path.join(dataset, '.bottlenecks', 'v1', 'efficientnet-lite2-int8', 'roses');
    const [part = ''] = readdirSync(cache).filter((name) => name.endsWith('.npy'));
    const row = await workbench.reveal(`photos/.bottlenecks/v1/efficientnet-lite2-int8/roses/${part}`);
    await row.dblclick();
    const inspector = await workbench.webviewFrame('[role=grid][aria-rowcount]');
    assert.equal(await inspector.getByRole('grid').getAttribute('aria-rowcount'), '15');
    const [photo = ''] = readdirSync(path.join(dataset, 'roses')).sort();
    await inspector.getByText(photo).first().waitFor();
    await shoot('inspector-dark');
  });

  it('is still there, with the same numbers, after the window was reloaded', async () => {
    const tab = workbench.page.getByRole('tab', { name: /Retrain: photos/ }).first();
    await tab.click();
    await assertPanelShowsTheRun();
    await workbench.reload();
    await assertPanelShowsTheRun();
  });

  it('keeps what is changed in the form of its settings in retrain.json', async () => {
    const panel = await workbench.webviewFrame('.matrix');
    await panel.getByRole('button', { name: 'Settings' }).click();
    const seed = panel.getByLabel('Seed', { exact: true });
    await seed.fill('7');
    await seed.press('Enter');
    await panel.getByRole('button', { name: 'Reset Seed' }).waitFor();
    assert.equal(readFileSync(path.join(dataset, 'retrain.json'), 'utf8'), '{\n  "seed": 7\n}\n');
    await shoot('settings-dark');
    await panel.getByRole('button', { name: 'Settings' }).click();
  });

  it('computes nothing when it is retrained, goes by its settings, and says so', async () => {
    const before = runs().length;
    const panel = await workbench.webviewFrame('.matrix');
    await panel.getByRole('button', { name: 'Retrain', exact: true }).click();
    await panel.getByText('all 42 from the cache').first().waitFor({ timeout: 60_000 });
    await panel.getByRole('button', { name: 'Retrain', exact: true }).waitFor({ timeout: 60_000 });
    assert.equal(runs().length, before + 1);
    const run = await readRun(runs().at(-1) ?? '');
    assert.equal(run.settings.seed, 7);
    await shoot('panel-second');
  });
});
