/** Everything that a reader does with a run that was saved, in a notebook without a kernel. */
import { expect, test } from '@jupyterlab/galata';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import { INTERACTIONS } from './support/interactions';
import { cellOf, example, openNotebook, panelOf } from './support/notebook';
import { pageErrors, uncaught } from './support/pageErrors';

test('a saved run is worked with in every way as a live one', async ({ page, tmpPath }) => {
  test.setTimeout(180_000);
  const errors = pageErrors(page);
  const payload = example('finished') as RoutingPayload;
  await openNotebook(page, tmpPath, ['1'], { name: 'other.ipynb', kernel: null });
  await openNotebook(page, tmpPath, ['1', '2'], {
    outputs: { 0: [payload], 1: [{ ...payload, runId: 'second', source: { ...payload.source, title: 'second' } }] },
    kernel: null
  });
  await cellOf(page).getByRole('button', { name: 'Show beside the cell' }).click();
  const scene = { page, cell: cellOf(page), panel: panelOf(page), payload };
  await expect(scene.panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  for (const [name, act] of Object.entries(INTERACTIONS)) {
    await test.step(name, () => act(scene));
  }
  expect(uncaught(errors)).toEqual([]);
});
