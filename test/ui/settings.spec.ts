import { expect, galata, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
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

/** Colours of a heatmap's cells, as its picture holds them. */
function cellColours(panel: Locator): Promise<string[]> {
  return panel.locator('[data-picture="load-heatmap"] .heatmaplayer image').evaluate(async (node) => {
    const image = new Image();
    image.src = node.getAttribute('href') ?? node.getAttribute('xlink:href') ?? '';
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const colours = new Set<string>();
    for (let i = 0; i < data.length; i += 4) {
      colours.add(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`);
    }
    return [...colours];
  });
}

test('the colours are those of the settings, in the picture and under the cell, at once', async ({ page, tmpPath }) => {
  const payload = example('finished') as RoutingPayload;
  // One of 16 experts takes all, 16 times its share: the end of the scale.
  const [{ load }] = payload.data.layers;
  load.splice(0, load.length, ...load.map((_, e) => Number(e === 3)));
  // Whatever a kernel says draws anew: here only the settings do.
  await openNotebook(page, tmpPath, ['1'], { outputs: { 0: [payload] }, kernel: null });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  const under = (): Promise<(string | null)[]> =>
    page.locator('.jp-switchyard-loads rect').evaluateAll((all) => all.map((each) => each.getAttribute('fill')));
  // It has the last colour of its scheme.
  for (const [scheme, fullest] of [
    ['okabe-ito', 'rgb(102, 44, 2)'],
    ['tol', 'rgb(165, 0, 38)'],
    ['grey', 'rgb(0, 0, 0)']
  ]) {
    await page.evaluate(
      async ([id, scheme]) => {
        const registry = await window.galata.getPlugin('@jupyterlab/apputils-extension:settings');
        await registry!.set(id, 'colourScheme', scheme);
      },
      [ID, scheme]
    );
    await expect.poll(under).toContain(fullest);
    await expect.poll(() => cellColours(panel), { timeout: 5000 }).toContain(fullest);
  }
});
