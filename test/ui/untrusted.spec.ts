/** Pictures of objects in a notebook that nobody has trusted. */
import { expect, test } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { cellOf, openNotebook } from './support/notebook';

const PICTURE = 'application/vnd.switchyard.picture.v1+json';
const SHOWN = `import { show, tf } from '@switchyard/kernel-lib';
await show.value(tf.tensor([[0, 4], [-4, 2]]));
tf.tensor([1, 2, 3])`;

interface INotebook {
  metadata: Record<string, unknown>;
  cells: { outputs: { data: Record<string, unknown> }[] }[];
}

/** Opens a copy of which Jupyter does not know who made it. */
async function openForeign(page: IJupyterLabPageFixture, path: string, notebook: INotebook): Promise<void> {
  await page.contents.uploadContent(JSON.stringify(notebook), 'text', path);
  await page.notebook.openByPath(path);
  await page.locator('.jp-Dialog').getByRole('button', { name: 'No Kernel' }).click();
  await cellOf(page).waitFor();
  const trusted = await page.evaluate(() => {
    const app = window.jupyterapp as unknown as { shell: { currentWidget: { content: { model: ITrusted } } } };
    return app.shell.currentWidget.content.model.cells.get(0).trusted;
  });
  expect(trusted).toBe(false);
}

interface ITrusted {
  cells: { get(i: number): { trusted: boolean } };
}

/** Pixels of the pictures that are drawn. */
function sizes(pictures: Locator): Promise<[number, number][]> {
  return pictures.evaluateAll((all) =>
    (all as HTMLImageElement[]).map(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])
  );
}

test('values that a kernel showed are drawn in the copy of somebody who did not run it', async ({ page, tmpPath }) => {
  test.setTimeout(180_000);
  await openNotebook(page, tmpPath, [SHOWN], { kernel: 'switchyard' });
  await page.notebook.runCell(0);
  const pictures = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-switchyard-ObjectPicture img');
  await expect(pictures).toHaveCount(2, { timeout: 90_000 });
  const drawn = await sizes(pictures);
  await page.notebook.save();
  const file = await page.request.get(`/api/contents/${tmpPath}/test.ipynb`);
  const { content } = (await file.json()) as { content: INotebook };
  expect(content.cells[0].outputs.map(({ data }) => Object.keys(data).sort())).toEqual([
    [PICTURE, 'image/svg+xml', 'text/plain'],
    [PICTURE, 'image/svg+xml', 'text/plain']
  ]);
  const foreign = { ...content, metadata: { copied: true } };
  await page.notebook.close();
  await openForeign(page, `${tmpPath}/foreign.ipynb`, foreign);
  await expect(pictures).toHaveCount(2);
  await expect.poll(() => sizes(pictures)).toEqual(drawn);
  await expect(pictures.first()).toHaveAttribute('alt', /^tensor float32 \[2, 2\]/);
});

test('a picture of a foreign notebook runs nothing and loads nothing', async ({ page, tmpPath }) => {
  const asked: string[] = [];
  await page.context().route('**/*evil*', (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  const xmlns = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  const size = 'width="60" height="40" viewBox="0 0 60 40"';
  const inside = `<rect width="60" height="40" fill="#e66101"/>
    <script>window.hacked = 1; fetch('/evil-script');</script>
    <foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="/evil-image" onerror="parent.hacked=1"/></foreignObject>
    <image xlink:href="/evil-href" width="9" height="9"/><a href="javascript:parent.hacked=1"><rect width="60" height="40" opacity="0"/></a>
    <animate attributeName="x" onbegin="parent.hacked=1" dur="1s"/>`;
  const svgs = [
    `<svg ${xmlns} ${size} onload="window.hacked = 1">${inside}</svg>`,
    `<svg ${xmlns} ${size}><not closed`,
    `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]><svg ${xmlns} ${size}><text>&a;</text></svg>`,
    `<img src=x onerror="window.hacked = 1">`,
    `<svg ${xmlns} ${size}>${' '.repeat(2_000_000)}</svg>`
  ];
  const outputs = svgs.map((svg, i) => ({
    output_type: 'display_data',
    metadata: {},
    data: { [PICTURE]: { form: 'image/svg+xml' }, 'image/svg+xml': svg, 'text/plain': `<b>words ${i}</b>` }
  }));
  const cell = { cell_type: 'code', id: 'a', metadata: {}, execution_count: null, source: '1', outputs };
  const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  await openForeign(page, `${tmpPath}/hostile.ipynb`, notebook);
  const shown = page.locator('.jp-switchyard-ObjectPicture');
  await expect(shown).toHaveCount(svgs.length);
  await expect.poll(() => sizes(shown.locator('img'))).toEqual([[60, 40]]);
  // What is no picture is its text, and that as text.
  await expect(shown.locator('pre')).toHaveText([1, 2, 3, 4].map((i) => `<b>words ${i}</b>`));
  await shown.locator('img').click();
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(asked).toEqual([]);
});
