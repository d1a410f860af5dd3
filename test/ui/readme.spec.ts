/** The README's pictures: SWITCHYARD_SCREENSHOTS=1 npx playwright test -c test/ui readme */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import { panelOf, start } from './support/notebook';

const NOTEBOOKS = join(__dirname, '../../notebooks');
/** The cell that trains the first model. */
const TRAINING = 5;
/** Of other notebooks, cells whose saved pictures the README shows. */
const SAVED = [
  { notebook: 'real-model', cells: { 'real-model-experts': 13, 'real-model-front': 18 } },
  { notebook: 'pruning', cells: { 'pruning-groups': 4 } },
  { notebook: 'search', cells: { 'search-trials': 5 } },
  { notebook: 'rewiring', cells: { 'graph-rewiring': 9 } }
];

test.use({ viewport: { width: 1440, height: 860 } });

test('the quickstart while it trains @screenshots', async ({ page, tmpPath }) => {
  test.setTimeout(600_000);
  const path = `${tmpPath}/quickstart.ipynb`;
  await page.contents.uploadContent(withoutOutputs(), 'text', path);
  await page.notebook.openByPath(path);
  await page.notebook.activate('quickstart.ipynb');
  await page.sidebar.close('left');
  await start(page, 'notebook:run-all-cells');
  // It comes by itself, since Run All leaves the last cell in view.
  const shown = page
    .locator('.jp-switchyard-Sidebar')
    .getByText(/step \d+ of 800/)
    .first();
  await expect(shown).toBeVisible({ timeout: 300_000 });
  await expect.poll(async () => stepOf(await shown.textContent()), { timeout: 500_000 }).toBeGreaterThan(60);
  await picture(page, 'quickstart-run-all');
  await page.sidebar.close('right');
  const panel = panelOf(page, TRAINING);
  const cell = page.locator('.jp-Notebook-cell').nth(TRAINING);
  const step = cell.getByText(/step \d+ of 800/).first();
  await expect(step).toBeVisible({ timeout: 300_000 });
  await expect.poll(async () => stepOf(await step.textContent()), { timeout: 500_000 }).toBeGreaterThan(200);
  await cell.evaluate((node) => node.scrollIntoView({ block: 'start' }));
  await picture(page, 'quickstart-live');
  await panel.getByRole('tab', { name: 'Routers' }).click();
  await picture(page, 'quickstart-routers');
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await page.theme.setDarkTheme();
  await picture(page, 'quickstart-tokens-dark');
  await panel.getByRole('tab', { name: 'Scalars' }).click();
  await picture(page, 'quickstart-scalars-dark');
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await start(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  await sidebar.getByRole('tab', { name: 'Flow' }).click();
  await picture(page, 'quickstart-sidebar-dark');
  await start(page, 'kernelmenu:interrupt');
});

for (const { notebook, cells } of SAVED) {
  test(`${notebook}, as it was saved @screenshots`, async ({ page, tmpPath }) => {
    const path = `${tmpPath}/${notebook}.ipynb`;
    await page.contents.uploadContent(readFileSync(join(NOTEBOOKS, `${notebook}.ipynb`), 'utf8'), 'text', path);
    await page.notebook.openByPath(path);
    await page.notebook.activate(`${notebook}.ipynb`);
    await page.sidebar.close('left');
    for (const [name, index] of Object.entries(cells)) {
      const cell = page.locator('.jp-Notebook-cell').nth(index);
      await cell.evaluate((node) => node.scrollIntoView({ block: 'start' }));
      await cell.getByText('Show beside the cell').first().click();
      await expect(panelOf(page, index)).toBeVisible();
      await cell.evaluate((node) => node.scrollIntoView({ block: 'start' }));
      await picture(page, name);
    }
  });
}

/** Once what was asked for has been drawn. */
async function picture(page: IJupyterLabPageFixture, name: string): Promise<void> {
  await page.waitForTimeout(2000);
  await page.screenshot({ path: join(NOTEBOOKS, 'pictures', `${name}.png`) });
}

function withoutOutputs(): string {
  const notebook = JSON.parse(readFileSync(join(NOTEBOOKS, 'quickstart.ipynb'), 'utf8')) as {
    cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null }[];
  };
  for (const cell of notebook.cells) {
    if (cell.cell_type === 'code') {
      cell.outputs = [];
      cell.execution_count = null;
    }
  }
  return JSON.stringify(notebook);
}

function stepOf(text: string | null): number {
  return Number(/step (\d+)/.exec(text ?? '')?.[1] ?? 0);
}
