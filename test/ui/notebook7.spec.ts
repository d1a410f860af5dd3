/** Notebook 7 has no windows beside each other, but cells, menus, a palette and sidebars as JupyterLab has them. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { labelColour, outlines } from './support/figures';
import { choose, states } from './support/menus';
import { drawn, example, expectedLoads, notebookText, panelOf } from './support/notebook';
import type { INotebook7 } from './support/notebook7';
import { openNotebook7 } from './support/notebook7';

let notebook: INotebook7 | undefined;

test.afterEach(async () => {
  const errors = notebook?.errors();
  await notebook?.close();
  notebook = undefined;
  expect(errors).toEqual([]);
});

function badgeOf(panel: Locator): Locator {
  return panel.locator('.jp-switchyard-badge');
}

function closeButton(panel: Locator): Locator {
  return panel.getByRole('button', { name: 'Close the routing panel' });
}

test('a run is shown live beside its cell, and its panel closes, opens and follows the theme', async ({
  request,
  browser,
  baseURL
}) => {
  const text = notebookText(['import replay; replay.run(steps=20, pause=0.1)', '1']);
  notebook = await openNotebook7({ request, browser, baseURL: baseURL!, text });
  const { page } = notebook;
  await page.locator('.jp-Notebook-cell .cm-content').first().click();
  await page.keyboard.press('Control+Enter');
  const panel = panelOf(page);
  await expect(badgeOf(panel)).toHaveText('running');
  await closeButton(panel).click();
  await expect(panel).toHaveCount(0);
  const summary = page.locator('.jp-switchyard-Summary');
  await expect(summary).toContainText('step 20 of 20 · finished');
  await expect(panel, 'it stays closed for its run').toHaveCount(0);

  const toggle = page.locator('.jp-cell-toolbar [data-command="switchyard:toggle-panel"]');
  await toggle.click();
  await expect(badgeOf(panel)).toHaveText('finished');
  const input = (await page.locator('.jp-Notebook-cell').first().locator('.jp-Cell-inputWrapper').boundingBox())!;
  const box = (await panel.boundingBox())!;
  expect(box.width).toBe(400);
  expect(box.x).toBeGreaterThanOrEqual(input.x + input.width);
  const light = await labelColour(panel);
  await choose(page, 'Settings', 'Theme', 'JupyterLab Dark');
  await expect.poll(() => labelColour(panel)).not.toBe(light);
  await choose(page, 'Settings', 'Theme', 'JupyterLab Light');
  await expect.poll(() => labelColour(panel)).toBe(light);
});

/** A saved run of its own title. */
function run(title: string, name: 'small' | 'finished' = 'finished'): RoutingPayload {
  const payload = example(name) as RoutingPayload;
  return { ...payload, runId: title, source: { ...payload.source, title } };
}

async function shows(view: Locator, payload: RoutingPayload): Promise<void> {
  await expect.poll(async () => (await drawn(view, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(payload));
}

const SAVED: Payload[] = [run('alpha'), run('beta', 'small')];

test.describe('saved, with no kernel', () => {
  let page: Page;

  test.beforeEach(async ({ request, browser, baseURL }) => {
    const outputs = { 0: [SAVED[0]], 1: [SAVED[1]] };
    const text = notebookText(['1', '2'], { outputs, kernel: null });
    notebook = await openNotebook7({ request, browser, baseURL: baseURL!, text, kernel: false });
    page = notebook.page;
    await page.locator('.jp-Notebook-cell .jp-InputPrompt').first().click();
  });

  test('pictures are drawn, by tab, layer and expert', async () => {
    const summaries = page.locator('.jp-switchyard-Summary');
    await expect(summaries).toHaveCount(2);
    await expect(page.locator('.jp-switchyard-Panel')).toHaveCount(0);
    await summaries.first().getByRole('button', { name: 'Show beside the cell' }).click();
    const panel = panelOf(page);
    const alpha = SAVED[0] as RoutingPayload;
    await shows(panel, alpha);
    await expect(badgeOf(panel)).toHaveText('finished');

    await panel.getByRole('combobox', { name: 'Layer', exact: true }).selectOption('1');
    await panel.getByRole('combobox', { name: 'Expert' }).selectOption('4');
    await expect.poll(() => outlines(panel, 'load-heatmap')).toContainEqual([2.5, 3.5, 0.5, 1.5]);
    for (const [tab, picture] of [
      ['Tokens', 'token-strip'],
      ['Experts', 'co-activation'],
      ['Flow', 'flow'],
      ['Scalars', 'scalars']
    ]) {
      await panel.getByRole('tab', { name: tab }).click();
      await expect(panel.locator(`[data-picture="${picture}"]`)).toBeVisible();
    }
    await panel.getByRole('button', { name: 'Close the routing panel' }).press('Enter');
    await expect(panel).toHaveCount(0);
  });

  test('the sidebar opens on the right from the View menu, and from the list of sidebars', async () => {
    const sidebar = page.locator('.jp-switchyard-Sidebar');
    const views = sidebar.locator('.jp-switchyard-RunView');
    const titles = sidebar.locator('.jp-switchyard-run-show > strong');
    await expect(sidebar).toBeHidden();
    await choose(page, 'View', 'Show Routing Sidebar');
    await expect(titles).toHaveText(['alpha', 'beta']);
    await shows(views, SAVED[1] as RoutingPayload);
    const { x, width } = (await sidebar.boundingBox())!;
    expect(x + width).toBeGreaterThan(1200);
    await titles.first().click();
    await shows(views, SAVED[0] as RoutingPayload);
    await choose(page, 'View', 'Compare Routing Runs');
    await expect(views).toHaveCount(2);
    await choose(page, 'View', 'Compare Routing Runs');
    await expect(views).toHaveCount(1);

    await choose(page, 'View', 'Right Sidebar', 'Show Routing');
    await expect(sidebar).toBeHidden();
    await choose(page, 'View', 'Right Sidebar', 'Show Routing');
    await expect(sidebar).toBeVisible();
  });

  test('menus and palette have the commands, those on a training off', async () => {
    await choose(page, 'View', 'Toggle Routing Panel Beside Cell');
    await expect(badgeOf(panelOf(page))).toHaveText('finished');
    const training = ['Pause Training', 'Resume Training', 'Do One Training Step', 'Stop Training'];
    expect(Object.values(await states(page, 'Kernel', training))).toEqual(['off', 'off', 'off', 'off']);
    await choose(page, 'View', 'Activate Command Palette');
    const palette = page.locator('.lm-CommandPalette');
    await palette.locator('input').fill('switchyard');
    await expect(palette.locator('.lm-CommandPalette-header')).toHaveText(['Switchyard']);
    await palette.locator('input').fill('Toggle Routing Panel');
    await page.keyboard.press('Enter');
    await expect(panelOf(page)).toHaveCount(0);
  });
});
