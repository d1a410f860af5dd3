/** What the quickstart's text names is there, in the panel of its saved run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import { cellOf, panelOf } from './support/notebook';

const FILE = join(__dirname, '../../notebooks/quickstart.ipynb');
const { cells } = JSON.parse(readFileSync(FILE, 'utf8')) as { cells: { cell_type: string; source: string[] }[] };
const MODEL = cells.findIndex(({ source }) => source.join('').includes('const watch = show.routing()'));

/** Words in bold that begin the items of the list above the cell that trains: the tabs of its panel. */
const TABS = [...cells[MODEL - 1].source.join('').matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, name]) => name);

test('each tab and number that the quickstart names is in its panel', async ({ page, tmpPath }) => {
  await page.contents.uploadFile(FILE, `${tmpPath}/quickstart.ipynb`);
  await page.notebook.openByPath(`${tmpPath}/quickstart.ipynb`);
  await page.notebook.activate('quickstart.ipynb');
  await page.notebook.selectCells(MODEL);
  await cellOf(page, MODEL).getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page, MODEL);
  expect(TABS.length).toBeGreaterThanOrEqual(3);
  for (const name of TABS) {
    await panel.getByRole('tab', { name, exact: true }).click();
    await expect(panel.locator('figure:visible').first()).toBeVisible();
    if (name === 'Load') {
      await expect(panel.locator('figure:visible').first()).toContainText('entropy');
      await expect(panel.locator('figure:visible').first()).toContainText('MaxVio');
    }
    if (name === 'Scalars') {
      await expect(panel.locator('figure:visible').first()).toContainText(/MaxVio/i);
      await expect(panel.locator('figure:visible').first()).toContainText(/entropy/i);
      await expect(panel.locator('figure:visible').first()).toContainText(/loss/i);
    }
  }
});
