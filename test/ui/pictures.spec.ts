import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { outlines, plot } from './support/figures';
import { drawn, onScale, openNotebook, panelOf } from './support/notebook';

const payload = JSON.parse(
  readFileSync(join(__dirname, '../support/payloads/finished.json'), 'utf8')
) as RoutingPayload;
const { layers } = payload.data;

test.beforeEach(async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['a'], { outputs: { 0: [payload] }, kernel: null });
  await page.locator('.jp-switchyard-Summary').getByRole('button').first().click();
  await expect(panelOf(page).locator('.jp-switchyard-badge')).toHaveText('finished');
});

test('the choice of expert by keys marks it, and the numbers are the payload’s', async ({ page }) => {
  const panel = panelOf(page);
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z?.length).toBe(4);
  const expert = panel.getByRole('combobox', { name: 'Expert' });
  for (const name of ['expert 0', 'expert 1', 'expert 2']) {
    await expert.press('ArrowDown');
    await expect(expert.locator('option:checked')).toHaveText(name);
  }
  await expect.poll(() => outlines(panel, 'load-heatmap')).toEqual([[1.5, 2.5, -0.5, 0.5]]);

  await panel.getByRole('combobox', { name: 'Measure' }).selectOption('weight');
  await expect
    .poll(async () => (await drawn(panel, 'load-heatmap'))[0].z)
    .toEqual(layers.map((layer) => layer.meanWeight));
  await panel.getByRole('combobox', { name: 'Measure' }).selectOption('importance');
  await panel.getByRole('combobox', { name: 'Order' }).selectOption('load');
  const fullest = layers.map(({ load, importance }) => onScale(importance[load.indexOf(Math.max(...load))] * 16));
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0].z?.map((row) => row[0])).toEqual(fullest);

  await panel.getByRole('tab', { name: 'Flow' }).click();
  const table = panel.locator('[data-picture="flow"]');
  await table.locator('summary').click();
  const [widest] = layers[0].transitions![2].map((share, to) => ({ share, to })).sort((a, b) => b.share - a.share);
  const row = table
    .getByRole('row')
    .filter({ hasText: `expert 2expert ${widest.to}` })
    .first();
  await expect(row).toContainText(`${(widest.share * 100).toFixed(1)} %`);
  await expect(plot(panel, 'flow').locator('.sankey-link')).not.toHaveCount(0);
  const node = plot(panel, 'flow').locator('.node-rect').last();
  const chosen = await node.evaluate(
    (rect) => (rect as unknown as { __data__: { node: { customdata: INode } } }).__data__.node.customdata
  );
  await node.click();
  await expect(panel.getByRole('combobox', { name: 'Layer', exact: true })).toHaveValue(String(chosen.layer));
  await expect(expert.locator('option:checked')).toHaveText(`expert ${chosen.expert}`);
});

interface INode {
  layer: number;
  expert: number;
}
