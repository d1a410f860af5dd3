import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import { panelOf, start } from './support/notebook';
import { crowded, cut } from './support/narrow';
const NOTEBOOKS = join(__dirname, '../../notebooks');
const OUT = '/tmp/team/uishots';
test.use({ viewport: { width: 1280, height: 800 } });
test('look @screenshots', async ({ page, tmpPath }) => {
  test.setTimeout(900_000);
  const nb = JSON.parse(readFileSync(join(NOTEBOOKS, 'quickstart.ipynb'), 'utf8'));
  for (const cell of nb.cells) if (cell.cell_type === 'code') { cell.outputs = []; cell.execution_count = null; }
  const path = `${tmpPath}/quickstart.ipynb`;
  await page.contents.uploadContent(JSON.stringify(nb), 'text', path);
  await page.notebook.openByPath(path);
  await page.notebook.activate('quickstart.ipynb');
  await page.screenshot({ path: `${OUT}/00-open.png` });
  await start(page, 'notebook:run-all-cells');
  const panel = panelOf(page, 5);
  const cell = page.locator('.jp-Notebook-cell').nth(5);
  await page.waitForTimeout(10_000);
  await page.screenshot({ path: `${OUT}/01-10s.png` });
  await expect.poll(async () => (await page.locator('.jp-switchyard-Sidebar, #jp-main-statusbar').allTextContents()).join(' '), { timeout: 300_000 }).toMatch(/step|training/);
  await page.waitForTimeout(3000);
  await page.screenshot({ path: `${OUT}/02-first.png` });
  await cell.scrollIntoViewIfNeeded();
  await cell.evaluate((node) => node.scrollIntoView({ block: 'start' }));
  await expect(panel.locator('.jp-switchyard-badge')).toBeVisible({ timeout: 300_000 });
  const report: string[] = [];
  for (const [theme, short] of [['JupyterLab Light', 'light'], ['JupyterLab Dark', 'dark'], ['JupyterLab Dark High Contrast', 'hc']]) {
    await page.theme.setTheme(theme);
    for (const [w, h] of [[1280, 800], [900, 700]]) {
      await page.setViewportSize({ width: w, height: h });
      for (const tab of ['Load', 'Tokens', 'Experts', 'Routers', 'Flow', 'Scalars']) {
        if (short !== 'light' && ['Experts', 'Flow'].includes(tab)) continue;
        await cell.evaluate((node) => node.scrollIntoView({ block: 'start' }));
        await panel.getByRole('tab', { name: tab, exact: true }).click();
        await page.waitForTimeout(1200);
        await page.screenshot({ path: `${OUT}/${short}-${w}-${tab.toLowerCase()}.png` });
        report.push(...[...(await cut(panel)), ...(await crowded(panel))].map((line) => `${short} ${w} ${tab}: ${line}`));
      }
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.theme.setTheme('JupyterLab Light');
  await start(page, 'switchyard:open-sidebar');
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${OUT}/sidebar-1280.png` });
  await page.setViewportSize({ width: 900, height: 700 });
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${OUT}/sidebar-900.png` });
  console.warn(report.join('\n'));
  await start(page, 'kernelmenu:interrupt');
  await page.waitForTimeout(2000);
  await cell.evaluate((node) => node.scrollIntoView({ block: 'start' }));
  await page.screenshot({ path: `${OUT}/interrupted-900.png` });
});
