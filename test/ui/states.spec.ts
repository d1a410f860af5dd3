import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { drawn, example, expectedLoads, openNotebook, panelOf } from './support/notebook';

test('a saved notebook shows the same pictures with no kernel', async ({ page, tmpPath }) => {
  const payload = example('finished') as RoutingPayload;
  // A run stands beside one cell.
  const outputs = { 0: [payload], 1: [{ ...example('running'), runId: 'another' }], 2: [example('training')] };
  await openNotebook(page, tmpPath, ['a', 'b', 'c'], { outputs, kernel: null });
  const shown = page.locator('.jp-switchyard-Summary');
  await expect(shown).toHaveCount(3);
  await expect(page.locator('.jp-switchyard-Panel')).toHaveCount(0);
  await shown.nth(0).getByRole('button').click();
  const panel = panelOf(page, 0);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(payload));

  await shown.nth(1).getByRole('button').click();
  await expect(panelOf(page, 1).locator('.jp-switchyard-badge')).toHaveText('disconnected');

  await shown.nth(2).getByRole('button').click();
  await expect(panelOf(page, 2).getByRole('tab')).toHaveText(['Scalars']);
  await expect.poll(async () => (await drawn(panelOf(page, 2), 'scalars')).length).toBe(5);
});

test('an output opens its own run, of several of a cell, and offers it no more where it is beside', async ({
  page,
  tmpPath
}) => {
  const run = (title: string): Payload => {
    const payload = example('finished');
    return { ...payload, runId: title, source: { ...payload.source, title } } as Payload;
  };
  await openNotebook(page, tmpPath, ['a'], { outputs: { 0: [run('first'), run('second')] }, kernel: null });
  const outputs = page.locator('.jp-switchyard-Summary');
  const open = (output: number): Locator => outputs.nth(output).getByRole('button', { name: 'Show beside the cell' });
  const heading = panelOf(page, 0).locator('.jp-switchyard-title > strong');
  for (const [output, title] of [
    [0, 'first'],
    [1, 'second'],
    [0, 'first']
  ] as const) {
    await open(output).click();
    await expect(heading).toHaveText(title);
    await expect(open(output)).toHaveCount(0);
    await expect(open(1 - output)).toBeVisible();
  }
});

test('what cannot be drawn is said in words, and nothing in it runs', async ({ page, tmpPath }) => {
  const markup = example('small') as RoutingPayload;
  const attack = '<img src=x onerror="window.hacked=1"><b>bold</b>';
  markup.source.title = attack;
  markup.data.layers[0].path = attack;
  markup.data.layers[0].experts[0] = attack;
  markup.data.tokens!.text[0] = attack;
  markup.data.history.scalars = { [attack]: markup.data.history.steps.map(() => 1) };
  const bad = [
    { ...example('small'), data: { layers: 'none' } },
    { ...example('small'), schemaVersion: '2.0' },
    { ...example('small'), padding: 'x'.repeat(200_000) },
    { ...example('small'), kind: 'holography' }
  ] as unknown as Payload[];
  const outputs = Object.fromEntries([...bad, markup].map((payload, i) => [i, [payload]]));
  await openNotebook(page, tmpPath, ['a', 'b', 'c', 'd', 'e', 'f'], { outputs, kernel: null });
  const sentences = ['does not follow the payload contract', 'later version', 'too large', 'does not draw'];
  const open = async (cell: number): Promise<void> => {
    await page.notebook.selectCells(cell);
    await page.evaluate(() => window.jupyterapp.commands.execute('switchyard:toggle-panel'));
  };
  for (const [cell, sentence] of sentences.entries()) {
    await expect(page.locator('.jp-Notebook-cell').nth(cell).locator('.jp-switchyard-Summary')).toContainText(sentence);
    await open(cell);
    await expect(panelOf(page, cell)).toContainText(sentence);
    await open(cell);
  }
  await open(5);
  await expect(panelOf(page, 5)).toContainText('No routing yet');

  await open(4);
  const panel = panelOf(page, 4);
  for (const tab of ['Load', 'Tokens', 'Scalars']) {
    await panel.getByRole('tab', { name: tab }).click();
    await expect(panel.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
    await panel.locator('figure:visible summary').first().click();
  }
  await expect(panel.locator('.jp-switchyard-title')).toContainText('<b>bold</b>');
  await expect.poll(async () => (await drawn(panel, 'scalars')).length).toBeGreaterThan(0);
  await expect(
    page.locator('.jp-switchyard-Panel img, .jp-switchyard-Summary img, .jp-switchyard-Panel b')
  ).toHaveCount(0);
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});
