/** Two people in one notebook, each with a browser of their own, with jupyter-collaboration. */
import type { Browser, Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { ICollaboration } from './support/collaboration';
import { startCollaboration } from './support/collaboration';
import { drawn, execute, expectedLoads, notebookText, panelOf, payloadOf, start } from './support/notebook';
import { pageErrors } from './support/pageErrors';

let server: ICollaboration;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  server = await startCollaboration();
});

test.afterAll(() => server.stop());

/** One person's view of a notebook. */
interface IReader {
  page: Page;
  panel: Locator;
  badge: Locator;
  summary: Locator;
  errors: string[];
}

async function join(browser: Browser, notebook: string, name: string): Promise<IReader> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const errors = pageErrors(page);
  await page.goto(`${server.url}/lab/workspaces/${name}/tree/${notebook}`);
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: 60_000 });
  const panel = panelOf(page);
  const summary = page.locator('.jp-switchyard-Summary');
  return { page, panel, badge: panel.locator('.jp-switchyard-badge'), summary, errors };
}

async function upload(name: string, content: string): Promise<void> {
  const body = JSON.stringify({ type: 'file', format: 'text', content });
  const answer = await fetch(`${server.url}/api/contents/${name}`, { method: 'PUT', body });
  expect(answer.ok).toBe(true);
}

/** Reader and document agree: one output, its numbers in the summary and in the panel. */
async function sees({ page, panel, summary }: IReader, step: number): Promise<void> {
  await expect(summary).toHaveCount(1);
  await expect(summary).toContainText(`step ${step} of`);
  expect((await payloadOf(page)).source.step).toBe(step);
  await expect(panel.locator('.jp-switchyard-controls')).toContainText(`step ${step} of`);
  await expect
    .poll(async () => (await drawn(panel, 'load-heatmap'))[0]?.z)
    .toEqual(expectedLoads(await payloadOf(page)));
}

/** Errors that no code of a page caught. */
function uncaught({ errors }: IReader): string[] {
  return errors.filter((error) => error.startsWith('uncaught'));
}

test('a second reader sees a run live and after it, and chooses for themself', async ({ browser }) => {
  test.setTimeout(180_000);
  await upload('replayed.ipynb', notebookText(['import replay; replay.run(steps=20, pause=0.1, wait_at=5)', '1']));
  const a = await join(browser, 'replayed.ipynb', 'a');
  const b = await join(browser, 'replayed.ipynb', 'b');
  await start(a.page, 'notebook:run-cell');
  for (const reader of [a, b]) {
    await sees(reader, 5);
    await expect(reader.badge).toHaveText('running');
  }
  expect(await payloadOf(b.page)).toEqual(await payloadOf(a.page));

  const layerOf = ({ panel }: IReader): Locator => panel.getByRole('combobox', { name: 'Layer', exact: true });
  const expertOf = ({ panel }: IReader): Locator => panel.getByRole('combobox', { name: 'Expert' });
  await layerOf(a).selectOption('1');
  await layerOf(b).selectOption('2');
  await expertOf(b).selectOption('4');
  await b.panel.getByRole('tab', { name: 'Scalars' }).click();
  await upload('go', '');
  for (const reader of [a, b]) {
    await expect(reader.badge).toHaveText('finished');
  }
  await expect(layerOf(a)).toHaveValue('1');
  await expect(expertOf(a)).toHaveValue('0');
  await expect(a.panel.getByRole('tab', { name: 'Load' })).toHaveAttribute('aria-selected', 'true');
  await expect(layerOf(b)).toHaveValue('2');
  await expect(expertOf(b)).toHaveValue('4');
  await b.panel.getByRole('tab', { name: 'Load' }).click();
  await sees(a, 20);
  await sees(b, 20);

  await b.panel.getByRole('button', { name: 'Close the routing panel' }).click();
  await expect(b.panel).toHaveCount(0);
  await expect(a.panel).toBeVisible();
  await b.summary.getByRole('button', { name: 'Show beside the cell' }).click();
  await sees(b, 20);
  await b.page.context().close();

  const first = (await payloadOf(a.page)).runId;
  await execute(a.page, 'notebook:run-cell');
  await sees(a, 20);
  expect((await payloadOf(a.page)).runId).not.toBe(first);
  await expect(layerOf(a)).toHaveValue('1');
  expect([...uncaught(a), ...uncaught(b)]).toEqual([]);
  await a.page.context().close();
});
