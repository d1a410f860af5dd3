/** The choice of a layer, an expert and a tab. */
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { choicesOf } from '@switchyard/kernel-lib/protocol';
import { clickCell, outlines, plot } from '../figures';
import { drawn, onScale } from '../notebook';
import type { IScene } from './scene';
import { expertOf, layerOf, showTab } from './scene';

const [LAYER, EXPERT] = [2, 5];

/** The picture of each tab that must be drawn when the tab is in front. */
const PICTURES = {
  Load: 'load-heatmap',
  Tokens: 'token-strip',
  Experts: 'specialisation',
  Flow: 'flow',
  Scalars: 'scalars'
};

export async function expectChosen(panel: Locator, layer: number, expert: number): Promise<void> {
  await expect(layerOf(panel)).toHaveValue(String(layer));
  await expect(expertOf(panel).locator('option:checked')).toHaveText(`expert ${expert}`);
}

/** A click on a cell of the heatmap chooses its layer and its expert, and every other picture follows. */
export async function choosesInHeatmap({ panel, payload }: IScene): Promise<void> {
  const { layers, tokens } = payload.data;
  await showTab(panel, 'Load');
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z?.length).toBe(layers.length);
  await clickCell(panel, 'load-heatmap', EXPERT, LAYER);
  await expectChosen(panel, LAYER, EXPERT);
  await expect.poll(() => outlines(panel, 'load-heatmap')).toEqual([[4.5, 5.5, 1.5, 2.5]]);
  await expect.poll(() => outlines(panel, 'load-over-time')).toEqual([[0, 1, 4.5, 5.5]]);

  await showTab(panel, 'Tokens');
  const elsewhere = choicesOf(tokens!.experts[LAYER], layers[LAYER].k).filter(([first]) => first !== EXPERT);
  await expect(panel.locator('.jp-switchyard-token.jp-mod-dimmed')).toHaveCount(elsewhere.length);

  await showTab(panel, 'Experts');
  await expect.poll(() => outlines(panel, 'specialisation')).toEqual([[4.5, 5.5, -0.5, 2.5]]);
  await expect.poll(() => outlines(panel, 'co-activation')).toEqual([[0, 1, 4.5, 5.5]]);
  const top = layers[LAYER].topTokens![EXPERT];
  await expect.poll(async () => (await drawn(panel, 'top-tokens'))[0]?.x).toEqual(top.map(({ share }) => share));
  const shares = layers[LAYER].domainLoad.map((row) => row[EXPERT]);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const [special] = await drawn(panel, 'specialisation');
  special.z!.forEach((row, g) => expect(row[EXPERT]).toBeCloseTo(onScale(shares[g] / mean), 8));

  await clickCell(panel, 'co-activation', 3, 7);
  await expectChosen(panel, LAYER, 7);
  await showTab(panel, 'Flow');
  await expect(plot(panel, 'flow')).toHaveAttribute('aria-label', new RegExp(`Chosen is expert 7 of layer ${LAYER}`));
}

/** Every tab comes to the front by a click and by keys, with its picture drawn, and none but its own. */
export async function walksTabs({ page, panel }: IScene): Promise<void> {
  const inFront = async (tab: string, picture: string): Promise<void> => {
    await expect(panel.getByRole('tab', { selected: true })).toHaveText(tab);
    await expect(panel.locator(`[data-picture="${picture}"]`)).toBeVisible();
    const others = Object.values(PICTURES).filter((other) => other !== picture);
    for (const other of others) {
      await expect(panel.locator(`[data-picture="${other}"]`)).toBeHidden();
    }
  };
  for (const [tab, picture] of Object.entries(PICTURES)) {
    await showTab(panel, tab);
    await inFront(tab, picture);
  }
  await page.keyboard.press('Home');
  await inFront('Load', PICTURES.Load);
  await page.keyboard.press('ArrowRight');
  await inFront('Tokens', PICTURES.Tokens);
}
