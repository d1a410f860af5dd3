import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { drawn, expectedLoads, onScale, openNotebook, panelOf, payloadOf } from './support/notebook';

test('a running cell opens its panel, which follows the payloads to the last', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=20, pause=0.1, wait_at=5)', '1 + 1']);
  const panel = panelOf(page);
  await expect(panel).toHaveCount(0);
  const running = page.notebook.runCell(0);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
  await expect.poll(async () => (await payloadOf(page)).seq).toBe(5);
  await expect
    .poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z)
    .toEqual(expectedLoads(await payloadOf(page)));
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await running;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const payload = await payloadOf(page);
  expect(payload.source.step).toBe(20);
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0].z).toEqual(expectedLoads(payload));
  await expect(page.locator('.jp-switchyard-Summary')).toContainText('step 20 of 20');
});

test('every picture shows the numbers of the payload, for the layer and choice in view', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=2, pause=0.1)']);
  await page.notebook.runCell(0);
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const { data } = await payloadOf(page);
  const cells = await page.notebook.getCellCount();
  await panel.getByRole('combobox', { name: 'Layer' }).selectOption('2');
  const overTime = data.layers[2].experts.map((_, e) => data.history.load[2].map((row) => onScale(row[e] * 16)));
  await expect.poll(async () => (await drawn(panel, 'load-over-time'))[0].z).toEqual(overTime);

  await panel.getByRole('tab', { name: 'Load' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(panel.getByRole('tab', { name: 'Tokens' })).toHaveAttribute('aria-selected', 'true');
  await panel.getByRole('combobox', { name: 'Choice' }).selectOption('1');
  const shown = panel.locator('.jp-switchyard-token small');
  await expect(shown).toHaveText(choicesOf(data.tokens!.experts[2], 2).map((row) => String(row[1])));
  await panel.getByRole('listbox').focus();
  await page.keyboard.press('ArrowRight');
  await expect(panel.locator('.jp-switchyard-detail')).toContainText(`Token 2 “statement·”`);

  await panel.getByRole('tab', { name: 'Scalars' }).click();
  await expect.poll(async () => (await drawn(panel, 'scalars')).length).toBeGreaterThan(0);
  const lines = await drawn(panel, 'scalars');
  expect(lines.find((line) => line.name === 'loss train')?.y).toEqual(data.history.scalars['loss/train']);
  expect(lines.find((line) => line.name === 'MaxVio layer 3')?.y).toEqual(data.history.maxVio[3]);
  expect(await page.notebook.getCellCount()).toBe(cells); // No key reached the notebook.
  await checkNumbers(data.history.steps.length);

  async function checkNumbers(rows: number): Promise<void> {
    await panel.locator('[data-picture="scalars"] summary').click();
    await expect(panel.locator('[data-picture="scalars"] tbody tr')).toHaveCount(rows);
  }
});

test('a panel that was closed stays closed for its run', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=30, pause=0.1)']);
  const panel = panelOf(page);
  const running = page.notebook.runCell(0);
  await expect(panel).toBeVisible();
  await panel.getByRole('button', { name: 'Close the routing panel' }).click();
  await expect(panel).toHaveCount(0);
  await running;
  await expect(page.locator('.jp-switchyard-Summary')).toContainText('step 30 of 30');
  await expect(panel).toHaveCount(0);
});

test('a figure is updated in place, and asks no other host for anything', async ({ page, tmpPath, baseURL }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL!) && !/^(data|blob|ws):/.test(request.url())) {
      foreign.push(request.url());
    }
  });
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=8, pause=0.2)']);
  const panel = panelOf(page);
  const running = page.notebook.runCell(0);
  const svg = panel.locator('[data-picture="load-heatmap"] .main-svg').first();
  await expect(svg).toBeVisible();
  const before = await svg.elementHandle();
  await running;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  expect(await before!.evaluate((node) => node.isConnected)).toBe(true);
  expect(foreign).toEqual([]);
});

test('a cell with two runs offers the choice between them', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=1); replay.run(steps=3)']);
  await page.notebook.runCell(0);
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-controls')).toContainText('step 3 of 3');
  await panel.getByRole('combobox', { name: 'Run' }).selectOption({ index: 0 });
  await expect(panel.locator('.jp-switchyard-controls')).toContainText('step 1 of 1');
  const first: RoutingPayload = await payloadOf(page, 0, 0);
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0].z).toEqual(expectedLoads(first));
});
