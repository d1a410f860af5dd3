/** Holding and stopping a training. */
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { drawn, onShareScale, start } from '../notebook';
import type { ScenePage } from './scene';

export interface ITraining {
  page: ScenePage;
  panel: Locator;
  /** What the notebook holds of the run. */
  latest: () => Promise<RoutingPayload>;
}

/** A button of the row of controls. */
export function control(panel: Locator, name: string): Locator {
  return panel.locator('.jp-switchyard-Control').getByRole('button', { name, exact: true });
}

/** Training is paused and done step by step. The step at which it waits. */
export async function pausesAndSteps({ panel, latest }: ITraining): Promise<number> {
  const step = async (): Promise<number> => (await latest()).source.step;
  const badge = panel.locator('.jp-switchyard-badge');
  await expect(control(panel, 'Pause')).toBeEnabled({ timeout: 120_000 });
  await control(panel, 'Pause').click();
  await expect(badge).toHaveText('paused');
  await expect(panel).toContainText('The run waits after step');
  await settled(step);
  const held = await step();
  await control(panel, 'Step').click();
  await expect.poll(step).toBe(held + 1);
  await expect(badge).toHaveText('paused');
  return held + 1;
}

/** A text is given to route while the training waits. */
export async function probes({ panel, latest }: ITraining): Promise<void> {
  const { step } = (await latest()).source;
  await panel.locator('.jp-switchyard-sample summary').click();
  const text = panel.getByRole('textbox', { name: 'Sample text' });
  await text.fill('route the fox');
  await text.press('Enter');
  await expect.poll(async () => (await latest()).data.tokens?.text.join('')).toBe('route the fox');
  expect((await latest()).source.step).toBe(step);
}

/**
 * While the training waits, an expert is chosen, what it takes most is seen in its text, and the losses of the text are seen
 * without it; the router's own numbers stand in a tab.
 */
export async function asksWhyAnExpert({ panel, latest }: ITraining): Promise<void> {
  const { tokens, layers } = (await latest()).data;
  const [[first]] = choicesOf(tokens!.experts[0], layers[0].k);
  await panel.getByRole('combobox', { name: 'Layer', exact: true }).selectOption('0');
  await panel.getByRole('combobox', { name: 'Expert', exact: true }).selectOption(String(first + 1));

  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await control(panel, 'Without it').click();
  const ablation = async (): Promise<unknown> => (await latest()).data.tokens?.ablation;
  await expect.poll(ablation).toMatchObject({ layer: layers[0].path, expert: first, mode: 'without' });
  await expect(control(panel, 'Without it')).toHaveAttribute('aria-pressed', 'true');
  const losses = async (): Promise<unknown[]> => (await drawn(panel, 'token-loss')).map(({ y }) => y);
  const told = (await latest()).data.tokens!;
  // A picture out of view is drawn when it comes in view.
  await panel.locator('[data-picture="token-loss"]').scrollIntoViewIfNeeded();
  await expect.poll(losses).toEqual([told.loss, told.ablation!.loss]);
  // Its first token went to it: what comes after is another one without it.
  expect(told.ablation!.loss[0]).not.toBe(told.loss![0]);
  await expect(panel.locator('[data-picture="token-loss"]')).toContainText(`◇ without expert ${first} of layer 0`);
  await control(panel, 'Without it').click();
  await expect.poll(ablation).toBeUndefined();

  await panel.getByRole('tab', { name: 'Experts' }).click();
  const passages = panel.locator('[data-picture="expert-contexts"] li');
  await panel.locator('[data-picture="expert-contexts"]').scrollIntoViewIfNeeded();
  // More than the output has room for: the kernel is asked for them.
  await expect(passages).toHaveCount(8);
  await expect(passages.first()).toContainText('weight');

  await panel.getByRole('tab', { name: 'Routers' }).click();
  await expect.poll(async () => (await drawn(panel, 'router-logits')).at(0)?.z?.length).toBe(layers.length);
  const [{ z, x }] = await drawn(panel, 'router-logits');
  const { internals } = (await latest()).data.layers[0];
  expect([z![0], x!.length]).toEqual([internals!.logits.map(onShareScale), internals!.logits.length + 1]);
}

/** Training that waits goes on by a command, and is stopped from its row of controls, which goes. */
export async function resumesAndStops({ page, panel, latest }: ITraining): Promise<void> {
  const step = async (): Promise<number> => (await latest()).source.step;
  const badge = panel.locator('.jp-switchyard-badge');
  const held = await step();
  await start(page, 'switchyard:resume-training');
  await expect(badge).toHaveText('running');
  await expect.poll(step).toBeGreaterThan(held + 1);
  expect(await enabled(page)).toEqual({ pause: true, resume: false, step: true, stop: true });
  await control(panel, 'Stop').press('Enter');
  await expect(badge).toHaveText('stopped');
  await expect(panel).toContainText('The run was stopped at step');
  await expect(control(panel, 'Stop')).toBeHidden();
  await expect(panel.getByRole('tab', { selected: true })).toBeFocused();
  expect(await enabled(page)).toEqual({ pause: false, resume: false, step: false, stop: false });
}

/** A run that is over: its kernel routes another text, and measures it without an expert. */
export async function asksAfterTheEnd({ panel, latest }: ITraining): Promise<void> {
  const sample = panel.locator('.jp-switchyard-sample');
  if ((await sample.getAttribute('open')) === null) {
    await sample.locator('summary').click();
  }
  const text = panel.getByRole('textbox', { name: 'Sample text' });
  await text.fill('over the fence');
  await text.press('Enter');
  await expect.poll(async () => (await latest()).data.tokens?.text.join('')).toBe('over the fence');
  const { tokens, layers, source } = { ...(await latest()).data, ...(await latest()) };
  const [[first]] = choicesOf(tokens!.experts[0], layers[0].k);
  await panel.getByRole('combobox', { name: 'Expert', exact: true }).selectOption(String(first + 1));
  await control(panel, 'Without it').click();
  const ablation = async (): Promise<unknown> => (await latest()).data.tokens?.ablation;
  await expect.poll(ablation).toMatchObject({ layer: layers[0].path, expert: first, mode: 'without' });
  expect((await latest()).source).toMatchObject({ status: source.status, step: source.step, final: true });
}

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
function enabled(page: ScenePage): Promise<Record<string, boolean>> {
  return page.evaluate(() => {
    const verbs = ['pause', 'resume', 'step', 'stop'];
    return Object.fromEntries(
      verbs.map((verb) => [verb, window.jupyterapp.commands.isEnabled(`switchyard:${verb}-training`)])
    );
  });
}
