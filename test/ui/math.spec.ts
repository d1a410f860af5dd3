import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { pick, saved } from './support/exported';
import { drawn, example, execute, openNotebook, panelOf } from './support/notebook';

// A formula in a Markdown cell loads part of MathJax, which plotly.js takes for the whole.
test('labels with dollar signs are text beside a formula that JupyterLab has typeset, and in a file', async ({
  page,
  tmpPath
}) => {
  const payload = example('finished') as RoutingPayload;
  // A path without a number is its own label.
  payload.data.layers.forEach((layer, i) => (layer.path = `$${'abcdefgh'[i]}^x$`));
  await openNotebook(page, tmpPath, ['1'], { outputs: { 0: [payload] }, kernel: null });
  await page.notebook.addCell('markdown', 'A formula: $$\\sum_i x_i^2$$');
  await execute(page, 'notebook:render-all-markdown');
  await expect(page.locator('mjx-container').first()).toBeVisible();
  expect(await page.evaluate(() => 'MathJax' in window)).toBe(true);

  await page.notebook.selectCells(0);
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const picture = panelOf(page).locator('[data-picture="load-heatmap"]');
  await expect(picture.locator('.main-svg').first()).toBeVisible();
  await expect.poll(async () => (await drawn(panelOf(page), 'load-heatmap')).length).toBeGreaterThan(0);
  await expect(picture.locator('svg text').filter({ hasText: '$a^x$' }).first()).toBeVisible();
  await expect(picture.locator('.jp-switchyard-state')).toHaveText('');
  const [, svg] = await saved(page, () => pick(page, picture, 0));
  expect(svg.toString()).toContain('$a^x$');
});
