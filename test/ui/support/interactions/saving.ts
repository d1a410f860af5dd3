/** Pictures as files. */
import { expect } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { pick, saved } from '../exported';
import type { Locator } from '@playwright/test';
import type { IScene, ScenePage } from './scene';
import { showTab } from './scene';

const FORMATS = ['Picture as SVG', 'Picture as PNG', 'Numbers as CSV', 'Snapshot as JSON'];

/** The menu of a picture saves it in each form. */
export async function savesPictures({ page, panel, payload }: IScene): Promise<void> {
  await showTab(panel, 'Load');
  const picture = panel.locator('[data-picture="load-heatmap"]');
  await expectFiles(page, picture, payload, async (format) => {
    await picture.getByRole('button', { name: /^Export/ }).click();
    await page.getByRole('menuitem', { name: FORMATS[format] }).click();
  });
}

/** The same by keys. */
export async function savesByKeys({ page, panel, payload }: Omit<IScene, 'cell'>): Promise<void> {
  const picture = panel.locator('[data-picture="load-heatmap"]');
  await expectFiles(page, picture, payload, (format) => pick(page, picture, format));
}

async function expectFiles(
  page: ScenePage,
  picture: Locator,
  payload: RoutingPayload,
  choose: (format: number) => Promise<void>
): Promise<void> {
  const { title, step } = payload.source;
  const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const run = slug(payload.runId.slice(0, 8)).replace(/-$/, '');
  const base = `${slug(title)}-${run}-load-heatmap-step-${step}`;
  await expect(picture.locator('.main-svg').first()).toBeVisible();
  const [svgName, svg] = await saved(page, () => choose(0));
  expect(svgName).toBe(`${base}.svg`);
  expect(svg.toString()).toMatch(/^<svg[^>]*>/);
  expect(svg.toString()).toContain('expert</text>');
  expect(svg.toString()).toMatch(new RegExp(`<title>.*Load of each expert, by layer · step ${step}</title>`));
  await expect(picture.getByRole('button', { name: /^Export/ })).toBeFocused();

  const [pngName, png] = await saved(page, () => choose(1));
  expect(pngName).toBe(`${base}.png`);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(1280);

  const [, csv] = await saved(page, () => choose(2));
  const rows = csv.toString().trimEnd().split('\r\n');
  await picture.locator('summary').click();
  await expect(picture.locator('tbody tr')).toHaveCount(rows.length - 1);
  await picture.locator('summary').click();

  const [, json] = await saved(page, () => choose(3));
  expect(JSON.parse(json.toString())).toEqual(payload);
  await expect(page.locator('.lm-Menu')).toHaveCount(0);
}
