import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { pick, saved } from './support/exported';
import { example, openNotebook, panelOf } from './support/notebook';

test('every picture is saved by keys as SVG, PNG, CSV and JSON, and by a command', async ({ page, tmpPath }) => {
  const payload = example('finished') as RoutingPayload;
  const { title, step } = payload.source;
  await openNotebook(page, tmpPath, ['1'], { outputs: { 0: [payload] }, kernel: null });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  const picture = panel.locator('[data-picture="load-heatmap"]');
  await expect(picture.locator('.main-svg').first()).toBeVisible();
  const base = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-load-heatmap-step-${step}`;

  const [svgName, svg] = await saved(page, () => pick(page, picture, 0));
  expect(svgName).toBe(`${base}.svg`);
  expect(svg.toString()).toMatch(/^<svg[^>]*>/);
  expect(svg.toString()).toContain('expert</text>');
  await expect(picture.getByRole('button', { name: /^Export/ })).toBeFocused();

  const [pngName, png] = await saved(page, () => pick(page, picture, 1));
  expect(pngName).toBe(`${base}.png`);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(1280);

  const [, csv] = await saved(page, () => pick(page, picture, 2));
  const rows = csv.toString().trimEnd().split('\r\n');
  await picture.locator('summary').click();
  expect(rows.length).toBe((await picture.locator('tbody tr').count()) + 1);

  const [, json] = await saved(page, () => pick(page, picture, 3));
  expect(JSON.parse(json.toString())).toEqual(payload);

  await panel.getByRole('tab', { name: 'Tokens' }).click();
  const strip = panel.locator('[data-picture="token-strip"]');
  const [, tokens] = await saved(page, () => pick(page, strip, 0));
  const words = await page.evaluate(
    (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('text[font-size="11"]').length,
    tokens.toString()
  );
  expect(words).toBe(payload.data.tokens!.text.length);
  const [name] = await saved(page, () =>
    page.evaluate(() => window.jupyterapp.commands.execute('switchyard:export-picture', { format: 'csv' }))
  );
  expect(name).toContain('token-strip');
  await expect(page.locator('.lm-Menu')).toHaveCount(0);
});
