import { expect, test } from '@jupyterlab/galata';
import { drawn, expectedLoads, openNotebook, panelOf, payloadOf } from './support/notebook';

const RUN = 'import replay; replay.run(steps=20, pause=0.1)';

test('a running cell opens its panel and the panel follows the payloads to the last', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, [RUN, '1 + 1']);
  await page.notebook.runCell(0, true);
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const payload = await payloadOf(page);
  expect(payload.source.step).toBe(20);
  await expect.poll(async () => (await drawn(panel, 'load-heatmap')).data[0].z).toEqual(expectedLoads(payload));
  const summary = page.locator('.jp-switchyard-Summary');
  await expect(summary).toContainText('step 20 of 20');
});
