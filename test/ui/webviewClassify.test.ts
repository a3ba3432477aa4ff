import assert from 'node:assert/strict';
import { previewPages, sent } from '../support/preview/pages';
import { hostileLabel } from '../support/preview/samples';

describe('the answers of Classify Image', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('names the likeliest labels beside the picture, and the run that answered', async () => {
    const page = await pages.open('classify', 'one');
    const answer = page.getByRole('article');
    assert.equal(await answer.count(), 1);
    const scores = answer.getByRole('list').getByRole('listitem');
    assert.match(await scores.first().innerText(), /tulips\s+54 %/);
    assert.equal(await scores.count(), 5);
    await answer.locator('img').waitFor();
    assert.match(
      await page.locator('.by').innerText(),
      /run 2026-11-23-1, trained on .*flowers.*, 90 % right on 20 testing photos/,
    );
    await page.getByRole('button', { name: '2026-11-23-1' }).click();
    assert.equal((await sent(page, 'openRun')).length, 1);
    await page.close();
  });

  it('says that a picture is unknown, or the model unsure, with the nearest labels still there', async () => {
    for (const [state, said] of [
      ['unknown', 'Unknown: unlike anything trained'],
      ['unsure', 'Unsure: no label reaches 60 %'],
    ] as const) {
      const page = await pages.open('classify', state);
      const answer = page.getByRole('article').first();
      await answer.getByText(said, { exact: true }).waitFor();
      const scores = answer.getByRole('list').getByRole('listitem');
      assert.match(await scores.first().innerText(), /tulips\s+54 %/);
      await page.close();
    }
  });

  it('answers fifty pictures, says which one could not be read and which are under way', async () => {
    const page = await pages.open('classify', 'several');
    assert.equal(await page.getByRole('article').count(), 50);
    const broken = page.getByRole('article', { name: 'broken.jpg' });
    assert.match(await broken.innerText(), /damaged \(premature end of JPEG\)/);
    await broken.locator('.picture[data-state="none"]').waitFor();
    assert.equal(await page.getByText('Looking at it…').count(), 3);
    await page.getByRole('heading', { name: 'Classifying 50 images' }).waitFor();
    await page.close();
  });

  it('shows how far the refit is that comes first, and why, and can end it', async () => {
    const page = await pages.open('classify', 'refitting');
    await page.getByRole('heading', { name: 'Classifying 3 images' }).waitFor();
    assert.match(
      (await page.locator('.by').innerText()).replaceAll(/[\u2068\u2069]/g, ''),
      /the run 2026-11-23-1 is refitted on efficientnet-lite2, for its network, efficientnet-lite2-int8, does not run here/,
    );
    const bar = page.getByRole('progressbar', { name: /^Bottlenecks: 1,240 of 3,012 images/ });
    assert.equal(await bar.getAttribute('aria-valuenow'), '41');
    const step = page.getByRole('list', { name: 'Steps' }).locator('[aria-current=step]');
    assert.match(await step.innerText(), /Bottlenecks\s+1,240 of 3,012/);
    assert.equal(await page.getByText('Waits for the model.').count(), 3);
    // There is nothing here that a step could open.
    assert.equal(await page.getByRole('list', { name: 'Steps' }).getByRole('button').count(), 0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await sent(page, 'cancel')).length, 1);
    await page.close();
  });

  it('shows labels as text', async () => {
    const page = await pages.open('classify', 'labels');
    assert.equal(await page.getByText(hostileLabel, { exact: true }).count(), 2);
    assert.equal(await page.locator('img:not([src^="blob:"])').count(), 0);
    await page.close();
  });

  it('says why nothing could be classified, and offers another try', async () => {
    const page = await pages.open('classify', 'failed');
    assert.match(await page.getByRole('alert').innerText(), /retrain/);
    await page.getByRole('button', { name: 'Classify Other Images…' }).click();
    assert.equal((await sent(page, 'classify')).length, 1);
    await page.close();
  });
});
