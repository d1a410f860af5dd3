import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import { control, pausesAndSteps, probes } from './support/interactions';
import { drawn, expectedLoads, openNotebook, panelOf, payloadOf } from './support/notebook';
import { watched } from './support/watched';

/** What JupyterLab shows of the kernel. */
function kernelStatus(page: IJupyterLabPageFixture): Promise<string> {
  return page.evaluate(() => {
    const app = window.jupyterapp as unknown as { shell: { currentWidget: { sessionContext: ISession } } };
    return app.shell.currentWidget.sessionContext.kernelDisplayStatus;
  });
}

interface ISession {
  kernelDisplayStatus: string;
}

const CHOICES = `import jupyterlab_switchyard as switchyard
choices = [[[t % 4, 4 + t % 3], [7, t % 2]] for t in range(24)]
switchyard.read_choices(choices, num_experts=8, tokens=[f'word{t}' for t in range(24)], layers=['first', 'second'])`;

test('choices read from arrays in a Python notebook show the numbers of their payload', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, [CHOICES]);
  await page.notebook.runCell(0);
  // What has ended opens when it is asked for.
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const payload = await payloadOf(page);
  // Of 48 choices of the first layer, 6 fell on each of four experts and 8 on each of three.
  const eighth = 6 / 48;
  const sixth = 8 / 48;
  payload.data.layers[0].load.forEach((load, e) =>
    expect(load).toBeCloseTo([eighth, eighth, eighth, eighth, sixth, sixth, sixth, 0][e], 3)
  );
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(payload));
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await expect(panel.locator('.jp-switchyard-token').first()).toContainText('word0');
});

test('a watched module draws live, is paused, done step by step and given a text, and its last step stays', async ({
  page,
  tmpPath
}) => {
  await openNotebook(page, tmpPath, ['1', watched(3)]);
  await page.notebook.runCell(0);
  const running = page.notebook.runCell(1);
  const panel = panelOf(page, 1);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
  await expect.poll(async () => (await payloadOf(page, 1)).source.step).toBeGreaterThanOrEqual(4);
  const before = await payloadOf(page, 1);
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z?.length).toBe(3);
  const training = { page, panel, latest: () => payloadOf(page, 1) };
  await pausesAndSteps(training);
  await probes(training);
  // The thread that hears the panel does not say for the cell that the kernel is idle.
  await expect.poll(() => kernelStatus(page)).toBe('busy');
  await control(panel, 'Resume').click();
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await running;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const last = await payloadOf(page, 1);
  const printed = (await page.notebook.getCellTextOutput(1)) ?? [];
  expect(last.seq).toBeGreaterThan(before.seq);
  expect(last.data.history.steps.at(-1)).toBe(last.source.step);
  expect(last.data.history.scalars['loss/train'].slice(0, 3)).toEqual([8, 4, 2.6667]);
  expect(String(last.source.step)).toBe(printed.at(-1)?.trim());
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(last));
});
