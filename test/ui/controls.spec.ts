import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { asksAfterTheEnd, asksWhyAnExpert, pausesAndSteps, probes, resumesAndStops } from './support/interactions';
import { example, openNotebook, panelOf, payloadOf } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';
import { activate, leaveAndReturn, scrollTo, startAndLeave, windowedSettings } from './support/windowed';

/** Steps that nobody waits for: the test stops it. */
const STEPS = 1_000_000;

/** Cells enough to be scrolled out of view. */
const FILLER = Array.from({ length: 12 }, (_, i) => `// cell ${i}\n\n\n\n${i}`);

test.describe('in a notebook that keeps only cells in view', () => {
  test.use({ mockSettings: windowedSettings('full') });

  test('training is paused, done step by step, given a text to route, and stopped from its panel', async ({
    page,
    tmpPath
  }) => {
    test.setTimeout(240_000);
    await openNotebook(page, tmpPath, [...FILLER, tinyTraining(STEPS), ...FILLER], { kernel: 'switchyard' });
    const cell = FILLER.length;
    const panel = panelOf(page, cell);
    const training = { page, panel, latest: () => payloadOf(page, cell) };
    await startAndLeave(page, cell);
    // The kernel starts, and loads TensorFlow.
    await expect(() => payloadOf(page, cell)).toPass({ timeout: 120_000 });
    await scrollTo(page, cell);
    await activate(page, cell);
    await pausesAndSteps(training);
    await leaveAndReturn(page, cell);
    await expect(panel.locator('.jp-switchyard-badge')).toHaveText('paused');
    await probes(training);
    await asksWhyAnExpert(training);
    await leaveAndReturn(page, cell);
    await resumesAndStops(training);
    expect((await payloadOf(page, cell)).data.tokens?.text.join('')).toBe('route the fox');
    await asksAfterTheEnd(training);
  });
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
  await expect(panel.locator('.jp-switchyard-why:not(:empty)')).toHaveText(NOT_HERE);
  await expect(panel.getByRole('button', { name: 'Pause' })).toBeDisabled();
  await expect(panel.getByRole('button', { name: 'Stop' })).toHaveAccessibleDescription(NOT_HERE);
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await busy;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  await expect(panel.locator('.jp-switchyard-Control')).toBeHidden();
});
