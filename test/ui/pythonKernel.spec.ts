import { expect, test } from '@jupyterlab/galata';
import { drawn, expectedLoads, openNotebook, panelOf, payloadOf } from './support/notebook';

const CHOICES = `import jupyterlab_switchyard as switchyard
choices = [[[t % 4, 4 + t % 3], [7, t % 2]] for t in range(24)]
switchyard.read_choices(choices, num_experts=8, tokens=[f'word{t}' for t in range(24)], layers=['first', 'second'])`;

/** A module with the hooks of PyTorch's. */
const WATCH = `import time
from pathlib import Path
from standin import Model
model = Model(layers=3, num_experts=8, k=2).train()
def read(text):
    model([[ord(letter) for letter in text]])
with switchyard.watch(model, tokenizer=lambda token: f'<{token}>', probe=read) as run:
    while run.payload()['source']['step'] < 8 or not Path('go').exists():
        model([[1, 2, 3, 4, 5, 6]])
        run.step(loss=8 / (1 + run.payload()['source']['step']))
        time.sleep(0.1)
print(run.payload()['source']['step'])`;

test('choices read from arrays in a Python notebook show the numbers of their payload', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, [CHOICES]);
  await page.notebook.runCell(0);
  // What has ended opens when it is asked for.
  await page.getByRole('button', { name: 'Show beside the cell' }).click();
  const panel = panelOf(page);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const payload = await payloadOf(page);
  // Of 48 choices of the first layer, 6 fell on each of four experts and 8 on each of three.
  const eighth = 6 / 48;
  const sixth = 8 / 48;
  payload.data.layers[0].load.forEach((load, e) =>
    expect(load).toBeCloseTo([eighth, eighth, eighth, eighth, sixth, sixth, sixth, 0][e], 3)
  );
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(payload));
  await panel.getByRole('tab', { name: 'Tokens' }).click();
  await expect(panel.locator('.jp-switchyard-token').first()).toContainText('word0');
});

test('a watched module draws live, is paused, done step by step and given a text, and its last step stays', async ({
  page,
  tmpPath
}) => {
  await openNotebook(page, tmpPath, ['import jupyterlab_switchyard as switchyard', WATCH]);
  await page.notebook.runCell(0);
  const running = page.notebook.runCell(1);
  const panel = panelOf(page, 1);
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
  await expect.poll(async () => (await payloadOf(page, 1)).source.step).toBeGreaterThanOrEqual(4);
  const before = await payloadOf(page, 1);
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z?.length).toBe(3);
  const step = async (): Promise<number> => (await payloadOf(page, 1)).source.step;
  await panel.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('paused');
  // A snapshot may still be on its way.
  await page.waitForTimeout(1000);
  const held = await step();
  await page.waitForTimeout(1500);
  expect(await step()).toBe(held);
  await panel.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(step).toBe(held + 1);
  await panel.locator('.jp-switchyard-sample summary').click();
  await panel.getByRole('textbox', { name: 'Sample text' }).fill('fox');
  await panel.getByRole('textbox', { name: 'Sample text' }).press('Enter');
  const tokens = async (): Promise<string | undefined> => (await payloadOf(page, 1)).data.tokens?.text.join('');
  await expect.poll(tokens).toBe('<102><111><120>');
  expect(await step()).toBe(held + 1);
  await panel.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('running');
  await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
  await running;
  await expect(panel.locator('.jp-switchyard-badge')).toHaveText('finished');
  const last = await payloadOf(page, 1);
  const printed = (await page.notebook.getCellTextOutput(1)) ?? [];
  expect(last.seq).toBeGreaterThan(before.seq);
  expect(last.data.history.steps.at(-1)).toBe(last.source.step);
  expect(last.data.history.scalars['loss/train'].slice(0, 3)).toEqual([8, 4, 2.6667]);
  expect(String(last.source.step)).toBe(printed.at(-1)?.trim());
  await expect.poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z).toEqual(expectedLoads(last));
});
