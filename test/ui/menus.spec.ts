/** What the extension adds to JupyterLab's menus, chosen with the mouse. */
import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { choose, states } from './support/menus';
import { example, openNotebook, panelOf, payloadOf } from './support/notebook';

const TOGGLE = 'Toggle Routing Panel Beside Cell';
const SIDEBAR = 'Show Routing Sidebar';
const COMPARE = 'Compare Routing Runs';
const VIEW = [TOGGLE, SIDEBAR, COMPARE];

function run(title: string): RoutingPayload {
  const payload = example('finished') as RoutingPayload;
  return { ...payload, runId: title, source: { ...payload.source, title } };
}

test('the View menu opens and closes the panel of a cell, the sidebar and its second run, where there are such', async ({
  page,
  tmpPath
}) => {
  expect(await states(page, 'View', VIEW)).toEqual({ [TOGGLE]: 'off', [SIDEBAR]: 'on', [COMPARE]: 'off' });
  await openNotebook(page, tmpPath, ['1'], { outputs: { 0: [run('only')] }, kernel: null, name: 'one.ipynb' });
  expect(await states(page, 'View', VIEW)).toEqual({ [TOGGLE]: 'on', [SIDEBAR]: 'on', [COMPARE]: 'off' });
  await page.notebook.close();

  await openNotebook(page, tmpPath, ['1', '2', '3'], {
    ...{ outputs: { 0: [run('alpha')], 1: [run('beta')] }, kernel: null },
    name: 'two.ipynb'
  });
  await page.notebook.selectCells(0);
  await choose(page, 'View', TOGGLE);
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  expect(await states(page, 'View', [TOGGLE])).toEqual({ [TOGGLE]: 'on, checked' });
  await choose(page, 'View', TOGGLE);
  await expect(panel).toHaveCount(0);
  expect(await states(page, 'View', [TOGGLE])).toEqual({ [TOGGLE]: 'on' });

  await choose(page, 'View', SIDEBAR);
  const sidebar = page.locator('.jp-switchyard-Sidebar');
  const heading = sidebar.locator('.jp-switchyard-title > strong');
  await expect(heading).toHaveText(['beta']);
  await choose(page, 'View', COMPARE);
  await expect(sidebar.locator('.jp-switchyard-RunView')).toHaveCount(2);
  await expect(heading.first()).toHaveText('beta');
  expect(await states(page, 'View', [COMPARE])).toEqual({ [COMPARE]: 'on, checked' });
  await choose(page, 'View', COMPARE);
  await expect(heading).toHaveText(['beta']);

  await page.notebook.selectCells(2);
  await page.notebook.setCellType(2, 'markdown');
  expect(await states(page, 'View', [TOGGLE])).toEqual({ [TOGGLE]: 'off' });
});

/** Passes of a module with the hooks of PyTorch's, until a reader ends them. */
const TRAINING = `import time
import jupyterlab_switchyard as switchyard
from standin import Model
model = Model(layers=2, num_experts=8, k=2).train()
with switchyard.watch(model) as run:
    while True:
        model([[1, 2, 3, 4]])
        run.step(loss=1.0)
        time.sleep(0.1)`;

const [PAUSE, RESUME, STEP, STOP] = ['Pause Training', 'Resume Training', 'Do One Training Step', 'Stop Training'];
const KERNEL = [PAUSE, RESUME, STEP, STOP];

test('the Kernel menu pauses, steps, resumes and stops a training, and is off where none is under way', async ({
  page,
  tmpPath
}) => {
  const off = { [PAUSE]: 'off', [RESUME]: 'off', [STEP]: 'off', [STOP]: 'off' };
  await openNotebook(page, tmpPath, [TRAINING]);
  await page.notebook.selectCells(0);
  expect(await states(page, 'Kernel', KERNEL)).toEqual(off);
  const running = page.notebook.runCell(0);
  const panel = panelOf(page);
  const badge = panel.locator('.jp-switchyard-badge');
  await expect(panel.getByRole('button', { name: 'Pause', exact: true })).toBeEnabled();
  await page.notebook.selectCells(0);
  expect(await states(page, 'Kernel', KERNEL)).toEqual({ ...off, [PAUSE]: 'on', [STEP]: 'on', [STOP]: 'on' });

  await choose(page, 'Kernel', PAUSE);
  await expect(badge).toHaveText('paused');
  expect(await states(page, 'Kernel', KERNEL)).toEqual({ ...off, [RESUME]: 'on', [STEP]: 'on', [STOP]: 'on' });
  const step = async (): Promise<number> => (await payloadOf(page)).source.step;
  // A snapshot may still be on its way.
  await page.waitForTimeout(1000);
  const held = await step();
  await choose(page, 'Kernel', STEP);
  await expect.poll(step).toBe(held + 1);
  await expect(badge).toHaveText('paused');
  await choose(page, 'Kernel', RESUME);
  await expect(badge).toHaveText('running');
  await expect.poll(step).toBeGreaterThan(held + 2);
  await choose(page, 'Kernel', STOP);
  await running;
  await expect(badge).toHaveText('stopped');
  expect(await states(page, 'Kernel', KERNEL)).toEqual(off);
});
