import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { longSample } from './gallery/payloads';
import { openNotebook, panelOf } from './support/notebook';
import { pageMetrics } from './support/pageMetrics';

/** A saved run in a notebook without a kernel, with its panel open. */
async function open(page: IJupyterLabPageFixture, tmpPath: string, payload: RoutingPayload): Promise<Locator> {
  await openNotebook(page, tmpPath, ['run'], { outputs: { 0: [payload] }, kernel: null });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  return panelOf(page);
}

test('2,048 tokens in 16 layers are first painted within 100 ms, and their last is reached by a key', async ({
  page,
  tmpPath
}) => {
  const panel = await open(page, tmpPath, longSample());
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await panel.getByRole('combobox', { name: 'Layers' }).selectOption('all');
  const grid = panel.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-colcount', '2048');
  await grid.focus();
  await page.keyboard.press('End');
  await expect(panel.locator('.jp-switchyard-detail')).toContainText('Token 2048 “t” · letters · layer 0');
  expect(await grid.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight)).toBeLessThan(20);
  // Galata's page is a stand-in for the browser's.
  const metrics = await pageMetrics(page.context().pages()[0]);
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < 5; i++) {
    await panel.getByRole('tab', { name: 'Load' }).click();
    await panel.getByRole('button', { name: 'Close the routing panel' }).click();
    await page.getByRole('button', { name: 'Show beside the cell' }).click();
    await expect(panel.getByRole('tab', { name: 'Load' })).toHaveAttribute('aria-selected', 'true');
    const before = await metrics();
    wall.push(await firstPaint(panel));
    cpu.push((await metrics()).cpu - before.cpu);
  }
  for (const [type, times] of Object.entries({ wall, cpu })) {
    test.info().annotations.push({ type: `first paint, ${type}, ms`, description: times.map(Math.round).join(' ') });
  }
  // What else the machine does only ever adds to the one, and to the other a little, by caches and cores that are shared: its median counts.
  expect(Math.min(...wall)).toBeLessThan(100);
  expect([...cpu].sort((a, b) => a - b)[2]).toBeLessThan(100);
});

/** Milliseconds from the click on the tab to the end of the frame in which its canvas was painted. */
async function firstPaint(panel: Locator): Promise<number> {
  return panel.evaluate(async (node) => {
    const tab = [...node.querySelectorAll<HTMLElement>('[role=tab]')].find((each) => each.textContent === 'Tokens')!;
    const painted = (): boolean => (node.querySelector('canvas')?.width ?? 300) !== 300;
    const frame = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const start = performance.now();
    tab.click();
    while (!painted()) {
      await frame();
    }
    return performance.now() - start;
  });
}
