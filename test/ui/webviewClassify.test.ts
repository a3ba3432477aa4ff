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
