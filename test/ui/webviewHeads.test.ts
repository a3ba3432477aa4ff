import assert from 'node:assert/strict';
import { previewPages, sent, until } from '../support/preview/pages';

describe('which head is best', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('is asked with a button, the photos dealt out as often as the person says', async () => {
    const page = await pages.open('panel', 'done');
    const band = page.getByRole('region', { name: 'Which head is best?' });
    await band.getByRole('button', { name: 'Compare Heads' }).click();
    await band.getByRole('button', { name: '5 times' }).click();
    await band.getByRole('button', { name: 'Compare Heads' }).click();
    const heads = ['softmax', 'ridge', 'neighbours', 'centroid'];
    assert.deepEqual(await sent(page, 'compareHeads'), [
      { kind: 'compareHeads', heads, repeats: 1 },
      { kind: 'compareHeads', heads, repeats: 5 },
    ]);
    await page.close();
  });

  it('is asked about the heads that are ticked, of which there is at least one', async () => {
    const page = await pages.open('panel', 'done');
    const choice = page.getByRole('group', { name: 'Heads to compare' });
    const start = page.getByRole('button', { name: 'Compare Heads' });
    const hidden = choice.getByRole('checkbox', { name: /^Hidden layer/ });
    assert.equal(await hidden.isChecked(), false);
    assert.match((await choice.locator('label').last().getAttribute('title')) ?? '', /^Takes longer/);
    for (const name of ['Softmax regression', 'Ridge classifier', 'Nearest neighbours', 'Class centroid'])
      await choice.getByRole('checkbox', { name }).press('Space');
    assert.equal(await choice.getByRole('checkbox', { checked: true }).count(), 0);
    await page.getByText('Tick at least one head.').waitFor();
    assert.ok(await start.isDisabled());
    await hidden.press('Space');
    await choice.getByText('Ridge classifier').click();
    await start.click();
    const [question] = await sent(page, 'compareHeads');
    assert.deepEqual(question?.['heads'], ['ridge', 'hidden']);
    await page.close();
  });

  it('shows what is done while it works, and can be cancelled', async () => {
    const reading = await pages.open('panel', 'headsRead');
    await reading.getByText('Bottleneck values: 40 of 200 images').waitFor();
    await reading.close();
    const page = await pages.open('panel', 'headsRunning');
    const band = page.getByRole('region', { name: 'Which head is best?' });
    await band.getByText('20 of 25 trainings: Hidden layer.').waitFor();
    assert.equal(await band.locator('tbody tr').count(), 4);
    await band.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await sent(page, 'cancelComparingHeads')).length, 1);
    await page.close();
    const cancelled = await pages.open('panel', 'headsCancelled');
    const rest = cancelled.getByRole('region', { name: 'Which head is best?' });
    await rest.getByText('Cancelled.').waitFor();
    assert.equal(await rest.locator('tbody tr').count(), 4);
    await rest.getByRole('button', { name: 'Compare Heads' }).waitFor();
    await cancelled.close();
  });

  it('is answered by a table, with intervals and where they overlap; a head can be used', async () => {
    const page = await pages.open('panel', 'heads');
    const band = page.getByRole('region', { name: 'Which head is best?' });
    await band.getByText('Ridge classifier is right most often: 88.8 % (95 %: 81.2 to 96.3).').waitFor();
    await band
      .getByText(/overlaps with: Softmax regression, Nearest neighbours, Hidden layer\. The difference/)
      .waitFor();
    const rows = await band.locator('tbody tr').allInnerTexts();
    assert.match(
      rows[0] ?? '',
      /Softmax regression\s+87\.3\s+78\.6 – 95\.9.*0\.337\s+5\.5\s+0\.1 s\s+in use/s,
    );
    assert.match(rows[1] ?? '', /Ridge classifier, best/);
    assert.match(rows[4] ?? '', /Hidden layer.*12 s\s+Use/s);
    const box = async (row: number, part: string) => {
      const found = await band.locator('tbody tr').nth(row).locator(part).boundingBox();
      assert.ok(found);
      return { low: found.x, high: found.x + found.width };
    };
    const [best, strip] = [await box(1, '.range'), await box(3, '.reach')];
    assert.ok(
      Math.abs(best.low - strip.low) < 2 && Math.abs(best.high - strip.high) < 3,
      'the strip is the best one',
    );
    const worst = await box(3, '.range');
    assert.ok(worst.high < strip.low, 'one that does not overlap stands beside the strip');
    assert.ok((await box(0, '.range')).high > strip.low);
    await band.getByRole('button', { name: 'Use Ridge classifier' }).click();
    assert.deepEqual(await sent(page, 'useHead'), [{ kind: 'useHead', head: 'ridge' }]);
    assert.equal(await band.getByRole('button', { name: /^Use / }).count(), 4);
    await page.close();
  });

  it('names the least log loss where all are right, the class weights, and what went wrong', async () => {
    const equal = await pages.open('panel', 'headsEqual');
    await equal
      .getByText(
        '5 heads are equally right, 100.0 %; of these Ridge classifier has the least log loss, 0.003.',
      )
      .waitFor();
    await equal.getByText(/The intervals of all others overlap with its own/).waitFor();
    await equal.getByText(/Dealt out 5 times, seed 42\./).waitFor();
    await equal.close();
    const one = await pages.open('panel', 'headsOne');
    await one.getByText('Ridge classifier: 88.8 % right (95 %: 81.2 to 96.3).').waitFor();
    await one.close();
    const asSet = await pages.open('panel', 'headsAsSet');
    await asSet
      .getByText('Softmax regression, as set is right most often: 89.0 % (95 %: 78.6 to 95.9).')
      .waitFor();
    const own = asSet.getByRole('row', { name: /^Softmax regression, as set, best/ });
    await own.getByText('as this run').waitFor();
    await asSet
      .getByText(/As set: trained as this run was; the others are in the usual training of their kind\./)
      .waitFor();
    await asSet.close();
    const balanced = await pages.open('panel', 'headsBalanced');
    await balanced
      .getByText(/Without class weights, for they take none: Nearest neighbours, Class centroid\./)
      .waitFor();
    await balanced.getByRole('columnheader', { name: 'recall, mean of classes, %' }).waitFor();
    await balanced.close();
    const failed = await pages.open('panel', 'headsFailed');
    await failed
      .getByRole('alert')
      .getByText(/cannot be dealt out to 5 folds/)
      .waitFor();
    await failed.getByRole('button', { name: 'Try Again' }).waitFor();
    await failed.close();
  });

  it('is where the command leads to', async () => {
    const page = await pages.open('panel', 'heads');
    await page.evaluate(`window.postMessage({ kind: 'show', band: 'heads' })`);
    await until(page, `document.activeElement?.id === 'heads-title'`);
    await page.close();
  });
});
