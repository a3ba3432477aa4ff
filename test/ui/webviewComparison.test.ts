import assert from 'node:assert/strict';
import { previewPages, sent, until } from '../support/preview/pages';
import { hostileLabel } from '../support/preview/samples';

describe('the comparison of two runs', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('says which is better, what differs, and what flipped', async () => {
    const page = await pages.open('comparison', 'two');
    await page.getByText('8 became right and 3 wrong: no more than chance may do (p = 0.227).').waitFor();
    const settings = page.getByRole('region', { name: 'Settings' });
    const rows = await settings.getByRole('row').allInnerTexts();
    assert.deepEqual(
      rows.slice(1).map((row) => row.split(/\s+/)[0]),
      ['Backbone', 'L2', 'optimizer.kind', 'Runtime', 'Seed'],
      'what differs comes first, a key that nobody knows goes by its name',
    );
    assert.equal(await settings.locator('tr.differs').count(), 3);
    const wrong = page.getByRole('region', { name: 'Right before, wrong after' });
    assert.equal(await wrong.getByRole('listitem').count(), 3);
    await wrong.getByRole('listitem').first().scrollIntoViewIfNeeded();
    await until(page, `document.querySelectorAll('#to-wrong img[src^="blob:"]').length === 3`);
    await wrong.getByRole('button').first().click();
    const [opened] = await sent(page, 'openImage');
    assert.match(String(opened?.['path']), /^after\/daisy\/.*\.jpg$/);
    await page.getByRole('button', { name: 'Swap' }).click();
    assert.equal((await sent(page, 'swap')).length, 1);
    await page.getByRole('button', { name: 'more tulips, less penalty' }).click();
    assert.deepEqual(await sent(page, 'openRun'), [{ kind: 'openRun', of: 'after' }]);
    await page.close();
  });

  it('goes by leave-one-out where it tells the heads apart, and by the testing photos as the person chooses', async () => {
    const page = await pages.open('comparison', 'ridge');
    const measured = page.getByRole('group', { name: 'Photos that are compared' });
    const seen = async () => ({
      answer: await page.locator('.answer .lead').innerText(),
      notes: await page.locator('.answer .note').allInnerTexts(),
      after: await page.getByRole('region', { name: 'after', exact: true }).innerText(),
      matrix: await page.locator('#difference .aside').innerText(),
      flips: await page
        .getByRole('region', { name: 'Wrong before, right after' })
        .locator('.aside')
        .innerText(),
    });
    const everyOne = await seen();
    assert.match(
      everyOne.answer,
      /^Of 196 photos .* 23 became right and 8 wrong: more than chance \(p = 0\.011\)/,
    );
    assert.match(everyOne.notes.join(), /198 before and 200 after; .* of the 196 that both have/);
    assert.match(everyOne.after, /93\.0\s*%\s*leave-one-out, 200 photos; 95 %: 88\.6 to 95\.8/);
    assert.deepEqual([everyOne.matrix, everyOne.flips], ['196 photos', '23 photos']);
    await measured.getByRole('button', { name: 'testing photos' }).click();
    const testing = await seen();
    assert.match(
      testing.answer,
      /^Of 40 photos that both were tested on, 8 became right and 3 wrong: no more/,
    );
    assert.deepEqual(testing.notes, []);
    assert.match(testing.after, /92\.5\s*%\s*40 testing photos/);
    assert.deepEqual([testing.matrix, testing.flips], ['40 photos', '8 photos']);
    const measures = page.getByRole('region', { name: 'Measures' });
    assert.match(
      await measures.getByRole('row', { name: 'Leave-one-out accuracy' }).innerText(),
      /84\.0 %\s*78\.3 to 88\.4\s*93\.0 %\s*88\.6 to 95\.8\s*\+9\.0/,
    );
    await page.close();
    const softmax = await pages.open('comparison', 'two');
    await softmax.getByText(/^Of 40 photos that both were tested on/).waitFor();
    await softmax.getByText(/it tells their photos and backbones apart, not their heads/).waitFor();
    await softmax.getByRole('button', { name: 'leave-one-out' }).click();
    await softmax.getByText(/^Of 196 photos/).waitFor();
    await softmax.close();
    const old = await pages.open('comparison', 'old');
    assert.equal(await old.getByRole('group', { name: 'Photos that are compared' }).count(), 0);
    await old.close();
  });

  it('lists what changed in the dataset, and says where that cannot be told', async () => {
    const page = await pages.open('comparison', 'two');
    const changes = page.getByRole('region', { name: 'What changed in the dataset' });
    await changes.getByText('11 images added').waitFor();
    assert.match(
      await changes.getByText('dandelion/one.jpg').locator('xpath=ancestor::li').innerText(),
      /was\s+daisy/,
    );
    await page.close();
    const old = await pages.open('comparison', 'old');
    await old.getByText(/keeps no list of its images/).waitFor();
    await old.close();
    const same = await pages.open('comparison', 'same');
    await same.getByText('Nothing: the same images under the same labels.').waitFor();
    assert.equal(await same.getByText('There is no such photo.').count(), 2);
    await same.close();
  });

  it('draws each curve at its own epochs or steps, and names what they are', async () => {
    const training = async (scenario: string) => {
      const page = await pages.open('comparison', scenario);
      const band = page.getByRole('region', { name: 'Training' });
      const plots = await band.getByRole('img').all();
      const labels = await Promise.all(plots.map((plot) => plot.getAttribute('aria-label')));
      const seen = {
        text: await band.innerText(),
        labels,
        axes: await page.locator('.u-axis').count(),
      };
      await page.close();
      return seen;
    };
    const one = await training('two');
    assert.match(one.text, /before: 40 epochs of L-BFGS\s+after: 60 epochs of L-BFGS\s+dashed: validation/);
    assert.doesNotMatch(one.text, /axis/);
    assert.match(
      one.labels[0] ?? '',
      /^Accuracy of both runs\. Before: .*At epoch 40: .* After: .*At epoch 60: /,
    );
    assert.match((await training('curves')).text, /on one axis, but an epoch of one is not the same work/);
    const two = await training('steps');
    assert.match(two.text, /before: 4,000 steps of retrain\.py, each with 100 photos/);
    assert.match(two.text, /A step is not an epoch: each run has an axis of its own, before above/);
    assert.match(two.labels[0] ?? '', /Before: .*At step 4,000: .* After: .*At epoch 60: /);
    assert.equal(two.axes, one.axes + 2, 'an axis above each of the plots');
    const curveless = await training('curveless');
    assert.match(curveless.text, /before: no curve: the most alike photos vote/);
    assert.equal(curveless.labels.length, 2);
    const none = await training('none');
    assert.match(none.text, /after: no curve: the means of the classes/);
    assert.deepEqual(none.labels, []);
  });

  it('shows labels and titles as text', async () => {
    const page = await pages.open('comparison', 'labels');
    assert.ok((await page.getByText(hostileLabel, { exact: true }).count()) >= 2);
    assert.equal(await page.locator('img:not([src^="blob:"])').count(), 0);
    assert.equal(
      await page.evaluate('window.memory.before'),
      '/home/ada/photos/flowers/.retrain/runs/2026-11-22-1',
    );
    await page.close();
  });
});

