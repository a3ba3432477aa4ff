import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { previewPages, sent, until } from '../support/preview/pages';
import { hostileLabel } from '../support/preview/samples';

/** The accessible names of what has the focus. */
const focused = (page: Page) =>
  page.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? ''`);
/** Directional isolates around labels are not for comparing. */
const plain = (text: string) => text.replaceAll(/[\u2068\u2069]/g, '');

describe('the panel', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('says first how good the model is, and on how many photos', async () => {
    const page = await pages.open('panel', 'done');
    await page
      .getByRole('heading', { name: '17 of 20 testing photos named rightly (95 %: 64 to 95).' })
      .waitFor();
    assert.equal(plain(await page.locator('.figure .number').innerText()).replace(/\s/g, ''), '85%');
    assert.match(plain(await page.locator('.figure').innerText()), /roses taken for tulips, 2 times/);
    await page.close();
  });

  it('says how good it is by leave-one-out, and shows whose matrix and photos the person asks for', async () => {
    const page = await pages.open('panel', 'done');
    const figure = plain(await page.locator('.figure').innerText());
    assert.match(figure, /Leave-one-out, by ridge heads: 177 of all 200 photos named rightly/);
    const matrix = page.getByRole('grid', { name: /^Confusion matrix/ });
    const totals = () => matrix.locator('tbody td.total').allInnerTexts();
    assert.deepEqual(await totals(), ['4', '4', '4', '4', '4']);
    await matrix.locator('td.miss').first().click();
    await page.getByRole('button', { name: 'leave-one-out' }).click();
    assert.deepEqual(await totals(), ['40', '40', '40', '40', '40']);
    const wrong = page.getByRole('region', { name: 'Wrong answers of leave-one-out, surest first' });
    assert.equal(plain(await wrong.getByRole('status').innerText()), '23 of 200');
    await page.getByRole('gridcell', { name: /tulips.* taken for .*dandelion/ }).click();
    const photos = page.getByRole('region', { name: /tulips.* taken for .*dandelion/ });
    assert.equal(await photos.getByRole('listitem').count(), 3);
    await page.getByRole('button', { name: 'testing photos' }).click();
    assert.deepEqual(await totals(), ['4', '4', '4', '4', '4']);
    await page.getByRole('region', { name: 'Wrong answers, surest first' }).waitFor();
    await page.close();
  });

  it('measures by leave-one-out alone when nothing was kept aside, and says so', async () => {
    const page = await pages.open('panel', 'leftOut');
    await page.getByRole('heading', { name: /^Leave-one-out: 177 of all 200 photos/ }).waitFor();
    assert.equal(plain(await page.locator('.figure .number').innerText()).replace(/\s/g, ''), '88.5%');
    assert.equal(await page.getByRole('button', { name: 'testing photos' }).count(), 0);
    await page.getByRole('region', { name: 'Wrong answers of leave-one-out, surest first' }).waitFor();
    await page.getByText('by a plain 64-bit product in JavaScript, as wasm has none').waitFor();
    await page.close();
  });

  it('shows which penalties a ridge head tried in place of curves', async () => {
    const page = await pages.open('panel', 'ridge');
    const rows = page.getByRole('region', { name: 'Training' }).locator('tbody tr');
    assert.deepEqual(await rows.locator('th').allInnerTexts(), ['0.01', '0.03, taken', '0.1', '0.3']);
    assert.deepEqual(await rows.locator('td .digits').allInnerTexts(), ['0.836', '0.829', '0.842', '0.901']);
    assert.equal(await page.locator('#training .plot').count(), 0);
    await page.close();
  });

  it('shows which numbers of neighbours were tried, with the loss and the wrong answers of leave-one-out', async () => {
    const page = await pages.open('panel', 'neighbours');
    const rows = page.getByRole('region', { name: 'Training' }).locator('tbody tr');
    assert.deepEqual(await rows.locator('th').allInnerTexts(), ['1', '3', '5, taken', '10', '20']);
    assert.equal(
      plain(await rows.nth(2).innerText())
        .replace(/\s+/g, ' ')
        .trim(),
      '5, taken 0.544 16.3 %',
    );
    assert.equal(await page.locator('#training .plot').count(), 0);
    await page.close();
  });

  it('says of every head what it is, and asks for another one', async () => {
    for (const [state, facts] of [
      ['ridge', /ridge · penalty 0\.03/],
      ['neighbours', /nearest neighbours · 5 vote/],
      ['centroid', /nearest class mean/],
      [
        'hidden',
        /hidden layer of 128 units.*adam · learning rate 0.003 · 32 images a step.*after 10 passes no better.*40, the best is 30/s,
      ],
      ['regularised', /softmax regression.*penalty 0\.0001, the best of 4 on validation/s],
    ] as const) {
      const page = await pages.open('panel', state);
      const run = page.getByRole('region', { name: 'Run', exact: true });
      assert.match(plain(await run.innerText()), facts, state);
      const training = plain(await page.getByRole('region', { name: 'Training' }).innerText());
      if (state === 'centroid') assert.match(training, /the class whose mean is nearest/);
      assert.equal(
        (await page.locator('#training .plot').count()) > 0,
        ['hidden', 'regularised'].includes(state),
      );
      await run.getByRole('button', { name: 'Choose another head…' }).click();
      assert.equal((await sent(page, 'chooseHead')).length, 1);
      await page.close();
    }
  });

  it('shows the curves of a ridge head, and on request the penalties it tried', async () => {
    const page = await pages.open('panel', 'ridgeCurve');
    const band = page.getByRole('region', { name: 'Training' });
    assert.equal(await page.locator('#training .plot').count(), 2);
    await band.getByText('A ridge classifier of penalty 0.03: the last epoch is the head').waitFor();
    await band.getByRole('button', { name: 'penalties' }).click();
    const names = await band.locator('tbody tr th').allInnerTexts();
    assert.deepEqual(names, ['0.01', '0.03, taken', '0.1', '0.3']);
    await band.getByText('under which 160 of the training photos are answered best').waitFor();
    await page.close();
  });

  it('says how sure it is, of the photos that the matrix shows, in diagrams and in numbers', async () => {
    const page = await pages.open('panel', 'done');
    const band = page.getByRole('region', { name: /^How sure is it\?/ });
    await band
      .getByRole('img', { name: /^Reliability diagram of 20 photos by tenths of probability\. Expected/ })
      .waitFor();
    await band
      .getByRole('img', { name: /Below 50 % withheld: 13 of 20 photos answered, 10 right\./ })
      .waitFor();
    assert.match(
      plain(await band.innerText()),
      /differ by 29\.3 percentage points on average; of so few photos much of that is chance\. The right label is among its three likeliest for 97 % of the photos.*\. 1 of 20 photos is unlike anything trained and would be called unknown\./,
    );
    await page.getByRole('button', { name: 'leave-one-out' }).click();
    await page.getByRole('region', { name: 'How sure is it? By leave-one-out' }).waitFor();
    await band.getByRole('img', { name: /^Reliability diagram of 200 photos/ }).waitFor();
    await band.getByRole('button', { name: 'numbers' }).click();
    const bins = band.getByRole('table', { name: 'Probabilities and right answers' });
    const counts = await bins.locator('tbody td:nth-child(2)').allInnerTexts();
    assert.equal(counts.length, 10);
    assert.equal(
      counts.reduce((sum, text) => sum + Number(text), 0),
      200,
    );
    const rejected = band.getByRole('table', { name: 'Answers by the least probability that is taken' });
    assert.deepEqual(await rejected.locator('tbody tr').first().locator('th, td').allInnerTexts(), [
      '0 %',
      '200',
      '100.0 %',
      '88.5 %',
    ]);
    await page.close();
  });

  it('reads off the plot what a reject threshold would do', async () => {
    const page = await pages.open('panel', 'done');
    const plot = page.locator('#sureness .plot .u-over');
    await plot.scrollIntoViewIfNeeded();
    const { width = 0 } = (await plot.boundingBox()) ?? {};
    await plot.hover({ position: { x: (width * 50) / 99, y: 40 } });
    const legend = page.locator('#sureness .legend').last();
    assert.match(await legend.innerText(), /answered 65 %\s+right of those 77 %\s+reject below 50 %/);
    await page.close();
  });

  it('has no more to say of how sure it is where nothing was measured', async () => {
    const page = await pages.open('panel', 'untested');
    assert.equal(await page.getByRole('region', { name: /^How sure is it/ }).count(), 0);
    await page.close();
  });

  it('says why leave-one-out was not measured', async () => {
    const page = await pages.open('panel', 'two');
    await page.getByText(/^Leave-one-out was not measured: 12,000 images take too long/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'leave-one-out' }).count(), 0);
    await page.close();
  });

  it('says why there is no accuracy when nothing was kept aside', async () => {
    const page = await pages.open('panel', 'untested');
    await page.getByRole('heading', { name: 'Not tested: no photo was kept aside for testing.' }).waitFor();
    assert.equal(await page.locator('.figure .number').count(), 0);
    assert.equal(await page.getByText('too small to measure').count(), 5);
    await page.close();
  });

  it('says of a refit what run it stands in for, and how good each is', async () => {
    const page = await pages.open('panel', 'refit');
    assert.match(
      plain(await page.locator('.figure').innerText()),
      /Refitted from the run 2026-11-22-3, for its network does not run here: 90 % right with efficientnet-lite2-int8, 85 % with efficientnet-lite2\./,
    );
    await page.close();
    const other = await pages.open('panel', 'done');
    assert.equal(await other.getByText('Refitted').count(), 0);
    await other.close();
  });

  it('shows progress as the same page: percent, done of, a second, left', async () => {
    const page = await pages.open('panel', 'computing');
    const bar = page.getByRole('progressbar', {
      name: 'Bottlenecks: 1,240 of 3,012 images, 184 a second, 10 seconds left.',
    });
    assert.equal(await bar.getAttribute('aria-valuenow'), '41');
    const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
    assert.deepEqual(await steps.locator('.step-name').allInnerTexts(), [
      'Scan',
      'Bottlenecks',
      'Train',
      'Evaluate',
    ]);
    assert.equal(await steps.nth(1).getAttribute('aria-current'), 'step');
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await sent(page, 'cancel')).length, 1);
    await page.close();
  });

  it('says how far leave-one-out is, and that a plain product does it', async () => {
    const page = await pages.open('panel', 'leavingOut');
    const figure = page.locator('.figure');
    assert.match(
      await figure.innerText(),
      /42\s*%\s+Leave-one-out: 3,012 photos, each answered without itself\.\s+This runtime has no 64-bit product/,
    );
    await page.close();
  });

  it('ends a training where it is, apart from cancelling it', async () => {
    const page = await pages.open('panel', 'training');
    await page.getByRole('button', { name: 'Stop training' }).click();
    assert.equal((await sent(page, 'stopTraining')).length, 1);
    assert.equal((await sent(page, 'cancel')).length, 0);
    await page.close();
    const stopping = await pages.open('panel', 'stopping');
    assert.equal(await stopping.getByRole('button', { name: 'Stopping…' }).isDisabled(), true);
    assert.equal(await stopping.getByRole('button', { name: 'Cancel' }).isDisabled(), false);
    assert.match(
      await stopping.locator('.figure').innerText(),
      /Stopping: the best head so far is tested and saved\./,
    );
    await stopping.close();
    const computing = await pages.open('panel', 'computing');
    assert.equal(await computing.getByRole('button', { name: 'Stop training' }).count(), 0);
    await computing.close();
  });

  it('says of a run that it was stopped early and what it goes on with, and goes on with it', async () => {
    const page = await pages.open('panel', 'stoppedEarly');
    assert.match(
      plain(await page.locator('.figure').innerText()),
      /Continued from the run 2026-11-22-3, its epoch 20\. The training was stopped early, at epoch 34\./,
    );
    for (const link of await page.getByRole('button', { name: 'Continue training' }).all())
      await link.click();
    assert.equal((await sent(page, 'continueTraining')).length, 2);
    await page.close();
    const done = await pages.open('panel', 'done');
    assert.equal(await done.getByRole('button', { name: 'Continue training' }).count(), 0);
    await done.close();
  });

  it('exports the run that is shown, and no other state', async () => {
    const done = await pages.open('panel', 'done');
    await done.getByRole('button', { name: 'Export…' }).click();
    assert.equal((await sent(done, 'exportRun')).length, 1);
    await done.close();
    const training = await pages.open('panel', 'training');
    assert.equal(await training.getByRole('button', { name: 'Export…' }).count(), 0);
    await training.close();
  });

  it('says what went wrong, how far it came and what stays, and offers to retrain', async () => {
    const page = await pages.open('panel', 'failed');
    assert.match(await page.getByRole('alert').innerText(), /no space left on device/);
    assert.match(
      await page.locator('.figure').innerText(),
      /1,240 of 3,012 images\. What was computed stays/,
    );
    await page.getByRole('button', { name: 'Show the log' }).click();
    await page.getByRole('button', { name: 'Retrain' }).click();
    assert.equal((await sent(page, 'showLog')).length, 1);
    assert.equal((await sent(page, 'retrain')).length, 1);
    await page.close();
  });

  it('says which settings come from retrain.json, or what is wrong with it, and opens it', async () => {
    const page = await pages.open('panel', 'poor');
    const line = page.locator('.settings');
    assert.equal(
      await line.innerText(),
      'Settings from photos/retrain.json: seed, testingPercentage, optimizer',
    );
    await page.close();
    const damaged = await pages.open('panel', 'untested');
    assert.match(await damaged.getByRole('alert').innerText(), /retrain\.json cannot be used \(seed: /);
    assert.equal(await damaged.getByRole('button', { name: 'Settings' }).count(), 0);
    await damaged.getByRole('button', { name: 'Open retrain.json' }).click();
    assert.equal((await sent(damaged, 'editSettings')).length, 1);
    await damaged.close();
    const without = await pages.open('panel', 'done');
    await without.getByRole('button', { name: 'Settings' }).waitFor();
    assert.equal(await without.locator('.settings').count(), 0);
    await without.close();
  });

  it('leads to another backbone, from the run and where the one that is set is not there', async () => {
    const done = await pages.open('panel', 'done');
    await done.getByRole('button', { name: 'Choose another…' }).click();
    assert.equal((await sent(done, 'chooseBackbone')).length, 1);
    await done.close();
    const failed = await pages.open('panel', 'noBackbone');
    await failed.getByRole('button', { name: 'Choose another backbone…' }).click();
    assert.equal((await sent(failed, 'chooseBackbone')).length, 1);
    await failed.close();
    const other = await pages.open('panel', 'failed');
    assert.equal(await other.getByRole('button', { name: 'Choose another backbone…' }).count(), 0);
    await other.close();
  });

  it('leads on from an empty workspace', async () => {
    const page = await pages.open('panel', 'empty');
    await page.getByRole('button', { name: 'Choose Folder…' }).click();
    await page.getByRole('button', { name: 'Open Sample Dataset' }).click();
    assert.equal((await sent(page, 'pickFolder')).length, 1);
    assert.equal((await sent(page, 'openSample')).length, 1);
    await page.close();
  });

  it('has the numbers of the curves as a table', async () => {
    const page = await pages.open('panel', 'done');
    await page
      .getByRole('img', {
        name: /^Accuracy over the epochs\. At epoch 60: training 100 %.*Best epoch: 41\.$/,
      })
      .waitFor();
    await page.getByRole('button', { name: 'table', exact: true }).click();
    const table = page.getByRole('table', { name: 'Accuracy and cross-entropy of each epoch' });
    assert.equal(await table.locator('tbody tr').count(), 60);
    await table.getByRole('rowheader', { name: '41, best' }).waitFor();
    await page.close();
  });

  it('draws the curves again in the colours of a new theme', async () => {
    const page = await pages.open('panel', 'done');
    const drawn = () => page.evaluate<string>(`document.querySelector('.plot canvas').toDataURL()`);
    const dark = await drawn();
    await page.evaluate(`document.querySelector('link').href = '/theme.css?theme=light'`);
    await until(page, `getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'`);
    await page.evaluate(`document.body.className = 'vscode-light'`);
    await until(page, `document.querySelector('.plot canvas').toDataURL() !== ${JSON.stringify(dark)}`);
    await page.close();
  });

  it('moves through the matrix by arrow keys, and shows the photos of the chosen cell', async () => {
    const page = await pages.open('panel', 'done');
    const matrix = page.getByRole('grid', { name: /^Confusion matrix/ });
    assert.equal(await matrix.locator('[tabindex="0"]').count(), 1);
    await matrix.locator('[tabindex="0"]').focus();
    assert.equal(plain(await focused(page)), 'daisy named rightly: 4 of 4 photos (100 %)');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    assert.equal(plain(await focused(page)), 'roses taken for tulips: 2 of 4 photos (50 %)');
    assert.equal(await matrix.locator('[tabindex="0"]').count(), 1);
    await page.keyboard.press('Enter');
    const photos = page.getByRole('region', { name: /roses.* taken for .*tulips/ });
    assert.equal(await photos.getByRole('listitem').count(), 2);
    assert.equal(await matrix.locator('[aria-selected="true"]').innerText(), '2');
    await page.keyboard.press('Control+Home');
    assert.equal(plain(await focused(page)), 'daisy named rightly: 4 of 4 photos (100 %)');
    await page.getByRole('button', { name: 'back to all wrong answers' }).click();
    const wrong = page.getByRole('region', { name: 'Wrong answers, surest first' });
    assert.deepEqual(await wrong.locator('.verdict .digits').allInnerTexts(), ['87 %', '70 %', '57 %']);
    await page.close();
  });

  it('shows the matrix in counts or in percent of the truth, hits bold', async () => {
    const page = await pages.open('panel', 'done');
    const cell = page.getByRole('gridcell', { name: /roses.* taken for .*tulips/ });
    const hit = page.getByRole('gridcell', { name: /roses.* named rightly/ });
    assert.equal(await cell.innerText(), '2');
    await page.getByRole('button', { name: 'percent' }).click();
    assert.equal(await cell.innerText(), '50');
    const weight = (name: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('.matrix .${name} .cell')).fontWeight`);
    assert.equal(await hit.count(), 1);
    assert.equal(await weight('hit'), '600');
    assert.equal(await weight('miss'), '400');
    await page.close();
  });

  it('keeps fifty classes readable, wide and narrow', async () => {
    const page = await pages.open('panel', 'fifty');
    for (const width of [1180, 700, 420]) {
      await page.setViewportSize({ width, height: 800 });
      await until(
        page,
        `document.querySelector('.matrix-box').scrollWidth <= document.querySelector('.matrix-box').clientWidth + 1`,
      );
      const heads: { height: number; size: number }[] = await page.evaluate(
        `[...document.querySelectorAll('.matrix tbody th')].map((th) => ({ height: th.getBoundingClientRect().height, size: parseFloat(getComputedStyle(th).fontSize) }))`,
      );
      assert.equal(heads.length, 50);
      assert.ok(
        heads.every(({ height, size }) => size >= 10 && height >= size),
        `labels at ${width} pixels`,
      );
    }
    await page.locator('.matrix [tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    assert.match(
      plain(await page.locator('.reading .read').innerText()),
      /^oat milk taken for rye milk: \d+ of 12 photos/,
    );
    await page.locator('.largest').getByRole('listitem').first().getByRole('button').click();
    await page.getByRole('region', { name: /lime milk.* taken for .*rye bread/ }).waitFor();
    await page.close();
  });

  it('draws the most confused of very many classes, and says so', async () => {
    const page = await pages.open('panel', 'thousand');
    await page.getByText('Drawn: the 100 classes with the most confusions, of 300 classes.').waitFor();
    assert.equal(await page.locator('.matrix tbody tr').count(), 100);
    await page.close();
  });

  it('shows labels as text, whatever they are', async () => {
    const page = await pages.open('panel', 'labels');
    const classes = page.getByRole('region', { name: 'Classes, weakest first' });
    for (const label of [hostileLabel, '(no name)', 'וְרָדִים', '🌷 tulip\u00e9', '__proto__']) {
      assert.equal(await classes.getByRole('rowheader').getByText(label, { exact: true }).count(), 1, label);
    }
    assert.equal(await page.locator('img:not([src^="blob:"])').count(), 0);
    await classes.getByRole('button', { name: hostileLabel }).click();
    await page.getByRole('region', { name: `Testing photos of \u2068${hostileLabel}\u2069` }).waitFor();
    await page.close();
  });

  it('asks for thumbnails when they come near, and for more photos when the person does', async () => {
    const page = await pages.open('panel', 'fifty');
    assert.deepEqual(await sent(page, 'thumbnails'), []);
    const photos = page.getByRole('region', { name: 'Wrong answers, surest first' });
    await photos.scrollIntoViewIfNeeded();
    await photos.locator('img').first().waitFor();
    assert.equal(await photos.getByRole('listitem').count(), 16);
    await photos.getByRole('button', { name: /^Show 48 more of/ }).click();
    assert.equal(await photos.getByRole('listitem').count(), 64);
    await photos.locator('.photo').first().click();
    assert.equal((await sent(page, 'openImage')).length, 1);
    await page.close();
  });

  it('lists skipped files with their reasons, and all of them when asked', async () => {
    const page = await pages.open('panel', 'done');
    const skipped = page.getByRole('region', { name: 'Skipped' });
    assert.equal(await skipped.getByRole('listitem').count(), 6);
    assert.match(
      await skipped.getByRole('listitem').first().innerText(),
      /IMG_0231\.HEIC\s+HEIC is not supported/,
    );
    await skipped.getByRole('button', { name: 'Show all 13' }).click();
    assert.equal(await skipped.getByRole('listitem').count(), 13);
    await skipped.getByRole('button', { name: 'tulips/empty.jpg' }).click();
    assert.deepEqual(await sent(page, 'revealInExplorer'), [
      { kind: 'revealInExplorer', path: 'tulips/empty.jpg' },
    ]);
    await page.close();
  });
});
