import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cached } from '../../scripts/repository.mjs';
import { documentOf, runCli } from '../support/cli';
import { copySamples } from '../support/sampleDataset';
import { skip } from '../support/skip';
import { Workbench } from '../support/workbench';

/** A run of eight bits, in an editor that is told to use a runtime which has none. */
describe('an image classified where the network of the run does not run', function () {
  this.timeout(180_000);
  this.bail(true);
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'retrain-refit-ui-')));
  const dataset = path.join(home, 'photos');
  const pictures = cached('screenshots');
  let workbench: Workbench;
  let original: string;

  const shoot = (name: string) => workbench.screenshot(path.join(pictures, `${name}.png`));
  const runs = () => readdirSync(path.join(dataset, '.retrain', 'runs')).sort();

  before(async function () {
    mkdirSync(pictures, { recursive: true });
    copySamples(dataset, { daisy: 'daisy', roses: 'roses', tulips: 'tulips' }, 16);
    const trained = documentOf(await runCli(['train', 'photos', '--json'], { cwd: home, data: home }));
    if ((trained['backbone'] as { id: string }).id !== 'efficientnet-lite2-int8')
      skip(this, 'eight bits do not run here');
    original = path.basename(String(trained['run']));
    workbench = await Workbench.open(home, { settings: { 'retrain.runtime': 'wasm' } });
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await shoot('refit-failed');
  });
  after(async () => {
    // Undefined where it was skipped.
    await (workbench as Workbench | undefined)?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('shows how far the refit is, in the view and in a notification, then the answer', async () => {
    const [photo = ''] = readdirSync(path.join(dataset, 'tulips')).sort();
    const row = await workbench.reveal(`photos/tulips/${photo}`);
    await workbench.contextMenu(row, 'Classify Image');
    const view = await workbench.webviewFrame('.steps');
    const bar = view.getByRole('progressbar', { name: /^Bottlenecks: \d+ of 48 images/ });
    await bar.waitFor({ state: 'attached' });
    await workbench.page.getByText(`Refitting the run ${original} on efficientnet-lite2`).first().waitFor();
    await workbench.page
      .getByText(/\d+ of 48 images/)
      .first()
      .waitFor();
    await shoot('classify-refitting');
    await view.getByText('Answered by run').waitFor({ timeout: 60_000 });
    await view.getByRole('list', { name: /^Labels of/ }).waitFor();
    assert.match(
      await view.locator('.by').innerText(),
      /refitted from .* for efficientnet-lite2, .* were right/,
    );
    assert.equal(runs().length, 2);
    await shoot('classify-refitted');
  });

  it('opens the panel of the run that answered, which says how good the two are', async () => {
    const view = await workbench.webviewFrame('.answers');
    const refitted = runs().find((name) => name !== original) ?? '';
    await view.getByRole('button', { name: refitted }).click();
    const panel = await workbench.webviewFrame('.matrix');
    await panel
      .getByText(
        /Refitted from the run .* right with efficientnet-lite2-int8, .* % with efficientnet-lite2\./,
      )
      .waitFor();
    await shoot('panel-refitted');
  });
});
