import { expect, test } from '@jupyterlab/galata';
import type { CDPSession } from '@playwright/test';
import { openNotebook, panelOf } from './support/notebook';

/** Objects of a class that are still there after garbage collection, as far as `keep` holds. */
async function alive(cdp: CDPSession, prototype: string, keep = '() => true'): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { result } = await cdp.send('Runtime.evaluate', { expression: prototype });
  const { objects } = await cdp.send('Runtime.queryObjects', { prototypeObjectId: result.objectId! });
  const count = await cdp.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: `function () { return this.filter(${keep}).length; }`,
    returnByValue: true
  });
  await cdp.send('Runtime.releaseObject', { objectId: objects.objectId! });
  return count.result.value as number;
}

/** A class's own prototype is among its objects and has no class name to read. */
const PANEL = `node => {
  try {
    return node.classList.contains('jp-switchyard-Panel');
  } catch {
    return false;
  }
}`;

/** Going through the heap takes seconds. */
const PATIENT = { timeout: 60_000 };

/** 4,900 nodes: more than an output holds. */
const GRAPH = `import { graph, show } from '@switchyard/kernel-lib';
const grid = graph.generators.grid({ rows: 70, columns: 70 });
show.payload(show.graph(grid, { places: Array.from({ length: 4900 }, (_, i) => [i % 70, Math.floor(i / 70)]) }));`;

const CASES = [
  {
    name: 'of a run',
    kernel: 'python3',
    source: 'import replay; replay.run(steps=1)',
    tabs: ['Load', 'Tokens', 'Scalars'],
    drawn: '.main-svg'
  },
  {
    name: 'of a graph that its kernel told',
    kernel: 'switchyard',
    source: GRAPH,
    tabs: ['Rewiring'],
    drawn: '.jp-switchyard-graph[data-state="drawn"]'
  }
];

for (const { name, kernel, source, tabs, drawn } of CASES) {
  test(`a closed panel ${name} leaves no element, observer or listener behind`, async ({ page, tmpPath }) => {
    test.setTimeout(180_000);
    await openNotebook(page, tmpPath, [source], { kernel });
    await page.notebook.runCell(0);
    const panel = panelOf(page);
    const toggle = (): Promise<unknown> =>
      page.evaluate(() => window.jupyterapp.commands.execute('switchyard:toggle-panel'));
    const openAndClose = async (): Promise<void> => {
      for (const tab of tabs) {
        await panel.getByRole('tab', { name: tab }).click();
        await expect(panel.locator('figure:visible').first()).toBeVisible();
      }
      await toggle();
      await expect(panel).toHaveCount(0);
    };
    // Galata's page is a stand-in for Playwright's.
    const cdp = await page.context().newCDPSession(page.context().pages()[0]);
    const panels = (): Promise<number> => alive(cdp, 'HTMLElement.prototype', PANEL);
    const count = async (): Promise<number[]> => [
      await panels(),
      await alive(cdp, 'IntersectionObserver.prototype'),
      await alive(cdp, 'ResizeObserver.prototype')
    ];
    const listeners = async (): Promise<number> => {
      await cdp.send('HeapProfiler.collectGarbage');
      const { metrics } = await cdp.send('Performance.getMetrics');
      return metrics.find((metric) => metric.name === 'JSEventListeners')!.value;
    };
    await cdp.send('Performance.enable');
    // A run opens its panel by itself, what is over does not.
    const show = page.getByRole('button', { name: 'Show beside the cell' });
    await expect(panel.or(show).first()).toBeVisible();
    if ((await panel.count()) === 0) {
      await show.click();
    }
    await page.notebook.selectCells(0);
    await expect(panel.locator(drawn).first()).toBeVisible();
    const again = async (): Promise<void> => {
      await toggle();
      await expect(panel.locator(drawn).first()).toBeAttached();
      await openAndClose();
    };
    await openAndClose();
    await again();
    await expect.poll(panels, PATIENT).toBe(0);
    const before = await count();
    expect(await roundsWithoutGrowth(listeners, again), 'rounds in a row that left no listener behind').toBe(
      FLAT_ROUNDS
    );
    await expect.poll(count, PATIENT).toEqual(before);
  });
}

const FLAT_ROUNDS = 5;

/**
 * Rounds in a row that ended with no more than they began with. JupyterLab and plotly.js attach some listeners once, at
 * first uses and some seconds after the start; what grows round after round is a leak.
 */
async function roundsWithoutGrowth(measure: () => Promise<number>, round: () => Promise<void>): Promise<number> {
  let flat = 0;
  for (let i = 0; i < 4 * FLAT_ROUNDS && flat < FLAT_ROUNDS; i++) {
    const atFirst = await measure();
    await round();
    flat = (await measure()) <= atFirst ? flat + 1 : 0;
  }
  return flat;
}
