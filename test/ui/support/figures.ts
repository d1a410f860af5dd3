/** What tests do with a panel's figures, and read from them besides their numbers. */
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** The node of a picture's figure. */
export function plot(panel: Locator, picture: string): Locator {
  return panel.locator(`[data-picture="${picture}"] .jp-switchyard-plot`);
}

/** The outlines drawn on a figure: [x0, x1, y0, y1]. */
export function outlines(panel: Locator, picture: string): Promise<number[][]> {
  return plot(panel, picture).evaluate((node) =>
    ((node as unknown as { layout?: { shapes?: IOutline[] } }).layout?.shapes ?? []).map(({ x0, x1, y0, y1 }) => [
      x0,
      x1,
      y0,
      y1
    ])
  );
}

interface IOutline {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** Clicks the middle of a heatmap's cell. */
export async function clickCell(panel: Locator, picture: string, column: number, row: number): Promise<void> {
  const target = plot(panel, picture);
  await target.scrollIntoViewIfNeeded();
  const position = await target.evaluate(
    (node, [column, row]) => {
      const { xaxis, yaxis } = (node as unknown as { _fullLayout: Record<string, IAxis> })._fullLayout;
      return { x: xaxis._offset + xaxis.l2p(column), y: yaxis._offset + yaxis.l2p(row) };
    },
    [column, row]
  );
  await target.hover({ position });
  await target.click({ position });
}

interface IAxis {
  _offset: number;
  l2p(at: number): number;
}

/** Drags over a figure from one part of its width to another. */
export async function brush(panel: Locator, picture: string, from: number, to: number): Promise<void> {
  const target = plot(panel, picture).locator('.nsewdrag').first();
  await target.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await target.boundingBox())!;
  const { mouse } = panel.page();
  await mouse.move(x + width * from, y + height / 2);
  await mouse.down();
  await mouse.move(x + width * to, y + height / 2, { steps: 5 });
  await mouse.up();
}

/** The steps in view in a picture: first and last, none where it has no steps. */
export async function stepsInView(panel: Locator, picture: string): Promise<number[]> {
  const fields = await panel.locator(`[data-picture="${picture}"]`).getByRole('spinbutton').all();
  return Promise.all(fields.map(async (field) => Number(await field.inputValue())));
}

/** The colour of a figure's labels. A label that is being drawn anew has none for a moment. */
export async function labelColour(panel: Locator): Promise<string> {
  let colour = '';
  const label = panel.locator('.main-svg:visible text').first();
  await expect.poll(async () => (colour = await label.evaluate((text) => getComputedStyle(text).fill))).not.toBe('');
  return colour;
}
