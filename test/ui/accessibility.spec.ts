/** What JupyterLab's own pages do to the panels: its themes, its narrow layouts and its form of settings. */
import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { violations } from './support/axe';
import { cut, unreached } from './support/narrow';
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

for (const [title, width, height] of [['twice the zoom on a screen of 1280 x 900', 640, 450]] as const) {
  test(`with ${title} nothing is cut, and keys reach every control`, async ({ page, tmpPath }) => {
    test.setTimeout(150_000);
    await openRuns(page, tmpPath);
    await page.evaluate(() => {
      (window.jupyterapp as unknown as { shell: { mode: string } }).shell.mode = 'single-document';
    });
    await page.sidebar.close('left');
    await page.sidebar.close('right');
    await page.setViewportSize({ width, height });
    const panel = panelOf(page);
    const wrong: string[] = [];
    for (const tab of TABS) {
      await panel.getByRole('tab', { name: tab }).click();
      const pictures = panel.locator('.jp-switchyard-Picture:visible');
      await expect(pictures.first()).toBeVisible();
      await expect.poll(() => cut(panel)).toEqual([]);
      wrong.push(...(await unreached(panel)).map((line) => `${tab}: ${line}`));
    }
    expect(wrong).toEqual([]);
    const summary = page.locator('.jp-switchyard-Summary').first();
    expect(await cut(summary)).toEqual([]);
  });
}
