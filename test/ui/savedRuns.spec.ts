import { expect, test } from '@jupyterlab/galata';
import { drawn, openNotebook, start } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';

const saving = (steps: number, title: string, progress = false): string =>
  tinyTraining(steps, { progress }).replace('show.routing()', `show.routing({ save: true, title: '${title}' })`);

test('saved runs outlive their kernel: another notebook of the folder lists, shows and compares them', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(240_000);
  // The second is under way when the process is killed, by another one: this one is busy.
  const kill = `require('child_process').spawn('sh', ['-c', 'sleep 8; kill -9 ' + process.pid]);`;
  await openNotebook(page, tmpPath, [saving(20, 'ended'), `${kill}\n${saving(1_000_000, 'killed', true)}`], {
    kernel: 'switchyard',
    name: 'first.ipynb'
  });
  await start(page, 'notebook:run-all-cells');
  const files = (): Promise<string[]> =>
    page.evaluate(
      (folder) =>
        window.jupyterapp.serviceManager.contents.get(folder).then(
          ({ content }) => (content as { name: string }[]).map(({ name }) => name),
          () => []
        ),
      `${tmpPath}/runs`
    );
  const snapshots = async (): Promise<number> => (await files()).filter((name) => name.endsWith('.run.json')).length;
  await expect.poll(snapshots, { timeout: 120_000 }).toBe(2);
  await expect(page.locator('.jp-Dialog')).toContainText('Kernel Restarting', { timeout: 60_000 });
  await page.locator('.jp-Dialog').getByRole('button', { name: 'Ok' }).click();
  // The line of progress of a kernel that was killed promises no time any more.
  const line = page.getByText(/step \d+ of 1000000, loss/);
  await expect(line).toHaveText(/^lost after step \d+ of 1000000, .* steps\/s$/);

  await openNotebook(page, tmpPath, ['1'], { name: 'second.ipynb' });
  await start(page, 'switchyard:open-sidebar');
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  const rows = sidebar.locator('.jp-switchyard-runs li');
  await expect(rows.locator('strong')).toHaveText(['killed', 'ended']);
  await expect(rows.locator('.jp-switchyard-badge')).toHaveText(['disconnected', 'finished']);
  await expect(rows.nth(1)).toContainText('step 20 of 20 · runs · saved');
  await rows.nth(1).locator('.jp-switchyard-run-show').click();
  const view = sidebar.locator('.jp-switchyard-RunView').first();
  await expect(view.locator('.jp-switchyard-title > strong')).toHaveText('ended');
  await expect.poll(async () => (await drawn(view, 'load-heatmap'))[0]?.z?.length).toBe(2);
  await sidebar.getByRole('button', { name: 'Compare with killed' }).click();
  await expect(sidebar.locator('.jp-switchyard-RunView')).toHaveCount(2);
  await page.screenshot({ path: 'test-results/savedRuns.png' });
});
