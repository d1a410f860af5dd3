import { expect, galata, test } from '@jupyterlab/galata';
import { example, openNotebook, panelOf } from './support/notebook';

const ID = 'jupyterlab-switchyard:plugin';

test.use({ mockSettings: { ...galata.DEFAULT_SETTINGS, [ID]: { panelSide: 'below' } } });

test('the side “below” has the panel under the output, as wide as the cell', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['1', '2'], { outputs: { 0: [example('finished')] }, kernel: null });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  const cell = page.locator('.jp-Notebook-cell').first();
  const picture = panel.locator('[data-picture="load-heatmap"]');
  await expect(picture.locator('.main-svg').first()).toBeVisible();
  const output = (await cell.locator('.jp-Cell-outputWrapper').boundingBox())!;
  const box = (await panel.boundingBox())!;
  const whole = (await cell.boundingBox())!;
  expect(box.y).toBeGreaterThanOrEqual(output.y + output.height);
  expect(box.width).toBeGreaterThan(whole.width - 40);
  expect(box.y + box.height).toBeLessThanOrEqual(whole.y + whole.height);
  await expect(panel.getByRole('separator')).toBeHidden();
  await expect
    .poll(async () => (await picture.locator('.main-svg').first().boundingBox())!.width)
    .toBe((await picture.boundingBox())!.width);
  const next = (await page.locator('.jp-Notebook-cell').nth(1).boundingBox())!;
  expect(next.y).toBeGreaterThanOrEqual(box.y + box.height);
});
