import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { previewPages } from '../support/preview/pages';
import type { ThemeName } from '../support/preview/themes';

/** Changes are made by the real job, in a file of the page's own. */
describe('the form of the settings', function () {
  this.timeout(60_000);
  const pages = previewPages();
  const open = async (scenario: string, options = {}): Promise<Page> => {
    const page = await pages.open('panel', scenario, options);
    await page.getByRole('button', { name: 'Settings' }).click();
    return page;
  };
  const form = (page: Page) => page.getByRole('region', { name: 'Settings' });
  const field = (page: Page, label: string) => form(page).getByLabel(label, { exact: true });
  const labels = (page: Page) => form(page).locator('label').allInnerTexts();
  const named = (page: Page) => form(page).locator('.setting.named label').allInnerTexts();

  it('shows what holds, marks what retrain.json says, and closes', async () => {
    const page = await open('stoppedEarly');
    assert.deepEqual(await named(page), ['Head', 'Optimizer', 'Training steps', 'Random crop, %']);
    assert.equal(await field(page, 'Training steps').inputValue(), '500');
    assert.equal(await field(page, 'Learning rate').getAttribute('placeholder'), '0.02');
    assert.equal(await field(page, 'Head').inputValue(), 'softmax');
    assert.match(
      await form(page).innerText(),
      /Kept in photos\/retrain\.json; the next retraining goes by it\./,
    );
    await page.getByRole('button', { name: 'Settings' }).click();
    assert.equal(await form(page).count(), 0);
    assert.equal(
      await page.locator('.settings').innerText(),
      'Settings from photos/retrain.json: head, optimizer, trainingSteps, randomCrop',
    );
    await page.close();
  });

  it('makes a retrain.json with the first change, and offers what the head and the optimizer have', async () => {
    const page = await open('done');
    assert.match(await form(page).innerText(), /The first change makes a retrain\.json/);
    assert.deepEqual((await labels(page)).slice(0, 3), ['Head', 'Class weights', 'Flip left to right']);
    await field(page, 'Head').selectOption('Softmax regression');
    await field(page, 'Optimizer').selectOption('adam');
    await field(page, 'Learning rate').fill('0.05');
    await field(page, 'Learning rate').press('Enter');
    await field(page, 'Random crop, %').fill('20');
    await field(page, 'Random crop, %').press('Enter');
    await field(page, 'Views of each photo').waitFor();
    assert.deepEqual(await named(page), ['Head', 'Optimizer', 'Learning rate', 'Random crop, %']);
    await form(page).getByRole('button', { name: 'Reset Optimizer' }).click();
    await field(page, 'Regularisation').waitFor();
    assert.deepEqual(await named(page), ['Head', 'Random crop, %']);
    await page.close();
  });

  it('says beside a field why what was entered is not taken, and keeps what was typed', async () => {
    const page = await open('poor');
    const share = field(page, 'Validation, % of the photos');
    await share.fill('85');
    await share.blur();
    const alert = form(page).getByRole('alert');
    assert.equal(
      await alert.innerText(),
      'Validation takes 85 % of the images and testing 20 %, more than 90 % together; lower one of them.',
    );
    assert.equal(await share.inputValue(), '85');
    assert.equal(await share.getAttribute('aria-invalid'), 'true');
    await share.fill('15');
    await share.blur();
    await alert.waitFor({ state: 'detached' });
    await form(page).locator('.setting.named', { hasText: 'Validation, %' }).waitFor();
    // An empty field takes it out again.
    await share.fill('');
    await share.blur();
    await form(page).locator('.setting.named', { hasText: 'Validation, %' }).waitFor({ state: 'detached' });
    assert.equal(await share.inputValue(), '10');
    await page.close();
  });

  it('lets what is typed be, while the page is drawn anew', async () => {
    const page = await open('training');
    await field(page, 'Seed').fill('12');
    await page.evaluate(() =>
      (globalThis as unknown as { translate: (words: object) => void }).translate({}),
    );
    await field(page, 'Seed').press('End');
    await field(page, 'Seed').press('3');
    await field(page, 'Seed').press('Enter');
    await form(page).locator('.setting.named', { hasText: 'Seed' }).waitFor();
    assert.equal(await field(page, 'Seed').inputValue(), '123');
    await page.close();
  });

  it('takes what is typed in the moment it opens', async () => {
    const page = await pages.open('panel', 'done');
    const shown = await page.evaluate(`new Promise((resolve) => {
      const typed = () => {
        const seed = document.getElementById('setting-seed');
        if (!seed) return false;
        seed.value = '7';
        seed.dispatchEvent(new Event('input', { bubbles: true }));
        setTimeout(() => resolve(seed.value), 300);
        return true;
      };
      const observer = new MutationObserver(() => typed() && observer.disconnect());
      observer.observe(document.body, { childList: true, subtree: true });
      document.querySelector('.actions [aria-expanded]').click();
    })`);
    assert.equal(shown, '7');
    await page.close();
  });

  const looks: readonly (readonly [ThemeName, number])[] = [
    ['dark', 1180],
    ['light', 820],
    ['contrast', 420],
    ['contrastLight', 280],
  ];
  for (const [theme, width] of looks)
    it(`cuts nothing off and is read easily: ${theme}, ${width} wide`, async () => {
      const page = await open('stoppedEarly', { theme, width });
      assert.deepEqual(
        await page.evaluate(() => (globalThis as unknown as { audit: () => string[] }).audit()),
        [],
      );
      await page.close();
    });
});
