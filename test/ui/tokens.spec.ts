import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { longSample } from './gallery/payloads';
import { brush, stepsInView } from './support/figures';
import { drawn, openNotebook, panelOf } from './support/notebook';
import { pageMetrics } from './support/pageMetrics';

function example(name: 'small' | 'finished'): RoutingPayload {
  return JSON.parse(readFileSync(join(__dirname, `../support/payloads/${name}.json`), 'utf8')) as RoutingPayload;
}

/** A saved run in a notebook without a kernel, with its panel open. */
async function open(page: IJupyterLabPageFixture, tmpPath: string, payload: RoutingPayload): Promise<Locator> {
  await openNotebook(page, tmpPath, ['run'], { outputs: { 0: [payload] }, kernel: null });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  return panelOf(page);
}

test('a text is found over tokens, counted, and walked through by keys', async ({ page, tmpPath }) => {
  const panel = await open(page, tmpPath, example('finished'));
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  const field = panel.getByRole('searchbox', { name: 'Search the text' });
  const places = panel.getByRole('search').getByRole('status');
  await field.fill('used to');
  await expect(places).toHaveText('1 of 1');
  await expect(panel.locator('.jp-switchyard-token.jp-mod-hit > span')).toHaveText(['used·', 'to·']);
  await field.fill('STATEMENT');
  await expect(places).toHaveText('1 of 2');
  await field.press('Enter');
  await expect(places).toHaveText('2 of 2');
  await expect(panel.locator('.jp-switchyard-detail')).toContainText('“statement·”');
  await panel.getByRole('button', { name: 'Next place' }).click();
  await expect(places).toHaveText('1 of 2');
  await field.press('Escape');
  await expect(field).toHaveValue('');
  await expect(panel.locator('.jp-mod-hit')).toHaveCount(0);
});

test('all layers are rows that keys walk through; an expert chosen there is chosen everywhere', async ({
  page,
  tmpPath
}) => {
  const payload = example('finished');
  const panel = await open(page, tmpPath, payload);
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await panel.getByRole('combobox', { name: 'Layers' }).selectOption('all');
  const grid = panel.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', '4');
  await expect(grid.locator('canvas')).toBeVisible();
  await grid.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) {
    await page.keyboard.press(key);
  }
  await expect(panel.locator('.jp-switchyard-detail')).toContainText('Token 2 “statement·” · prose · layer 2');
  const expert = choicesOf(payload.data.tokens!.experts[2], 2)[1][0];
  await expect(panel.getByRole('combobox', { name: 'Expert' })).toHaveValue(String(expert + 1));
  await expect(panel.getByRole('combobox', { name: 'Layer', exact: true })).toHaveValue('2');
  await panel.getByRole('combobox', { name: 'Layers' }).selectOption('one');
  const dimmed = choicesOf(payload.data.tokens!.experts[2], 2).filter(([first]) => first !== expert).length;
  await expect(panel.locator('.jp-switchyard-token.jp-mod-dimmed')).toHaveCount(dimmed);
});

test('the choices of an earlier step stand beside the present ones, changes marked and counted', async ({
  page,
  tmpPath
}) => {
  const payload = example('finished');
  const sample = payload.data.tokens!;
  const panel = await open(page, tmpPath, payload);
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await panel.getByRole('combobox', { name: 'Beside' }).selectOption('125');
  const now = choicesOf(sample.experts[0], 2).map(([first]) => first);
  const then = choicesOf(sample.earlier![1].experts[0], 2).map(([first]) => first);
  const changed = now.flatMap((expert, t) => (expert === then[t] ? [] : [t]));
  const marked = panel.locator('.jp-switchyard-token.jp-mod-changed');
  await expect(marked.locator('s')).toHaveText(changed.map((t) => String(then[t])));
  await expect(marked.locator('small')).toHaveText(changed.map((t) => String(now[t])));
  await expect(panel).toContainText(`${changed.length} of 64 choices are others than at step 125.`);
});

test('a run is replayed step by step, and the newest comes back', async ({ page, tmpPath }) => {
  const payload = example('finished');
  const { history, tokens } = payload.data;
  const panel = await open(page, tmpPath, payload);
  const slider = panel.getByRole('slider', { name: 'Replayed step' });
  const loads = async (): Promise<unknown> => (await drawn(panel, 'load-heatmap')).at(0)?.z;
  await expect.poll(loads).toEqual(payload.data.layers.map(({ load }) => load.map((share) => share * 16)));
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', 'step 20');
  await expect.poll(loads).toEqual(history.load.map((rows) => rows[0].map((share) => share * 16)));
  await expect.poll(async () => (await drawn(panel, 'load-over-time')).at(0)?.x).toEqual([20]);
  await slider.fill('6');
  await expect(slider).toHaveAttribute('aria-valuetext', 'step 140');
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await expect(panel).toContainText('The choices were recorded at step 125.');
  const then = choicesOf(tokens!.earlier![1].experts[0], 2).map(([first]) => String(first));
  await expect(panel.locator('.jp-switchyard-token small')).toHaveText(then);
  await panel.getByRole('button', { name: 'Play the run' }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', 'step 500');
  await expect(panel.getByRole('button', { name: 'Play the run' })).toBeVisible();
  await expect(panel.locator('.jp-switchyard-token small')).toHaveText(
    choicesOf(tokens!.experts[0], 2).map(([first]) => String(first))
  );
});

test('dragging zooms the steps of all plots, typing does the same, and a double click shows all', async ({
  page,
  tmpPath
}) => {
  const panel = await open(page, tmpPath, example('finished'));
  await panel.getByRole('combobox', { name: 'Drawn as' }).selectOption('stream');
  await expect.poll(async () => (await drawn(panel, 'load-over-time')).length).toBe(16);
  await brush(panel, 'load-over-time', 0.25, 0.75);
  // The axis goes from 20 to 500: a quarter of the way is 140, three quarters 380.
  const rounded = async (): Promise<number[]> =>
    (await stepsInView(panel, 'load-over-time')).map((step) => Math.round(step / 20) * 20);
  await expect.poll(rounded).toEqual([140, 380]);
  const zoomed = await stepsInView(panel, 'load-over-time');
  await panel.getByRole('tab', { name: 'Scalars' }).click();
  const scalars = panel.locator('[data-picture="scalars"]');
  const range = async (): Promise<number[]> =>
    scalars.locator('.jp-switchyard-plot').evaluate((node) => {
      const { layout } = node as unknown as { layout?: { xaxis3?: { range: number[] } } };
      return layout?.xaxis3?.range ?? [];
    });
  await expect.poll(range).toEqual(zoomed);
  await expect.poll(() => stepsInView(panel, 'scalars')).toEqual(zoomed);
  await scalars.getByRole('spinbutton', { name: 'First step in view' }).fill('200');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await range()).at(0)).toBe(200);
  const top = (await scalars.locator('.nsewdrag').first().boundingBox())!;
  await page.mouse.dblclick(top.x + top.width / 2, top.y + top.height / 2);
  await expect(scalars.getByRole('button', { name: 'All steps' })).toBeDisabled();
  await expect.poll(async () => (await range()).at(0)).toBeLessThan(5);
});

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
  // What else the machine does only ever adds to the one, and nothing to the other.
  expect(Math.min(...wall)).toBeLessThan(100);
  expect(Math.max(...cpu)).toBeLessThan(100);
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
