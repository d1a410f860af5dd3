import { expect, test } from '@jupyterlab/galata';
import { openNotebook, panelOf, payloadOf } from './support/notebook';
import { asksWhyAnExpert, pausesAndSteps, probes } from './support/interactions';
import { tinyTraining } from './support/tinyTraining';
test('look', async ({ page, tmpPath }) => {
  test.setTimeout(150_000);
  const source = tinyTraining(1_000_000).replace('k: 2 })', 'k: 2, balance: { bias: { rate: 1e-3 } } })');
  await openNotebook(page, tmpPath, [source], { kernel: 'switchyard' });
  void page.notebook.runCell(0).catch(() => undefined);
  const panel = panelOf(page);
  await expect(() => payloadOf(page)).toPass({ timeout: 120_000 });
  await page.waitForTimeout(6000);
  page.setDefaultTimeout(15_000);
  const training = { page, panel, latest: () => payloadOf(page) };
  await pausesAndSteps(training);
  await probes(training);
  let failed: unknown = null;
  await asksWhyAnExpert(training).catch((e) => (failed = e));
  await page.screenshot({ path: '/tmp/team/shots/real-end.png' });
  await panel.getByRole('button', { name: 'Without it' }).click();
  for (const tab of ['Tokens', 'Experts', 'Routers']) {
    await panel.getByRole('tab', { name: tab }).click();
    await page.waitForTimeout(1500);
    await panel.screenshot({ path: `/tmp/team/shots/real-${tab}.png` });
  }
  await panel.getByRole('button', { name: 'Stop' }).click();
  if (failed) throw failed;
});
