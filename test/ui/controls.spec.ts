import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { example, openNotebook, panelOf, payloadOf, start } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';

/** Steps that nobody waits for: the test stops it. */
const STEPS = 1_000_000;

/** Waits until a number has stayed the same over several updates of the display. */
async function settled(read: () => Promise<number>): Promise<void> {
  let last = NaN;
  await expect
    .poll(
      async () => {
        const before = last;
        last = await read();
        return last === before;
      },
      { intervals: [1500] }
    )
    .toBe(true);
}

/** Which of the commands on the run in view can be used. */
function enabled(page: IJupyterLabPageFixture): Promise<Record<string, boolean>> {
  return page.evaluate(() => {
    const verbs = ['pause', 'resume', 'step', 'stop'];
    return Object.fromEntries(
      verbs.map((verb) => [verb, window.jupyterapp.commands.isEnabled(`switchyard:${verb}-training`)])
    );
  });
}

test('training is paused, done step by step, given a text to route, and stopped from its panel', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(240_000);
  await openNotebook(page, tmpPath, [tinyTraining(STEPS)], { kernel: 'switchyard' });
  const running = page.notebook.runCell(0);
  const panel = panelOf(page);
  const badge = panel.locator('.jp-switchyard-badge');
  const button = (name: string): ReturnType<typeof panel.getByRole> => panel.getByRole('button', { name, exact: true });
  const step = async (): Promise<number> => (await payloadOf(page)).source.step;
  await expect(button('Pause')).toBeEnabled({ timeout: 120_000 });
  await button('Pause').click();
  await expect(badge).toHaveText('paused');
  await expect(panel).toContainText('The run waits after step');
  await settled(step);
  const held = await step();
  await button('Step').click();
  await expect.poll(step).toBe(held + 1);
  await expect(badge).toHaveText('paused');

  await panel.locator('.jp-switchyard-sample summary').click();
  const text = panel.getByRole('textbox', { name: 'Sample text' });
  await text.fill('route the fox');
  await text.press('Enter');
  const tokens = async (): Promise<string | undefined> => (await payloadOf(page)).data.tokens?.text.join('');
  await expect.poll(tokens).toBe('route the fox');
  expect(await step()).toBe(held + 1);

  await start(page, 'switchyard:resume-training');
  await expect(badge).toHaveText('running');
  await expect.poll(step).toBeGreaterThan(held + 2);
  expect(await enabled(page)).toEqual({ pause: true, resume: false, step: true, stop: true });
  await button('Stop').press('Enter');
  await running;
  await expect(badge).toHaveText('stopped');
  await expect(panel).toContainText('The run was stopped at step');
  await expect(panel.locator('.jp-switchyard-Control')).toBeHidden();
  await expect(panel.getByRole('tab', { selected: true })).toBeFocused();
  expect(await enabled(page)).toEqual({ pause: false, resume: false, step: false, stop: false });
  expect(await tokens()).toBe('route the fox');
});

const NOT_HERE = 'This kernel, or this run, cannot be paused from here.';

test('where no kernel can pause a run the controls are off and say why', async ({ page, tmpPath }) => {
  const running = example('running') as RoutingPayload;
  await openNotebook(page, tmpPath, ['import replay; replay.run(steps=20, pause=0.1, wait_at=5)', '1'], {
    outputs: { 1: [{ ...running, runId: 'saved' }] }
  });
  const panel = panelOf(page);
  const busy = page.notebook.runCell(0);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
  await expect(panel.locator('.jp-switchyard-why')).toHaveText(NOT_HERE);
  await expect(panel.getByRole('button', { name: 'Pause' })).toBeDisabled();
  await expect(panel.getByRole('button', { name: 'Stop' })).toHaveAccessibleDescription(NOT_HERE);
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await busy;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  await expect(panel.locator('.jp-switchyard-Control')).toBeHidden();
});
