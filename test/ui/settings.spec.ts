import { expect, galata, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { example, openNotebook, panelOf } from './support/notebook';

const ID = 'jupyterlab-switchyard:plugin';

test.use({
  mockSettings: {
    ...galata.DEFAULT_SETTINGS,
    [ID]: { panelSide: 'left', panelWidth: 300, maxTokens: 5, updatesPerSecond: 0.2, openWhileRunning: false }
  }
});

test('side, width, tokens, rate and opening are as the settings say', async ({ page, tmpPath }) => {
  const payload = example('finished') as RoutingPayload;
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=20, pause=0.1)', '1'], {
    outputs: { 1: [payload] }
  });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const saved = panelOf(page, 1);
  const box = (await saved.boundingBox())!;
  const input = (await page.locator('.jp-Notebook-cell').nth(1).locator('.jp-Cell-inputWrapper').boundingBox())!;
  expect(box.width).toBe(300);
  expect(box.x).toBeLessThan(input.x);
  await saved.getByRole('separator').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await saved.boundingBox())!.width).toBe(324);
  await saved.getByRole('tab', { name: 'Tokens' }).click();
  await expect(saved.locator('.jp-switchyard-token')).toHaveCount(5);

  const panel = panelOf(page, 0);
  const running = page.notebook.runCell(0);
  await expect(page.locator('.jp-switchyard-Summary').first()).toContainText('of 20');
  await expect(panel).toHaveCount(0);
  await page.locator('.jp-Notebook-cell').first().getByRole('button', { name: 'Show beside the cell' }).click();
  const drawn = await panel.locator('progress').evaluate(
    (bar) =>
      new Promise<number>((resolve) => {
        let count = 0;
        new MutationObserver(() => count++).observe(bar, { attributes: true, attributeFilter: ['value'] });
        setTimeout(() => resolve(count), 1500);
      })
  );
  // Fifteen snapshots came; at one drawing in five seconds, the first and at most one more are seen.
  expect(drawn).toBeLessThanOrEqual(2);
  await running;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
});
