/** What JupyterLab's own pages do to the panels: its themes, its narrow layouts and its form of settings. */
import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { violations } from './support/axe';
import { crowded, cut, unreached } from './support/narrow';
import { example, openNotebook, panelOf, start } from './support/notebook';

const THEMES = ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast'];
const TABS = ['Load', 'Tokens', 'Experts', 'Flow', 'Scalars'];

async function openRuns(page: IJupyterLabPageFixture, tmpPath: string): Promise<void> {
  const finished = example('finished');
  const later = { ...finished, runId: 'later', source: { ...finished.source, title: 'later' } };
  await openNotebook(page, tmpPath, ['1', '2'], { outputs: { 0: [finished], 1: [later] }, kernel: null });
  await page.notebook.selectCells(0);
  await page.getByRole('button', { name: 'Show beside the cell' }).first().click();
  await expect(panelOf(page).locator('[data-picture="load-heatmap"] .main-svg').first()).toBeVisible();
}

test('axe finds nothing wrong with panel, summaries and two compared runs in the sidebar, in any theme', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(180_000);
  await openRuns(page, tmpPath);
  await start(page, 'switchyard:compare-runs');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  await expect(sidebar.locator('.jp-switchyard-RunView')).toHaveCount(2);
  await expect(sidebar.locator('[data-picture="load-heatmap"] .main-svg').first()).toBeVisible();
  const wrong: string[] = [];
  for (const theme of THEMES) {
    await page.theme.setTheme(theme);
    for (const tab of ['Load', 'Tokens']) {
      await panelOf(page).getByRole('tab', { name: tab }).click();
      const ours = '.jp-switchyard-Panel, .jp-switchyard-Summary, .jp-switchyard-Sidebar';
      wrong.push(...(await violations(page, ours)).map((line) => `${theme}, ${tab}: ${line}`));
    }
  }
  expect(wrong).toEqual([]);
});

/** JupyterLab names the fields of its forms by an attribute `label`, which HTML does not know: not ours to mend. */
const OF_FORMS = ['label', 'label-title-only', 'select-name'];

test('axe finds nothing wrong with what the form of our settings says, in any theme', async ({ page }) => {
  await page.evaluate(() => window.jupyterapp.commands.execute('settingeditor:open', { query: 'Switchyard' }));
  const form = page.locator('.jp-SettingsForm').filter({ hasText: 'Opens the panel beside a cell' });
  await expect(form.getByRole('spinbutton').first()).toBeVisible();
  await form.evaluate((node) => (node.id = 'switchyard-settings'));
  const wrong: string[] = [];
  for (const theme of THEMES) {
    await page.theme.setTheme(theme);
    const found = await violations(page, '#switchyard-settings');
    wrong.push(...found.filter((line) => !OF_FORMS.includes(line.split(':')[0])).map((line) => `${theme}: ${line}`));
  }
  expect(wrong).toEqual([]);
});

interface IPage {
  title: string;
  width: number;
  height: number;
  mode: 'single-document' | 'multiple-document';
}

/** A page of a size, the sidebars closed. */
async function resize(page: IJupyterLabPageFixture, { width, height, mode }: IPage): Promise<void> {
  await page.evaluate((mode) => {
    (window.jupyterapp as unknown as { shell: { mode: string } }).shell.mode = mode;
  }, mode);
  await page.sidebar.close('left');
  await page.sidebar.close('right');
  await page.setViewportSize({ width, height });
}

/** What is wrong with each tab of a panel or of the sidebar, a line each. */
async function wrongIn(panel: Locator): Promise<string[]> {
  const wrong: string[] = [];
  for (const tab of TABS) {
    await panel.getByRole('tab', { name: tab }).click();
    const pictures = panel.locator('.jp-switchyard-Picture:visible');
    await expect(pictures.first()).toBeVisible();
    await expect.poll(() => cut(panel)).toEqual([]);
    const lines = [...(await crowded(panel)), ...(await unreached(panel))];
    wrong.push(...lines.map((line) => `${tab}: ${line}`));
  }
  return wrong;
}

const NARROW: IPage[] = [
  { title: 'twice the zoom on a screen of 1280 x 900', width: 640, height: 450, mode: 'single-document' },
  { title: 'a page 360 px wide', width: 360, height: 740, mode: 'multiple-document' },
  { title: 'a page 360 px wide that is one document', width: 360, height: 740, mode: 'single-document' }
];

test('on a narrow page nothing is cut in a panel, and keys reach every control', async ({ page, tmpPath }) => {
  test.setTimeout(240_000);
  await openRuns(page, tmpPath);
  for (const size of NARROW) {
    await test.step(size.title, async () => {
      await resize(page, size);
      expect(await wrongIn(panelOf(page))).toEqual([]);
      const summary = page.locator('.jp-switchyard-Summary').first();
      await expect(summary.getByRole('columnheader').last()).toHaveText('Dropped');
      expect(await cut(summary)).toEqual([]);
      expect(await violations(page, '.jp-switchyard-Panel, .jp-switchyard-Summary')).toEqual([]);
    });
  }
});

test('on a narrow page the sidebar has room for all of it', async ({ page, tmpPath }) => {
  test.setTimeout(240_000);
  await openRuns(page, tmpPath);
  for (const size of NARROW.slice(1)) {
    await test.step(size.title, async () => {
      await resize(page, size);
      await start(page, 'switchyard:open-sidebar');
      const sidebar = page.locator('.jp-switchyard-Sidebar');
      await expect(sidebar.locator('.jp-switchyard-tabs, [role=tablist]').first()).toBeVisible();
      const { x, width } = (await sidebar.boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(size.width);
      expect(await wrongIn(sidebar)).toEqual([]);
      expect(await violations(page, '.jp-switchyard-Sidebar')).toEqual([]);
    });
  }
});
