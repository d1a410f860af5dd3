import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { JSHandle } from '@playwright/test';
import { STALE_AFTER } from '../../extension/base/runState';
import { control, pausesAndSteps, probes } from './support/interactions';
import { drawn, execute, expectedLoads, openNotebook, panelOf, payloadOf } from './support/notebook';
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

/** A step that is longer than a run in the background may be silent, and nothing after its first snapshot. */
const SLOW = `import time
from standin import Model
import jupyterlab_switchyard as switchyard
model = Model(layers=2, num_experts=8, k=2).train()
with switchyard.watch(model, total_steps=1) as run:
    model([[1, 2, 3, 4]])
    time.sleep(${(STALE_AFTER + 2000) / 1000})
    run.step(loss=1)
time.sleep(1)`;

test('a run with a step that takes longer than silence would tell is running in every place until its cell says otherwise', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(180_000);
  await openNotebook(page, tmpPath, [SLOW, '1']);
  await execute(page, 'switchyard:open-sidebar');
  const places = [
    panelOf(page).locator('.jp-switchyard-badge'),
    page.locator('.jp-switchyard-runs .jp-switchyard-badge'),
    page.locator('.jp-switchyard-Sidebar .jp-switchyard-RunView .jp-switchyard-badge'),
    page.locator('.jp-switchyard-Summary .jp-switchyard-head > span')
  ];
  const running = page.notebook.runCell(0);
  await expect(places[0]).toHaveText('running');
  await expect(places[3]).toHaveText('step 0 of 1 · running');
  const told = await statusesOf(page);
  const said = new Set<string>();
  for (let step = 0; step < 1;) {
    const words = await Promise.all(places.map((place) => place.textContent()));
    step = Number(/step (\d)/.exec(words[3] ?? '')?.[1]);
    if (step < 1) {
      words.forEach((text) => said.add((text ?? '').replace(/^step \d of 1 · /, '')));
    }
    await page.waitForTimeout(250);
  }
  expect([...said]).toEqual(['running']);
  await running;
  await expect(places[0]).toHaveText('finished');
  // What hears the panel says for a moment that it is idle, and then for the cell that this is not.
  const { statuses } = await told.jsonValue();
  const idle = statuses.filter(([status, lasted]) => status !== 'busy' && lasted > 500);
  expect(statuses.length).toBeGreaterThan(0);
  expect(idle).toEqual([]);
});

/** Collects what JupyterLab shows of the kernel from now on, and for how many milliseconds; but for what it shows last. */
function statusesOf(page: IJupyterLabPageFixture): Promise<JSHandle<{ statuses: [string, number][] }>> {
  return page.evaluateHandle(() => {
    const app = window.jupyterapp as unknown as { shell: { currentWidget: { sessionContext: IHeard } } };
    const { sessionContext } = app.shell.currentWidget;
    const told: { statuses: [string, number][] } = { statuses: [] };
    let [status, since] = [sessionContext.kernelDisplayStatus, performance.now()];
    sessionContext.statusChanged.connect(() => {
      told.statuses.push([status, performance.now() - since]);
      [status, since] = [sessionContext.kernelDisplayStatus, performance.now()];
    });
    return told;
  });
}

interface IHeard extends ISession {
  statusChanged: { connect: (slot: () => void) => void };
}
