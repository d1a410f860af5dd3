/** Everything that a reader does with a panel, in each way that JupyterLab keeps cells out of the document. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { IScene } from './support/interactions';
import {
  expectLook,
  INTERACTIONS,
  lookAround,
  lookOf,
  pausesAndSteps,
  resumesAndStops,
  showTab
} from './support/interactions';
import {
  cellOf,
  drawn,
  example,
  execute,
  expectedLoads,
  openNotebook,
  panelOf,
  payloadOf,
  start
} from './support/notebook';
import { pageErrors, uncaught } from './support/pageErrors';
import { watched } from './support/watched';
import { activate, leaveAndReturn, scrollTo, startAndLeave, windowedSettings } from './support/windowed';

const FILLER = Array.from({ length: 12 }, (_, i) => `# cell ${i}\n\n\n\n${i}`);
/** Waits at a step until the test lets it go on. */
const LIVE = `import replay
replay.run(steps=500, every=100, pause=0.1, wait_at=300, name='finished')`;
const [RUN, SAVED, TRAINED] = [0, 1, 2].map((i) => FILLER.length + i);

/** The run of the live cell, with what its panel must show. */
async function sceneOf(page: IJupyterLabPageFixture): Promise<IScene> {
  return { page, cell: cellOf(page, RUN), panel: panelOf(page, RUN), payload: await payloadOf(page, RUN) };
}

async function expectLoads(page: IJupyterLabPageFixture, cell: number): Promise<void> {
  const loads = async (): Promise<unknown> => (await drawn(panelOf(page, cell), 'load-heatmap'))[0]?.z;
  await expect.poll(loads).toEqual(expectedLoads(await payloadOf(page, cell)));
}

/** Ends a replay. */
function newest(panel: Locator): Locator {
  return panel.getByRole('button', { name: 'Newest' });
}

function isEnabled(page: IJupyterLabPageFixture, command: string): Promise<boolean> {
  return page.evaluate((command) => window.jupyterapp.commands.isEnabled(command), command);
}

/** One panel beside each of these cells, and nothing of those that went. */
async function expectPanels(page: IJupyterLabPageFixture, cells: number[]): Promise<void> {
  await expect(page.locator('.jp-switchyard-Panel')).toHaveCount(cells.length);
  await expect(page.locator('.jp-switchyard-mod-beside')).toHaveCount(cells.length);
  for (const cell of cells) {
    const [around, panel] = [(await cellOf(page, cell).boundingBox())!, (await panelOf(page, cell).boundingBox())!];
    expect(panel.x + panel.width).toBeLessThanOrEqual(around.x + around.width);
  }
  await expect(page.locator('.lm-Menu')).toHaveCount(0);
}

// The longest of all: they go to whoever is free.
test.describe.configure({ mode: 'parallel' });

for (const windowingMode of ['contentVisibility', 'full', 'defer', 'none']) {
  test.describe(`windowing mode ${windowingMode}`, () => {
    test.use({ actionTimeout: 20_000, mockSettings: windowedSettings(windowingMode) });

    test('a live run is worked with in every way, and its panel stays with its cell', async ({ page, tmpPath }) => {
      test.setTimeout(240_000);
      const errors = pageErrors(page);
      const saved = example('finished') as RoutingPayload;
      await openNotebook(page, tmpPath, ['1'], { name: 'other.ipynb', kernel: null });
      await openNotebook(page, tmpPath, [...FILLER, LIVE, '1', watched(3, 'never'), ...FILLER], {
        outputs: { [SAVED]: [{ ...saved, runId: 'second', source: { ...saved.source, title: 'second' } }] }
      });
      const panel = panelOf(page, RUN);
      await activate(page, RUN);
      await scrollTo(page, RUN);
      await start(page, 'notebook:run-cell');
      await expect(panel.locator('.jp-switchyard-controls')).toContainText('step 300 of');
      const scene = await sceneOf(page);
      for (const [name, act] of Object.entries(INTERACTIONS)) {
        await test.step(name, () => act(scene));
      }

      const look = await test.step('the run goes on to its end', async () => {
        const look = await lookAround(panel);
        expect(look.width).toBe(400);
        await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
        await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
        await expectLook(panel, look);
        return look;
      });
      await test.step('scrolled away and back, as the active cell and as another', async () => {
        for (const active of [RUN, 0]) {
          await activate(page, active);
          await leaveAndReturn(page, RUN);
          await expectLook(panel, look);
        }
      });
      await test.step('moved down and up, with no figure drawn in the panel', async () => {
        await activate(page, RUN);
        await showTab(panel, 'Tokens');
        await execute(page, 'notebook:move-cell-down');
        await activate(page, 0);
        await leaveAndReturn(page, RUN + 1);
        const moved = { ...scene, cell: cellOf(page, RUN + 1), panel: panelOf(page, RUN + 1) };
        await expectPanels(page, [RUN + 1]);
        expect((await lookOf(moved.panel)).tab).toBe('Tokens');
        await activate(page, RUN + 1);
        expect(await isEnabled(page, 'switchyard:export-picture')).toBe(true);
        await showTab(moved.panel, 'Load');
        await expectLook(moved.panel, look);
        await newest(moved.panel).click();
        await INTERACTIONS['all layers as rows'](moved);
        await lookAround(moved.panel);
        await activate(page, RUN + 1);
        await execute(page, 'notebook:move-cell-up');
        await scrollTo(page, RUN);
        await expectLook(panel, look);
      });
      await test.step('run again, out of view', async () => {
        const first = (await payloadOf(page, RUN)).runId;
        await startAndLeave(page, RUN);
        // A cell that is run again has no output at first.
        await expect(async () => expect((await payloadOf(page, RUN)).source.final).toBe(true)).toPass();
        await scrollTo(page, RUN);
        await expectLook(panel, look);
        expect((await payloadOf(page, RUN)).runId).not.toBe(first);
        await newest(panel).click();
        await expectLoads(page, RUN);
        await expectPanels(page, [RUN]);
      });
      await test.step('a panel that opened out of view: its run is held and stopped', async () => {
        const latest = (): Promise<RoutingPayload> => payloadOf(page, TRAINED);
        const training = { page, panel: panelOf(page, TRAINED), latest };
        await scrollTo(page, TRAINED);
        await expect(cellOf(page, TRAINED)).toBeInViewport();
        await startAndLeave(page, TRAINED);
        await expect(cellOf(page, TRAINED)).not.toBeInViewport();
        await expect(async () => expect((await latest()).source.step).toBeGreaterThan(1)).toPass();
        await scrollTo(page, TRAINED);
        await activate(page, TRAINED);
        await pausesAndSteps(training);
        await leaveAndReturn(page, TRAINED);
        await resumesAndStops(training);
        await expectLoads(page, TRAINED);
        await expectPanels(page, [RUN, TRAINED]);
      });
      expect(uncaught(errors)).toEqual([]);
    });
  });
}
