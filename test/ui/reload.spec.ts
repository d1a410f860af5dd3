/** Runs that a page did not start: it was loaded anew, and takes up what its kernel has. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { control, resumesAndStops } from './support/interactions';
import { cellOf, execute, MIME, openNotebook, panelOf, payloadOf, start } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';
import { watched } from './support/watched';

/** Steps that nobody waits for: the tests stop them. */
const STEPS = 1_000_000;
const KERNELS = [
  { kernel: 'switchyard', source: tinyTraining(STEPS) },
  { kernel: 'python3', source: watched(2) }
];

/** Loads the page anew, without what was not saved: JupyterLab opens the notebook again. */
async function loadAnew(page: IJupyterLabPageFixture): Promise<void> {
  await page.evaluate(() => Object.assign(window, { loadedBefore: true }));
  await page.evaluate(() => location.reload());
  await page.waitForFunction(() => !('loadedBefore' in window) && 'jupyterapp' in window, null, { timeout: 40_000 });
  await cellOf(page).waitFor({ timeout: 40_000 });
}

/** What is in the file. */
async function savedRun(page: IJupyterLabPageFixture, tmpPath: string): Promise<RoutingPayload | undefined> {
  const file = await page.request.get(`/api/contents/${tmpPath}/test.ipynb`);
  const { content } = (await file.json()) as {
    content: { cells: { outputs: { data?: Record<string, unknown> }[] }[] };
  };
  return content.cells[0].outputs.map(({ data }) => data?.[MIME] as RoutingPayload | undefined).find(Boolean);
}

interface IContent {
  activeCell: { model: { sharedModel: { setSource: (source: string) => void } } };
}

for (const { kernel, source } of KERNELS) {
  test.describe(`a run of ${kernel}`, () => {
    test('that was never saved is there after a reload, paused as it was, and goes on', async ({ page, tmpPath }) => {
      test.setTimeout(100_000);
      await openNotebook(page, tmpPath, [source], { kernel });
      await start(page, 'notebook:run-cell');
      const panel = panelOf(page);
      await expect(control(panel, 'Pause')).toBeEnabled({ timeout: 60_000 });
      await control(panel, 'Pause').click();
      await expect(panel.locator('.jp-switchyard-badge')).toHaveText('paused');
      const { runId } = await payloadOf(page);
      await loadAnew(page);
      await execute(page, 'switchyard:open-sidebar');
      const sidebar = page.locator('.jp-switchyard-Sidebar');
      await expect(sidebar.locator('.jp-switchyard-run-show .jp-switchyard-badge')).toHaveText('paused');
      await expect(sidebar.locator('.jp-switchyard-run-show small')).toContainText('live');
      await expect(sidebar.getByRole('button', { name: 'cell 1', exact: true })).toBeVisible();
      await expect(async () => expect((await payloadOf(page)).runId).toBe(runId)).toPass({ timeout: 20_000 });
      await expect(panel.locator('.jp-switchyard-badge')).toHaveText('paused');
      await resumesAndStops({ page, panel, latest: () => payloadOf(page) });
      await expect(cellOf(page).locator('.jp-switchyard-head')).toContainText('stopped');
      await expect(cellOf(page).locator('.jp-switchyard-Summary')).toHaveCount(1);
    });

    test('that was saved under way ends in its output after a reload, and is saved so', async ({ page, tmpPath }) => {
      test.setTimeout(100_000);
      await openNotebook(page, tmpPath, [source], { kernel });
      await start(page, 'notebook:run-cell');
      await expect(panelOf(page).locator('.jp-switchyard-badge')).toHaveText('running', { timeout: 60_000 });
      await page.notebook.save();
      expect((await savedRun(page, tmpPath))?.source.status).toBe('running');
      await loadAnew(page);
      const head = cellOf(page).locator('.jp-switchyard-head');
      await expect(head).toContainText('running');
      const before = (await payloadOf(page)).source.step;
      await expect.poll(async () => (await payloadOf(page)).source.step).toBeGreaterThan(before + 2);
      await control(panelOf(page), 'Stop').click();
      await expect(head).toContainText('stopped');
      await expect.poll(async () => (await payloadOf(page)).source.status).toBe('stopped');
      await execute(page, 'docmanager:save');
      expect((await savedRun(page, tmpPath))?.source.status).toBe('stopped');
    });
  });
}

test('a run of a cell that was not saved is listed, and can be stopped', async ({ page, tmpPath }) => {
  test.setTimeout(100_000);
  await openNotebook(page, tmpPath, ['// switchyard', ''], { kernel: 'switchyard' });
  await execute(page, 'notebook:insert-cell-below');
  const source = tinyTraining(STEPS);
  await page.evaluate((source) => {
    const app = window.jupyterapp as unknown as { shell: { currentWidget: { content: IContent } } };
    app.shell.currentWidget.content.activeCell.model.sharedModel.setSource(source);
  }, source);
  await start(page, 'notebook:run-cell');
  await expect(control(panelOf(page, 1), 'Stop')).toBeEnabled({ timeout: 60_000 });
  await loadAnew(page);
  await execute(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  await expect(sidebar.locator('.jp-switchyard-run-show small')).toContainText('of no cell that is here');
  await control(sidebar, 'Stop').click();
  await expect(sidebar.locator('.jp-switchyard-run-show .jp-switchyard-badge')).toHaveText('stopped');
});

test('after a restart of the kernel a run under way is over everywhere, and nothing is left to press', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(100_000);
  await openNotebook(page, tmpPath, [tinyTraining(STEPS, { progress: true })], { kernel: 'switchyard' });
  await start(page, 'notebook:run-cell');
  const panel = panelOf(page);
  await expect(control(panel, 'Pause')).toBeEnabled({ timeout: 60_000 });
  await control(panel, 'Pause').click();
  await expect(cellOf(page).locator('.jp-switchyard-head')).toContainText('paused');
  const line = cellOf(page).getByText(/step \d+ of 1000000, loss/);
  await expect(line).toHaveText(/ steps\/s, \d+:\d\d left$/);
  await start(page, 'kernelmenu:restart');
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Confirm Kernel Restart' }).click();
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText(/lost|stopped/);
  await expect(cellOf(page).locator('.jp-switchyard-head')).toContainText(/lost|stopped/);
  await expect(panel.locator('.jp-switchyard-Control')).toBeHidden();
  await expect(panel.locator('.jp-switchyard-state:visible')).toHaveCount(1);
  // A kernel that is asked to end may have the time to say so itself.
  await expect(line, 'no time is left').toHaveText(/^(lost after|stopped:) step \d+ of 1000000, .* steps\/s$/);
});
