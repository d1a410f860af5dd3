import { expect, test } from '@jupyterlab/galata';
import { drawn, openNotebook, panelOf, start } from './support/notebook';

test('a run beside its cell is opened in a tab, where it goes on and is looked at apart', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=20, pause=0.1, wait_at=10)']);
  await start(page, 'notebook:run-all-cells');
  const panel = panelOf(page);
  await expect(panel).toContainText('step 10 of 20');
  await page.menu.clickMenuItem('View>Open Routing in a Tab');
  const tab = page.locator('.jp-switchyard-tab');
  await expect(tab).toContainText('step 10 of 20');
  await expect(page.getByRole('tab', { name: 'Routing: test.ipynb' })).toBeVisible();
  await tab.getByRole('tab', { name: 'Scalars' }).click();
  await expect(tab.locator('[data-picture="scalars"]')).toBeVisible();
  await expect(panel.getByRole('tab', { name: 'Load' })).toHaveAttribute('aria-selected', 'true');
  await page.screenshot({ path: 'test-results/runTab.png' });
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await expect(tab.locator('.jp-switchyard-badge')).toHaveText('finished');
  await tab.getByRole('tab', { name: 'Load' }).click();
  await expect
    .poll(async () => (await drawn(tab, 'load-heatmap'))[0]?.z)
    .toEqual((await drawn(panel, 'load-heatmap'))[0]?.z);
  await page.activity.closePanel('Routing: test.ipynb');
  await expect(tab).toHaveCount(0);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
});
