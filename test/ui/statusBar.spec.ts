import { expect, galata, test } from '@jupyterlab/galata';
import { cellOf, drawn, expectedLoads, openNotebook, panelOf, payloadOf, start } from './support/notebook';

const FILLER = Array.from({ length: 15 }, (_, i) => `# cell ${i}\n\n\n\n${i}`);

test.use({ viewport: { width: 900, height: 700 } });

const RUN = "import replay; replay.run(steps=20, pause=0.1, wait_at=10, name='running')";

test('after Run All pictures of the training move in the sidebar, without scrolling; closed it stays closed', async ({
  page,
  tmpPath
}) => {
  await openNotebook(page, tmpPath, ['1', RUN, ...FILLER]);
  await start(page, 'notebook:run-all-cells');
  const sidebar = page.locator('#jp-switchyard-sidebar');
  await expect(sidebar).toBeVisible({ timeout: 10_000 });
  await expect(sidebar.locator('.jp-switchyard-controls')).toContainText('step 10 of');
  const loads = async (): Promise<unknown> => (await drawn(sidebar, 'load-heatmap'))[0]?.z;
  await expect.poll(loads).toEqual(expectedLoads(await payloadOf(page, 1)));
  await expect(sidebar.locator('[data-picture="load-heatmap"]')).toBeInViewport();
  await expect(cellOf(page, 16)).toBeInViewport();
  expect(await page.evaluate(() => document.activeElement?.closest('.jp-Notebook') !== null)).toBe(true);
  await page.screenshot({ path: 'test-results/comesForward.png' });
  await page.getByRole('tab', { name: 'Routing' }).click();
  await expect(sidebar).toBeHidden();
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await expect.poll(async () => (await payloadOf(page, 1)).source.final).toBe(true);
  await expect(sidebar).toBeHidden();
});

test.describe('where the sidebar is not to come by itself', () => {
  test.use({ mockSettings: { ...galata.DEFAULT_SETTINGS, 'jupyterlab-switchyard:plugin': { openSidebar: false } } });

  test('after Run All the training is seen without scrolling, and a click leads to its panel', async ({
    page,
    tmpPath
  }) => {
    await openNotebook(page, tmpPath, ['1', RUN, ...FILLER]);
    await start(page, 'notebook:run-all-cells');
    const status = page.locator('.jp-switchyard-RunStatus button');
    await expect(status).toHaveText(/^training 10 of 20, MaxVio \d+\.\d\d$/);
    await expect(status).toBeInViewport({ ratio: 1 });
    await expect(cellOf(page, 16)).toBeInViewport();
    await expect(page.locator('#jp-switchyard-sidebar')).toBeHidden();
    await status.click();
    await expect(panelOf(page, 1).locator('.jp-switchyard-badge')).toBeInViewport();
    await page.screenshot({ path: 'test-results/statusBar.png' });
    await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
    await expect(status).toBeHidden();
  });
});
