/** What an output has no room for comes from the kernel, for the layer in view. */
import { expect, test } from '@jupyterlab/galata';
import { drawn, onShareScale, openNotebook, panelOf, payloadOf } from './support/notebook';
import { tinyTraining } from './support/tinyTraining';

/** 16 layers of 64 experts: token t of layer l goes to experts t + l, t + l + 1 and 63. */
const PYTHON = `import time
from pathlib import Path
import jupyterlab_switchyard as switchyard
with switchyard.record(title='large') as run:
    while not Path('go').exists():
        run.batch([list(range(32))])
        for l in range(16):
            run.observe(f'layers.{l}', indices=[[t + l, t + l + 1, 63] for t in range(32)], num_experts=64)
        run.step()
        time.sleep(0.02)`;

/** The first rows of the third layer, as the kernel knows them. */
const CHECK = 'console.log(JSON.stringify(Object.values(watcher.recorder.coActivation())[2].slice(0, 4)));';

test('the tables of a layer are fetched while the run is under way, and after it until the kernel goes', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(240_000);
  const size = { layers: 3, experts: 128 };
  await openNotebook(page, tmpPath, [tinyTraining(1_000_000, size), CHECK], { kernel: 'switchyard' });
  const running = page.notebook.runCell(0);
  const panel = panelOf(page);
  const layer = panel.getByRole('combobox', { name: 'Layer', exact: true });
  const pairs = async (): Promise<number> => (await drawn(panel, 'co-activation')).at(0)?.z?.length ?? 0;
  await expect(panel.getByRole('button', { name: 'Pause' })).toBeEnabled({ timeout: 120_000 });
  await panel.getByRole('tab', { name: 'Experts' }).click();
  await expect.poll(pairs).toBe(128);
  expect((await payloadOf(page)).data.layers.map(({ coActivation }) => coActivation)).toEqual([null, null, null]);
  await panel.getByRole('button', { name: 'Stop' }).click();
  await running;

  // The third layer was not looked at before the run was over.
  await layer.selectOption('2');
  await panel.getByRole('combobox', { name: 'Measure' }).selectOption('share');
  await page.notebook.runCell(1);
  const [text] = (await page.notebook.getCellTextOutput(1)) ?? [];
  const rows = (JSON.parse(text) as (number | null)[][]).map((row, i) =>
    row.map((share, j) => (i === j ? null : share && onShareScale(Math.round(share * 1e4) / 1e4)))
  );
  await expect.poll(async () => (await drawn(panel, 'co-activation')).at(0)?.z?.slice(0, 4)).toEqual(rows);

  await page.evaluate(() => {
    const app = window.jupyterapp as unknown as {
      shell: { currentWidget: { sessionContext: { restartKernel(): Promise<void> } } };
    };
    return app.shell.currentWidget.sessionContext.restartKernel();
  });
  await layer.scrollIntoViewIfNeeded();
  await layer.selectOption('0');
  await expect(panel.locator('[data-picture="co-activation"]')).toContainText('may not have fitted');
  await layer.selectOption('2');
  await expect.poll(pairs).toBe(128);
});

test('a Python run counts the pairs of the layer in view, which no output of it has', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, [PYTHON]);
  const running = page.notebook.runCell(0);
  const panel = panelOf(page);
  await expect(panel.getByRole('button', { name: 'Pause' })).toBeEnabled();
  await panel.getByRole('tab', { name: 'Experts' }).click();
  await panel.getByRole('combobox', { name: 'Layer', exact: true }).selectOption('9');
  const row = async (): Promise<(number | null)[] | undefined> => (await drawn(panel, 'co-activation')).at(0)?.z?.[20];
  await expect.poll(async () => (await row())?.length).toBe(64);
  await panel.getByRole('combobox', { name: 'Measure' }).selectOption('share');
  // Expert 20 of the tenth layer is sent tokens 10 and 11, each with a neighbour of it, and always with the last.
  const known: Record<number, number | null> = { 19: onShareScale(0.5), 20: null, 21: onShareScale(0.5), 63: 1 };
  const shares = Array.from({ length: 64 }, (_, e) => (e in known ? known[e] : 0));
  await expect.poll(row).toEqual(shares);
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await running;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  expect(await row()).toEqual(shares);
  const { layers } = (await payloadOf(page)).data;
  expect(layers.map(({ coActivation }) => coActivation)).toEqual(layers.map(() => null));
});
