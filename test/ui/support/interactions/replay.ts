/** The run as it was at an earlier step. */
import { expect } from '@jupyterlab/galata';
import type { EarlierChoices } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { drawn, expectedLoads, onScale } from '../notebook';
import type { IScene } from './scene';
import { layerOf, showTab } from './scene';

/** The slider goes back to a kept step in every picture, the button plays from there, and the newest comes back. */
export async function replays({ page, panel, payload }: IScene): Promise<void> {
  const { layers, history, tokens } = payload.data;
  const { step } = payload.source;
  const steps = [...history.loadSteps.filter((kept) => kept < step), step];
  const slider = panel.getByRole('slider', { name: 'Replayed step' });
  const loads = async (): Promise<unknown> => (await drawn(panel, 'load-heatmap')).at(0)?.z;
  const choices = panel.locator('.jp-switchyard-token small');
  const firsts = ({ experts }: EarlierChoices): string[] =>
    choicesOf(experts[0], layers[0].k).map(([first]) => String(first));
  await showTab(panel, 'Load');
  await layerOf(panel).selectOption('0');
  await panel.getByRole('combobox', { name: 'Drawn as' }).selectOption('heatmap');
  await expect.poll(loads).toEqual(expectedLoads(payload));
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', `step ${steps[0]}`);
  await expect
    .poll(loads)
    .toEqual(history.load.map((rows, i) => rows[0].map((share) => onScale(share * layers[i].numExperts))));
  await expect.poll(async () => (await drawn(panel, 'load-over-time')).at(0)?.x).toEqual([steps[0]]);

  await slider.fill('6');
  await expect(slider).toHaveAttribute('aria-valuetext', `step ${steps[6]}`);
  await showTab(panel, 'Tokens');
  const recorded = tokens!.earlier!.filter((earlier) => earlier.step <= steps[6]).at(-1)!;
  await expect(panel).toContainText(`The choices were recorded at step ${recorded.step}.`);
  await expect(choices).toHaveText(firsts(recorded));

  await slider.fill(String(steps.length - 4));
  await panel.getByRole('button', { name: 'Play the run' }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', `step ${step}`);
  await expect(panel.getByRole('button', { name: 'Play the run' })).toBeVisible();
  await expect(choices).toHaveText(firsts({ step, experts: tokens!.experts }));
}
