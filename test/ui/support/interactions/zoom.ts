/** The steps in view. */
import { expect } from '@jupyterlab/galata';
import type { IScene } from './scene';
import { showTab } from './scene';
import { brush, plot, stepsInView } from '../figures';
import { drawn } from '../notebook';

/** Dragging over one plot zooms the steps of all, typing does the same, and a double click shows all. */
export async function zoomsSteps({ page, panel, payload }: IScene): Promise<void> {
  const { loadSteps } = payload.data.history;
  const [first, last] = [loadSteps[0], loadSteps.at(-1)!];
  await showTab(panel, 'Load');
  await panel.getByRole('combobox', { name: 'Drawn as' }).selectOption('stream');
  await expect.poll(async () => (await drawn(panel, 'load-over-time')).length).toBe(16);
  await brush(panel, 'load-over-time', 0.25, 0.75);
  const at = (part: number): number => first + part * (last - first);
  const rounded = async (): Promise<number[]> =>
    (await stepsInView(panel, 'load-over-time')).map((step) => Math.round(step / 20) * 20);
  await expect.poll(rounded).toEqual([at(0.25), at(0.75)]);
  const zoomed = await stepsInView(panel, 'load-over-time');

  await showTab(panel, 'Scalars');
  const scalars = panel.locator('[data-picture="scalars"]');
  const range = (): Promise<number[]> =>
    plot(panel, 'scalars').evaluate(
      (node) => (node as unknown as { layout?: { xaxis?: { range: number[] } } }).layout?.xaxis?.range ?? []
    );
  await expect.poll(range).toEqual(zoomed);
  await expect.poll(() => stepsInView(panel, 'scalars')).toEqual(zoomed);
  await scalars.getByRole('spinbutton', { name: 'First step in view' }).fill('200');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await range()).at(0)).toBe(200);

  const surface = scalars.locator('.nsewdrag').first();
  await surface.scrollIntoViewIfNeeded();
  await surface.dblclick();
  await expect(scalars.getByRole('button', { name: 'All steps' })).toBeDisabled();
  await expect.poll(async () => (await range()).at(0)).toBeLessThan(5);
}
