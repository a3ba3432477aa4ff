import assert from 'node:assert/strict';
import { previewPages, sent } from '../support/preview/pages';

describe('the inspector', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('holds 100,000 rows with a few lines, and asks only for the values it shows', async () => {
    const page = await pages.open('inspector', 'huge');
    const grid = page.getByRole('grid', { name: 'Rows of bottleneck values' });
    assert.equal(await grid.getAttribute('aria-rowcount'), '100001');
    await grid.focus();
    await page.keyboard.press('End');
    const last = grid.getByRole('row', { selected: true });
    await last.waitFor();
    assert.equal(await last.getAttribute('aria-rowindex'), '100001');
    await page.locator('.statistics').waitFor();
    await last.locator('canvas').waitFor();
    assert.ok((await grid.getByRole('row').count()) < 60);
    const asked = await sent(page, 'rows');
    const values = asked.reduce((sum, { from, to }) => sum + Number(to) - Number(from), 0);
    assert.ok(values > 0 && values < 200, `${values} rows were asked for`);
    await page.close();
  });

  it('moves by keys, and shows the chosen row beside the table', async () => {
    const page = await pages.open('inspector', 'part');
    const grid = page.getByRole('grid');
    await grid.focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    const detail = page.getByRole('complementary', { name: 'Row 1' });
    await detail.getByRole('img', { name: /^2,912 values between/ }).waitFor();
    assert.deepEqual(await detail.locator('dt').allInnerTexts(), ['min', 'max', 'mean', 'norm', 'zeros']);
    assert.equal(await grid.getAttribute('aria-activedescendant'), 'row-1');
    await page.keyboard.press('Enter');
    assert.equal((await sent(page, 'openImage')).length, 1);
    await page.close();
  });

  it('reads single values by keys', async () => {
    const page = await pages.open('inspector', 'chosen');
    const values = page.getByRole('slider', { name: 'Values by index' });
    await values.focus();
    await page.keyboard.press('ArrowRight');
    assert.match(
      (await values.getAttribute('aria-valuetext')) ?? '',
      /^Value 1: -?[\d.]+, [\d.]+ deviations (above|below) the mean$/,
    );
    await page.keyboard.press('End');
    assert.equal(await values.getAttribute('aria-valuenow'), '2911');
    await page.close();
  });

  it('says which checksum is wrong, and draws no strip for that row', async () => {
    const page = await pages.open('inspector', 'part');
    const row = page.getByRole('row').filter({ hasText: '✗ wrong' });
    assert.equal(await row.count(), 1);
    await page.getByRole('row').filter({ hasText: '✓ right' }).first().locator('canvas').waitFor();
    assert.equal(await row.locator('canvas').count(), 0);
    await row.click();
    await page.getByText('These values do not match their checksum and are not used.').waitFor();
    assert.match(await page.locator('.checks').innerText(), /1 checksum is wrong/);
    await page.close();
  });

  it('finds a file by a part of its name, and shows a row the editor chooses all the same', async () => {
    const page = await pages.open('inspector', 'part');
    await page.getByRole('searchbox', { name: 'Find a file' }).fill('12240303');
    await page.getByText('1 row found').waitFor();
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '2');
    await page.evaluate(`window.postMessage({ kind: 'choose', row: 30 })`);
    await page.getByRole('complementary', { name: 'Row 30' }).waitFor();
    await page.locator('[role=grid][aria-rowcount="41"]').waitFor();
    await page.close();
  });

  it('says why a file cannot be shown', async () => {
    const page = await pages.open('inspector', 'failed');
    assert.match(await page.getByRole('alert').innerText(), /not a bottleneck file of this version/);
    await page.close();
  });
});
