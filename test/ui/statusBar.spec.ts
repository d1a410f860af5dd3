import { expect, test } from '@jupyterlab/galata';
import { cellOf, openNotebook, panelOf, start } from './support/notebook';

const FILLER = Array.from({ length: 15 }, (_, i) => `# cell ${i}\n\n\n\n${i}`);

test.use({ viewport: { width: 900, height: 700 } });

test('after Run All the training is seen without scrolling, and a click leads to its panel', async ({
  page,
  tmpPath
}) => {
  const run = "import replay; replay.run(steps=20, pause=0.1, wait_at=10, name='running')";
  await openNotebook(page, tmpPath, ['1', run, ...FILLER]);
  await start(page, 'notebook:run-all-cells');
  const status = page.locator('.jp-switchyard-RunStatus button');
  await expect(status).toHaveText(/^training 10 of 20, MaxVio \d+\.\d\d$/);
  await expect(status).toBeInViewport({ ratio: 1 });
  await expect(cellOf(page, 16)).toBeInViewport();
  await status.click();
  await expect(panelOf(page, 1).locator('.jp-switchyard-badge')).toBeInViewport();
  await page.screenshot({ path: 'test-results/statusBar.png' });
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await expect(status).toBeHidden();
});
