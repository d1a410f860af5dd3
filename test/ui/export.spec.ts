import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { pick, saved } from './support/exported';
import { savesByKeys } from './support/interactions';
import { example, openNotebook, panelOf } from './support/notebook';

test('every picture is saved by keys as SVG, PNG, CSV and JSON, and by a command', async ({ page, tmpPath }) => {
  const payload = example('finished') as RoutingPayload;
  await openNotebook(page, tmpPath, ['1'], { outputs: { 0: [payload] }, kernel: null });
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  await savesByKeys({ page, panel, payload });

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
