import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { drawn, expectedLoads, openNotebook, panelOf, payloadOf, start } from './support/notebook';

const RUN = 'import replay\nreplay.run(steps=2)';
const LONG_RUN = 'import replay\nreplay.run(steps=80, pause=0.1)';

/** Yjs takes changes within half a second for one step of undo: a move and a deletion that close come back together. */
const UNDO_WINDOW_MS = 600;

const execute = (page: IJupyterLabPageFixture, command: string): Promise<unknown> =>
  page.evaluate((command) => window.jupyterapp.commands.execute(command), command);

/** A kernel that is just starting refuses. */
async function shutDown(page: IJupyterLabPageFixture): Promise<void> {
  await expect(() => page.evaluate(() => window.jupyterapp.serviceManager.sessions.shutdownAll())).toPass();
}

test('a panel goes with its cell: moved, deleted and brought back, split, run again', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, [RUN, '1 + 1', '2 + 2']);
  await page.notebook.runCell(0);
  await expect(panelOf(page, 0).locator('.jp-switchyard-badge')).toHaveText('finished');
  const expected = expectedLoads(await payloadOf(page, 0));
  await panelOf(page, 0).getByRole('tab', { name: 'Scalars' }).click();

  await page.notebook.selectCells(0);
  await execute(page, 'notebook:move-cell-down');
  await expect(panelOf(page, 0)).toHaveCount(0);
  const moved = panelOf(page, 1);
  await expect(moved.getByRole('tab', { name: 'Scalars' })).toHaveAttribute('aria-selected', 'true');
  await moved.getByRole('tab', { name: 'Load' }).click();
  await expect.poll(async () => (await drawn(moved, 'load-heatmap'))[0]?.z).toEqual(expected);

  await page.notebook.selectCells(1);
  await page.waitForTimeout(UNDO_WINDOW_MS);
  await execute(page, 'notebook:delete-cell');
  await expect(page.locator('.jp-switchyard-Panel')).toHaveCount(0);
  await execute(page, 'notebook:undo-cell-action');
  await expect(panelOf(page, 1)).toBeVisible();

  await page.notebook.enterCellEditingMode(1);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await execute(page, 'notebook:split-cell-at-cursor');
  await expect(panelOf(page, 2)).toBeVisible();
  await expect(page.locator('.jp-switchyard-Panel')).toHaveCount(1);
  await expect.poll(async () => (await drawn(panelOf(page, 2), 'load-heatmap'))[0]?.z).toEqual(expected);

  await page.notebook.runCell(2);
  const again = panelOf(page, 2);
  await expect(again.locator('.jp-switchyard-controls')).toContainText('step 2 of 2');
  expect((await payloadOf(page, 2)).data.layers).toHaveLength(4);
  await expect(again.getByRole('combobox', { name: 'Run' })).toBeHidden();
});

// Galata's stand-ins for kernels and sessions answer neither an interrupt nor a restart.
test.describe('on the real session', () => {
  test.use({ kernels: null, sessions: null });

  test.afterEach(async ({ page }) => {
    await shutDown(page);
  });

  test('queued cells are told apart, and a run that is cut off is lost', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, [LONG_RUN, RUN]);
    await start(page, 'notebook:run-all-cells');
    await expect(panelOf(page, 0).locator('.jp-switchyard-badge')).toHaveText('running');
    await expect(panelOf(page, 1)).toHaveCount(0);
    await execute(page, 'notebook:interrupt-kernel');
    await expect(panelOf(page, 0).locator('.jp-switchyard-badge')).toHaveText('lost');
    await expect(panelOf(page, 0)).toContainText('No more snapshots arrive');
  });

  test('a kernel restart leaves the last snapshot and says that no more arrive', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, [LONG_RUN]);
    await start(page, 'notebook:run-cell');
    const panel = panelOf(page);
    await expect.poll(async () => (await drawn(panel, 'load-heatmap')).length).toBeGreaterThan(0);
    await start(page, 'notebook:restart-kernel');
    await page.locator('.jp-Dialog').getByRole('button', { name: 'Confirm Kernel Restart' }).click();
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('lost');
    expect((await drawn(panel, 'load-heatmap'))[0].z).toHaveLength(4);
    await shutDown(page);
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('disconnected');
    await expect(panel).toContainText('No kernel is connected.');
  });

  test('after a page reload the panel follows the run that goes on', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, ['import replay\nreplay.run(steps=500, pause=0.1)']);
    await start(page, 'notebook:run-cell');
    const panel = panelOf(page);
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
    await page.notebook.save();
    const saved = (await payloadOf(page)).seq;
    await page.evaluate(() => location.reload());
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running', { timeout: 30_000 });
    const step = async (): Promise<number> =>
      Number(/step (\d+)/.exec((await panel.locator('.jp-switchyard-controls').textContent()) ?? '')?.[1]);
    await expect.poll(step).toBeGreaterThan(saved);
    const before = await step();
    await expect.poll(step).toBeGreaterThan(before);
  });
});
