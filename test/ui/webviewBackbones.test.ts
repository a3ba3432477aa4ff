import assert from 'node:assert/strict';
import { previewPages, sent } from '../support/preview/pages';
import { hostileLabel } from '../support/preview/samples';

describe('the comparison of backbones', function () {
  this.timeout(60_000);
  const pages = previewPages();

  it('says which is most accurate and which is fastest, with a point and a row for each', async () => {
    const page = await pages.open('backbones', 'done');
    await page
      .getByText(
        /EfficientNet-Lite2\u2069 is the most accurate: 91\.0 % right, 11\.4 ms an image\. \u2068mobilenet-v2-035\u2069 is the fastest: 82\.0 %, 2\.1 ms\./,
      )
      .waitFor();
    await page.getByText('Accuracy: cross-validated; head: Ridge classifier.').waitFor();
    assert.equal(await page.locator('.scatter .point').count(), 4);
    assert.equal(await page.locator('.scatter .point.outdone').count(), 1, 'Inception is outdone');
    const said = await page.locator('.scatter').getAttribute('aria-label');
    assert.match(said ?? '', /Inception v3 \(nsfwjs\)\u2069?: 56\.5 %, 61\.2 ms/);
    const rows = await page.getByRole('table').getByRole('row').allInnerTexts();
    assert.match(rows[2] ?? '', /2\s+EfficientNet-Lite2, 8 bits.*2,912.*89\.5.*4\.3.*onnx.*in use/s);
    await page.getByRole('button', { name: 'Use mobilenet-v2-035' }).click();
    assert.deepEqual(await sent(page, 'use'), [{ kind: 'use', id: 'mobilenet-v2-035' }]);
    await page.getByRole('button', { name: 'Compare Again' }).click();
    assert.equal((await sent(page, 'again')).length, 1);
    await page.close();
  });

  it('puts faster to the left and more accurate above', async () => {
    const page = await pages.open('backbones', 'done');
    const boxes = await Promise.all(
      (await page.locator('.scatter .dot').all()).map((dot) => dot.boundingBox()),
    );
    const places = boxes.map((box) => [box?.x ?? NaN, box?.y ?? NaN]);
    const [float = [], eight = [], inception = [], mobile = []] = places;
    assert.ok((mobile[0] ?? 0) < (eight[0] ?? 0) && (eight[0] ?? 0) < (float[0] ?? 0));
    assert.ok((float[0] ?? 0) < (inception[0] ?? 0));
    assert.ok((float[1] ?? 0) < (eight[1] ?? 0) && (eight[1] ?? 0) < (mobile[1] ?? 0));
    await page.close();
  });

  it('fills while it works, and can be cancelled', async () => {
    const page = await pages.open('backbones', 'running');
    await page.getByText('inception-v3: 3 of 4').waitFor();
    await page.getByText('Bottleneck values: 120 of 200 images').waitFor();
    assert.equal(await page.getByRole('progressbar').getAttribute('aria-valuenow'), '65');
    assert.equal(await page.locator('.scatter .point').count(), 2);
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await sent(page, 'cancel')).length, 1);
    await page.close();
  });

  it('says of one that cannot run why, and goes on without it', async () => {
    const page = await pages.open('backbones', 'partly');
    const rows = page.getByRole('table').getByRole('row');
    assert.equal(await rows.count(), 5);
    assert.match(await rows.nth(3).innerText(), /custom\s+The network .* NonMaxSuppression, which cannot be/);
    assert.equal(await rows.nth(3).getByRole('button').count(), 0);
    assert.equal(await page.locator('.scatter .point').count(), 2);
    assert.equal(await page.locator('img').count(), 0);
    await page.close();
    const none = await pages.open('backbones', 'none');
    await none.getByText('Nothing was compared.').waitFor();
    assert.equal(await none.getByRole('table').getByRole('row').count(), 2);
    assert.equal(await none.locator('.scatter').count(), 0);
    await none.close();
  });

  it('shows names as text, and what went wrong', async () => {
    const page = await pages.open('backbones', 'labels');
    assert.ok((await page.getByText(hostileLabel, { exact: true }).count()) >= 1);
    assert.equal(await page.locator('img').count(), 0);
    await page.close();
    const failed = await pages.open('backbones', 'failed');
    await failed
      .getByRole('alert')
      .getByText(/is not on this machine/)
      .waitFor();
    await failed.close();
  });
});
