import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { drawn, example, expectedLoads, openNotebook, start } from './support/notebook';

function run(title: string, name: 'small' | 'finished' = 'finished'): RoutingPayload {
  const payload = example(name) as RoutingPayload;
  return { ...payload, runId: title, source: { ...payload.source, title } };
}

const [alpha, beta, gamma] = [run('alpha'), run('beta', 'small'), run('gamma')];

async function open(page: IJupyterLabPageFixture, tmpPath: string, name: string, saved: Payload[]): Promise<void> {
  const outputs = Object.fromEntries(saved.map((payload, i) => [i, [payload]]));
  const sources = saved.length > 0 ? saved.map(() => '1') : ['1'];
  await openNotebook(page, tmpPath, sources, { outputs, name });
}

function titles(sidebar: Locator): Locator {
  return sidebar.locator('.jp-switchyard-run-show > strong');
}

/** Drags the edge of the right sidebar. */
async function widen(page: IJupyterLabPageFixture, by: number): Promise<void> {
  const edge = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)').last();
  const { x, y } = (await edge.boundingBox())!;
  await page.mouse.move(x + 1, y + 300);
  await page.mouse.down();
  await page.mouse.move(x + 1 - by, y + 300, { steps: 4 });
  await page.mouse.up();
}

test('the sidebar lists the runs of the notebook in front, finds them, pins one and compares two', async ({
  page,
  tmpPath
}) => {
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  const views = sidebar.locator('.jp-switchyard-RunView');
  const heading = views.locator('.jp-switchyard-title > strong');
  await start(page, 'switchyard:open-sidebar');
  await expect(sidebar).toContainText('No notebook is open.');
  await open(page, tmpPath, 'empty.ipynb', []);
  await expect(sidebar).toContainText('This notebook has no runs yet.');
  await open(page, tmpPath, 'two.ipynb', [alpha, beta]);
  await expect(titles(sidebar)).toHaveText(['alpha', 'beta']);
  await expect(sidebar.locator('.jp-switchyard-run-show small').nth(1)).toContainText('cell 2 · saved');
  await expect(heading).toHaveText(['beta']);
  await expect.poll(async () => (await drawn(views.first(), 'load-heatmap'))[0]?.z).toEqual(expectedLoads(beta));

  await sidebar.getByRole('searchbox').fill('alp step');
  await expect(titles(sidebar)).toHaveText(['alpha']);
  await sidebar.getByRole('searchbox').fill('no such run');
  await expect(sidebar).toContainText('No run matches “no such run”.');
  await sidebar.getByRole('searchbox').fill('');

  await sidebar.getByRole('button', { name: 'Pin alpha' }).click();
  await expect(heading).toHaveText(['beta']);
  await titles(sidebar).filter({ hasText: 'alpha' }).click();
  await expect(heading).toHaveText(['alpha']);
  await open(page, tmpPath, 'other.ipynb', [gamma]);
  await expect(titles(sidebar)).toHaveText(['alpha', 'gamma']);
  await expect(sidebar.locator('.jp-switchyard-run-show small').first()).toContainText('two.ipynb');
  await expect(heading).toHaveText(['alpha']);

  await sidebar.getByRole('button', { name: 'Compare with gamma' }).click();
  // Below the first in a narrow sidebar: only what is in view is drawn.
  await views.nth(1).scrollIntoViewIfNeeded();
  await expect(heading).toHaveText(['alpha', 'gamma']);
  const boxes = async (): Promise<number[]> =>
    views.evaluateAll((all) => all.map((node) => node.getBoundingClientRect().top));
  const [first, second] = await boxes();
  expect(second).toBeGreaterThan(first + 50);
  await widen(page, 400);
  await expect.poll(async () => new Set(await boxes()).size).toBe(1);
  await views.nth(1).getByRole('tab', { name: 'Scalars' }).click();
  await expect(views.nth(0).getByRole('tab', { name: 'Scalars' })).toHaveAttribute('aria-selected', 'true');
  // Scalars are of all layers.
  await expect(views.nth(0).getByRole('combobox', { name: 'Layer' })).toBeHidden();
  await views.nth(0).getByRole('tab', { name: 'Load' }).click();
  await views.nth(0).getByRole('combobox', { name: 'Layer' }).selectOption('2');
  await expect(views.nth(1).getByRole('combobox', { name: 'Layer' })).toHaveValue('2');

  await start(page, 'switchyard:compare-runs');
  await expect(heading).toHaveText(['alpha']);
  await page.notebook.close();
  await expect(titles(sidebar)).toHaveText(['alpha', 'beta']);
});

test('the sidebar is open again after the page was loaded anew', async ({ page }) => {
  const saved = page.waitForRequest(
    (request) => request.method() === 'PUT' && (request.postData() ?? '').includes('"current":"jp-switchyard-sidebar"'),
    { timeout: 40_000 }
  );
  await start(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  await expect(sidebar).toBeVisible();
  await saved;
  await page.reload();
  await expect(sidebar).toBeVisible({ timeout: 40_000 });
});
