import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { Payload, RoutingPayload, Setting } from '@switchyard/kernel-lib/protocol';
import { cut } from './support/narrow';
import { cellOf, drawn, example, expectedLoads, openNotebook, start } from './support/notebook';

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
  await expect(sidebar.locator('.jp-switchyard-run-show small').nth(1)).toContainText('saved');
  await expect(sidebar.getByRole('button', { name: 'cell 2' })).toBeVisible();
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

/** The same model with another seed and balance. */
function configured(runId: string, configuration: Record<string, Setting>): RoutingPayload {
  const payload = example('finished') as RoutingPayload;
  return { ...payload, runId, source: { ...payload.source, configuration } };
}

test('five runs of one title are told apart by their settings, and those that are compared by what differs', async ({
  page,
  tmpPath
}) => {
  const common = { learningRate: 0.003, model: 'transformer', router: 'topK' };
  const runs = [1, 2, 3, 4].map((seed) => configured(`seed ${seed}`, { seed, ...common, 'router.balance': 'switch' }));
  runs.push(configured('none', { seed: 4, ...common, 'router.balance': 'none' }));
  const [{ source }] = runs;
  await open(page, tmpPath, 'five.ipynb', runs);
  await start(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  await expect(titles(sidebar)).toHaveText(
    [1, 2, 3, 4, 4].map((seed, i) => `${source.title}, seed ${seed}, router.balance ${i < 4 ? 'switch' : 'none'}`)
  );
  const views = sidebar.locator('.jp-switchyard-RunView');
  const settings = views.first().locator('.jp-switchyard-configuration');
  await settings.getByText('Configuration').click();
  await expect(settings.locator('tbody tr')).toHaveText([
    'seed4',
    'learningRate0.003',
    'modeltransformer',
    'routertopK',
    'router.balancenone'
  ]);

  const compare = (run: RegExp): Promise<void> => sidebar.getByRole('button', { name: run }).click();
  const differences = sidebar.locator('.jp-switchyard-differences');
  const [balanced, other] = [/^Compare with .*seed 4, router.balance switch/, /^Compare with .*seed 2/];
  await compare(balanced);
  await expect(differences.locator('tbody tr')).toHaveText(['router.balancenoneswitch']);
  await compare(balanced);
  await compare(other);
  await expect(differences.locator('tbody tr')).toHaveText(['seed42', 'router.balancenoneswitch']);

  await views.first().getByRole('tab', { name: 'Scalars' }).click();
  const both = sidebar.locator('.jp-switchyard-comparedScalars');
  const losses = async (): Promise<unknown[]> =>
    (await drawn(both, 'compared-scalars')).filter(({ name }) => /^loss .* train$/.test(name ?? '')).map(({ y }) => y);
  const loss = runs[0].data.history.scalars['loss/train'];
  await expect.poll(losses).toEqual([loss, loss]);
  await both.getByRole('combobox', { name: 'Smoothing' }).selectOption('0.9');
  await expect.poll(async () => (await losses())[0]).not.toEqual(loss);
  await both.getByRole('combobox', { name: 'Smoothing' }).selectOption('0');
  await both.getByRole('combobox', { name: 'Scale' }).selectOption('logarithmic');
  expect(await cut(both)).toEqual([]);

  await compare(/^Compare with .*seed 1/);
  await compare(/^Compare with .*seed 3/);
  await expect(differences.locator('thead th')).toHaveCount(5);
  await expect(differences.locator('tbody tr')).toHaveText(['seed4213', 'router.balancenoneswitchswitchswitch']);
  await expect(views).toHaveCount(4);
  await expect.poll(losses).toEqual([loss, loss, loss, loss]);
  await expect(both.locator('.jp-switchyard-legend > span')).toHaveCount(4);
  expect(await cut(both)).toEqual([]);
  await views.nth(1).getByRole('button', { name: 'Close the routing panel' }).click();
  await expect(differences.locator('tbody tr')).toHaveText(['seed413', 'router.balancenoneswitchswitch']);

  await sidebar.getByRole('button', { name: 'cell 1', exact: true }).click();
  await expect(cellOf(page, 0)).toHaveClass(/jp-mod-active/);
});

/** An example with another greatest mean weight, on which the scale of that picture depends. */
function weighted(title: string, greatest: number): RoutingPayload {
  const payload = run(title, 'small');
  payload.data.layers.forEach((layer) => (layer.meanWeight = layer.load.map((_, e) => (e === 0 ? greatest : 0.5))));
  return payload;
}

test('six runs stand beside each other where there is room, on one scale of colours, and a seventh is refused in words', async ({
  page,
  tmpPath
}) => {
  await page.setViewportSize({ width: 1900, height: 900 });
  const runs = ['a', 'b', 'c', 'd', 'e', 'f'].map((title) => weighted(title, 1));
  runs.push(weighted('last', 3));
  await open(page, tmpPath, 'seven.ipynb', runs);
  await page.sidebar.close('left');
  await start(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  const views = sidebar.locator('.jp-switchyard-RunView');
  const measure = views.nth(0).locator('[data-picture="load-heatmap"]').getByRole('combobox', { name: 'Measure' });
  await measure.selectOption({ label: 'mean weight' });
  await expect.poll(() => greatestOf(views.first())).toBe(4);
  for (const { runId } of runs.slice(0, 5)) {
    await sidebar.getByRole('button', { name: `Compare with ${runId}` }).click();
  }
  await expect(views).toHaveCount(6);
  await widen(page, 1500);
  const tops = (): Promise<number[]> =>
    views.evaluateAll((all) => all.map((node) => Math.round(node.getBoundingClientRect().top)));
  await expect.poll(async () => new Set(await tops()).size).toBeLessThan(4);
  for (let i = 0; i < 6; i++) {
    await views.nth(i).scrollIntoViewIfNeeded();
    await expect.poll(() => greatestOf(views.nth(i)), `the scale of ${i}`).toBe(4);
  }
  const refused = sidebar.getByRole('button', { name: 'Compare with f' });
  await expect(refused).toBeDisabled();
  await expect(sidebar.getByRole('status').filter({ hasText: '6 runs are compared, the most' })).toBeVisible();
  await sidebar.getByRole('button', { name: 'Compare with a' }).click();
  await refused.click();
  await expect(views.locator('.jp-switchyard-title > strong')).toHaveText(['last', 'b', 'c', 'd', 'e', 'f']);
});

/** The end of the scale of colours of a view's first picture. */
function greatestOf(view: Locator): Promise<number | undefined> {
  return view
    .locator('[data-picture="load-heatmap"] .jp-switchyard-plot')
    .evaluate((node) => (node as unknown as { data?: { zmax?: number }[] }).data?.[0].zmax);
}

test('nothing of a small run is cut in the sidebar, nor stands over something else', async ({ page, tmpPath }) => {
  await open(page, tmpPath, 'small.ipynb', [beta]);
  await start(page, 'switchyard:open-sidebar');
  const view = page.locator('.jp-switchyard-Sidebar .jp-switchyard-RunView');
  await expect.poll(async () => (await drawn(view, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(beta));
  await expect.poll(() => cut(view)).toEqual([]);
  const picture = view.locator('[data-picture="load-heatmap"]');
  await picture.screenshot({ path: 'test-results/small-sidebar.png' });
  // Under the labels also where one of them is far from it.
  const [title, labels] = await Promise.all([
    picture.locator('.g-xtitle text, .jp-switchyard-axis').boundingBox(),
    picture.locator('.xtick text').evaluateAll((all) => all.map((node) => node.getBoundingClientRect().bottom))
  ]);
  expect(title!.y).toBeGreaterThanOrEqual(Math.max(...labels) - 3);
});
