/** What a reader has chosen in a panel, as the panel says it. */
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { stepsInView } from '../figures';
import { drawn } from '../notebook';
import { expertOf, layerOf, showTab } from './scene';
import { expectDrawnInWidth } from './place';

export interface ILook {
  tab: string;
  layer: string;
  expert: string;
  step: string | null;
  zoom: number[];
  width: number | undefined;
}

export async function lookOf(panel: Locator): Promise<ILook> {
  return {
    tab: await panel.getByRole('tab', { selected: true }).innerText(),
    layer: await layerOf(panel).inputValue(),
    expert: await expertOf(panel).inputValue(),
    step: await panel.getByRole('slider', { name: 'Replayed step' }).getAttribute('aria-valuetext'),
    zoom: await stepsInView(panel, 'load-over-time'),
    width: (await panel.boundingBox())?.width
  };
}

/** Chooses something of everything that can be chosen. */
export async function lookAround(panel: Locator): Promise<ILook> {
  await showTab(panel, 'Load');
  await layerOf(panel).selectOption('1');
  await expertOf(panel).selectOption({ label: 'expert 3' });
  await panel.getByRole('combobox', { name: 'Drawn as' }).selectOption('stream');
  const picture = panel.locator('[data-picture="load-over-time"]');
  await picture.getByRole('spinbutton', { name: 'First step in view' }).fill('60');
  await picture.getByRole('spinbutton', { name: 'Last step in view' }).fill('180');
  await picture.getByRole('spinbutton', { name: 'Last step in view' }).press('Enter');
  await panel.getByRole('slider', { name: 'Replayed step' }).fill('9');
  await expect(panel.getByRole('slider', { name: 'Replayed step' })).toHaveAttribute('aria-valuetext', 'step 200');
  const look = await lookOf(panel);
  expect(look).toMatchObject({ tab: 'Load', layer: '1', expert: '4', zoom: [60, 180] });
  return look;
}

/** The panel is as its reader left it, and drawn. */
export async function expectLook(panel: Locator, look: ILook): Promise<void> {
  await expect.poll(() => lookOf(panel)).toEqual(look);
  await expect.poll(async () => (await drawn(panel, 'load-over-time')).length).toBe(16);
  await expectDrawnInWidth(panel);
}
