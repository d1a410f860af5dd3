import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { drawn, expectedLoads, onScale, openNotebook, panelOf, payloadOf } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';

/** The watcher's own numbers, printed by the kernel. */
const LATEST = 'console.log(JSON.stringify(watcher.latest().data.layers.map((layer) => layer.load)));';

async function printed(page: IJupyterLabPageFixture, cell: number): Promise<string> {
  const [text] = (await page.notebook.getCellTextOutput(cell)) ?? [];
  return text;
}

test('a routed network that trains in the TypeScript kernel shows its routing beside the cell', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(180_000);
  await openNotebook(page, tmpPath, [tinyTraining(60), LATEST], { kernel: 'switchyard' });
  const panel = panelOf(page);
  await page.notebook.runCell(0);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished', { timeout: 120_000 });
  await page.notebook.runCell(1);
  const loads = JSON.parse(await printed(page, 1)) as number[][];
  expect(loads.map((layer) => layer.length)).toEqual([8, 8]);
  const z = loads.map((layer) => layer.map((load) => onScale(load * 8)));
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(z);
  const payload = await payloadOf(page);
  expect(expectedLoads(payload)).toEqual(z);
  expect(payload.source).toMatchObject({ step: 60, status: 'finished' });

  await panel.getByRole('tab', { name: 'Scalars' }).click();
  const loss = async (): Promise<unknown> =>
    (await drawn(panel, 'scalars')).find((line) => line.name === 'loss train')?.y;
  await expect.poll(loss).toEqual(payload.data.history.scalars['loss/train']);
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await expect(panel.locator('.jp-switchyard-token')).toHaveCount(payload.data.tokens!.text.length);
});
