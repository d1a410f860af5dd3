/** The panel as a whole: there or not, how wide, in which colours. */
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { labelColour } from '../figures';
import { execute, start } from '../notebook';
import type { IScene, ScenePage } from './scene';
import { showTab } from './scene';

/** The panel closes and opens from its button, the cell's toolbar, the palette, by Escape and from the summary. */
export async function opensAndCloses({ page, cell, panel }: IScene): Promise<void> {
  await panel.getByRole('button', { name: 'Close the routing panel' }).click();
  await expect(panel).toHaveCount(0);
  const button = cell.locator('.jp-cell-toolbar [data-command="switchyard:toggle-panel"]');
  await button.click();
  await expect(panel.locator('.jp-switchyard-badge')).not.toBeEmpty();
  await button.click();
  await expect(panel).toHaveCount(0);
  await start(page, 'apputils:activate-command-palette');
  await page.keyboard.type('Toggle Routing Panel');
  await page.keyboard.press('Enter');
  await expect(panel).toBeVisible();
  await panel.getByRole('tab', { selected: true }).focus();
  await page.keyboard.press('Escape');
  await expect(panel).toBeVisible();
  await panel.getByRole('button', { name: 'Close the routing panel' }).press('Enter');
  await expect(panel).toHaveCount(0);
  await cell.getByRole('button', { name: 'Show beside the cell' }).click();
  await expect(panel).toBeVisible();
}

/** Its edge is dragged and moved by keys, and its figures follow. */
export async function resizes({ page, panel }: IScene): Promise<void> {
  await showTab(panel, 'Load');
  const handle = panel.getByRole('separator');
  const width = async (): Promise<number> => (await panel.boundingBox())!.width;
  const before = await width();
  await drag(panel, -100);
  expect(await width()).toBe(before + 100);
  await expectDrawnInWidth(panel);
  await handle.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBe(before + 76);
  await expect(handle).toHaveAttribute('aria-valuenow', String(before + 76));
  await page.keyboard.press('Home');
  await expect.poll(width).toBe(260);
  await drag(panel, 260 - before);
  expect(await width()).toBe(before);
  await expectDrawnInWidth(panel);
}

/** The heatmap takes the width that it has. */
export async function expectDrawnInWidth(panel: Locator): Promise<void> {
  const picture = panel.locator('[data-picture="load-heatmap"]');
  await expect
    .poll(async () => (await picture.locator('.main-svg').first().boundingBox())?.width)
    .toBe((await picture.boundingBox())!.width);
}

/** Figures take the colours of the theme, at once. */
export async function followsTheme({ page, panel }: IScene): Promise<void> {
  await showTab(panel, 'Load');
  const light = await labelColour(panel);
  await wear(page, 'JupyterLab Dark');
  await expect.poll(() => labelColour(panel)).not.toBe(light);
  await wear(page, 'JupyterLab Light');
  await expect.poll(() => labelColour(panel)).toBe(light);
}

/** JupyterLab fails at a change of theme while its splash of the one before is still going. */
async function wear(page: ScenePage, theme: string): Promise<void> {
  await execute(page, 'apputils:change-theme', { theme });
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
}

/** Drags the edge of the panel by so many pixels, down a little on the way. */
async function drag(panel: Locator, by: number): Promise<void> {
  const { mouse } = panel.page();
  const handle = panel.getByRole('separator');
  await handle.hover({ position: { x: 3, y: 100 } });
  const { x, y } = (await handle.boundingBox())!;
  await mouse.down();
  await mouse.move(x + 3 + by, y + 120, { steps: 5 });
  await mouse.up();
}