describe('would more images help', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('is asked with a button, can be cancelled, and is answered with an interval and by class', async () => {
    const asked = await pages.open('panel', 'done');
    await asked.getByRole('button', { name: 'Would more images help?' }).click();
    assert.equal((await sent(asked, 'learningCurve')).length, 1);
    await asked.close();
    const running = await pages.open('panel', 'learning');
    await running.getByText('7 of 31 trainings.').waitFor();
    await running.locator('#learning').getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await sent(running, 'cancelLearningCurve')).length, 1);
    await running.close();
    const page = await pages.open('panel', 'learned');
    const answer = page.getByRole('region', { name: 'Would more images help?' });
    assert.match(
      await answer.innerText(),
      /Yes: with twice the 200 photos, expect \d\.\d points more \(95 %: \d\.\d to \d\.\d\)/,
    );
    assert.match(await answer.innerText(), /tulips.* would gain most/);
    await answer
      .getByText(
        /^Ridge classifier, measured on 200 photos, each by trainings on the other folds of 5, dealt out 2 times\./,
      )
      .waitFor();
    await answer.getByText(/Every class counts as much as any other in the trainings\./).waitFor();
    assert.equal(await answer.locator('table.gains tbody tr').count(), 4);
    await answer.getByText('1 class has too few photos to be forecast.').waitFor();
    await answer.locator('.plot canvas').waitFor();
    await page.close();
  });
});
