/** A graph that no output has room for, asked of its kernel, and moved about in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { plot } from './support/figures';
import { drawn, openNotebook, panelOf, payloadOf } from './support/notebook';

const SHOW = `import { graph, show } from '@switchyard/kernel-lib';
const points = graph.generators.randomGeometric({ nodes: 40_000, radius: 0.00634, seed: 1 });
const { values } = points.nodeFeatures!;
const places = Array.from({ length: 40_000 }, (_, i) => [values[2 * i], values[2 * i + 1]]);
show.payload(show.graph(points, { places, title: 'points in a square' }));`;

const DEGREES = `console.log(JSON.stringify(Array.from(points.incoming.starts).slice(1).map((end, i) => end - points.incoming.starts[i])));`;

async function shown(page: IJupyterLabPageFixture): Promise<Locator> {
  await page.getByRole('button', { name: 'Show beside the cell' }).first().click();
  return panelOf(page);
}

const whole = (panel: Locator): Locator => panel.locator('[data-picture="graph-whole"]');
const canvas = (panel: Locator): Locator => whole(panel).getByRole('application');

/** The picture's pixels once it is drawn as it is to be, each as a number. */
async function pixels(panel: Locator): Promise<{ width: number; height: number; data: number[] }> {
  await expect(canvas(panel)).toHaveAttribute('data-state', 'drawn');
  return canvas(panel).evaluate(async (node) => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const drawn = node.querySelector('canvas')!;
    const { width, height } = drawn;
    const { data } = drawn.getContext('2d')!.getImageData(0, 0, width, height);
    return { width, height, data: Array.from(new Uint32Array(data.buffer)) };
  });
}

type Pixels = Awaited<ReturnType<typeof pixels>>;

/** Share of the pixels of a picture's middle that are in another one, moved by so many. */
function found(a: Pixels, b: Pixels, right = 0, down = 0): number {
  let [same, all] = [0, 0];
  const edge = 100;
  for (let y = edge; y < a.height - edge; y++) {
    for (let x = edge; x < a.width - edge; x++) {
      all++;
      same += Number(a.data[y * a.width + x] === b.data[(y + down) * b.width + x + right]);
    }
  }
  return same / all;
}

test('a graph of 100,000 edges is asked for, drawn, moved, magnified, and told node by node', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(180_000);
  await openNotebook(page, tmpPath, [SHOW, DEGREES], { kernel: 'switchyard' });
  await page.notebook.runCell(0);
  const { nodes, edges, of } = ((await payloadOf(page)) as unknown as GraphRewiringPayload).data;
  expect([nodes.length, edges.length < 1024, of!.nodes]).toEqual([512, true, 40_000]);
  expect(Math.abs(of!.edges - 100_000)).toBeLessThan(500);
  const panel = await shown(page);
  await expect(whole(panel)).toContainText(`All 40,000 nodes, ${of!.edges.toLocaleString('en')} edges.`);
  await expect(panel.locator('[data-picture="graph-rewiring"]')).toBeHidden();
  await canvas(panel).scrollIntoViewIfNeeded();
  const first = await pixels(panel);
  expect(new Set(first.data).size).toBeGreaterThan(50);

  await canvas(panel).click();
  await page.mouse.wheel(0, -1500);
  const near = await pixels(panel);
  expect(found(near, first)).toBeLessThan(0.9);
  const box = (await canvas(panel).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y + 40, { steps: 6 });
  await page.mouse.up();
  // The ring of a node that was pointed at is not in both.
  await page.mouse.move(box.x + 2, box.y - 30);
  const moved = await pixels(panel);
  expect(found(near, moved, 60, 40)).toBeGreaterThan(0.98);
  expect(found(near, moved)).toBeLessThan(0.9);

  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('+');
  const detail = whole(panel).locator('.jp-switchyard-detail');
  await expect(detail).toHaveText(/^\d+: \d+ edges?$/);
  const [node, degree] = ((await detail.textContent()) ?? '').match(/\d+/g)!.map(Number);
  await page.keyboard.press('0');
  await page.mouse.move(box.x + 2, box.y - 30);
  expect(found(first, await pixels(panel))).toBeGreaterThan(0.99);
  await page.notebook.runCell(1);
  const [text] = (await page.notebook.getCellTextOutput(1)) ?? [];
  expect((JSON.parse(text) as number[])[node]).toBe(degree);

  // The panel has what it was told; another kernel has nothing to add.
  await page.evaluate(() => {
    const app = window.jupyterapp as unknown as {
      shell: { currentWidget: { sessionContext: { restartKernel(): Promise<void> } } };
    };
    return app.shell.currentWidget.sessionContext.restartKernel();
  });
  await page.keyboard.press('+');
  await expect(whole(panel)).toContainText('All 40,000 nodes');
});

test('without the kernel that has the graph its part is shown, and that it is one', async ({ page, tmpPath }) => {
  test.setTimeout(180_000);
  await openNotebook(page, tmpPath, [SHOW], { kernel: 'switchyard' });
  await page.notebook.runCell(0);
  const payload = await payloadOf(page);
  const { edges, of } = (payload as unknown as GraphRewiringPayload).data;
  const part = `512 of 40,000 nodes, ${edges.length} of ${of!.edges.toLocaleString('en')} edges. No kernel`;
  // One has no kernel, one a kernel that knows nothing of it.
  for (const [name, kernel] of [
    ['none.ipynb', null],
    ['other.ipynb', 'switchyard']
  ] as const) {
    await openNotebook(page, tmpPath, ['saved'], { name, kernel, outputs: { 0: [payload] } });
    const panel = await shown(page);
    // A kernel that starts beside others takes its time to say that it knows nothing.
    await expect(panel.locator('[data-picture="graph-rewiring"]')).toContainText(part, { timeout: 60_000 });
    await expect(panel.locator('[data-picture="graph-rewiring"] .main-svg').first()).toBeVisible();
    await expect(whole(panel)).toBeHidden();
  }
});

test('a click on a node colours the others by what its output hangs on', async ({ page, tmpPath }) => {
  const example = JSON.parse(
    readFileSync(join(__dirname, '../support/payloads/graph-rewiring.json'), 'utf8')
  ) as GraphRewiringPayload;
  await openNotebook(page, tmpPath, ['a'], { outputs: { 0: [example] }, kernel: null });
  await page.locator('.jp-switchyard-Summary').getByRole('button').first().click();
  const panel = panelOf(page);
  const { targets, decadesBelow } = example.data.sensitivity!;
  const ring = async (): Promise<unknown> => (await drawn(panel, 'graph-sensitivity'))[1]?.x;
  const { nodes } = example.data;
  await expect.poll(ring).toEqual([nodes[targets[0]].x]);
  const reached = decadesBelow[0].flatMap((value, node) => (value === null ? [] : [node]));
  const points = plot(panel, 'graph-sensitivity').locator('.scatterlayer .trace').last().locator('.point');
  const fill = (node: number): Promise<string> =>
    points.nth(reached.indexOf(node)).evaluate((point) => getComputedStyle(point).fill);
  const strongest = await fill(targets[0]);
  await points.nth(reached.indexOf(targets[2])).click({ force: true });
  await expect.poll(ring).toEqual([nodes[targets[2]].x]);
  await expect.poll(() => fill(targets[2])).toBe(strongest);
  await expect(panel.getByRole('combobox', { name: 'Output at' }).locator('option:checked')).toHaveText(
    nodes[targets[2]].label
  );
});
