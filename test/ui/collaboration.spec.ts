/** Two people in one notebook, each with a browser of their own, with jupyter-collaboration. */
import type { Browser, Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { ICollaboration } from './support/collaboration';
import { startCollaboration } from './support/collaboration';
import { labelColour } from './support/figures';
import type { IScene } from './support/interactions';
import {
  control,
  expectLook,
  INTERACTIONS,
  lookAround,
  pausesAndSteps,
  probes,
  resumesAndStops
} from './support/interactions';
import { cellOf, drawn, execute, expectedLoads, notebookText, panelOf, payloadOf, start } from './support/notebook';
import { pageErrors, uncaught } from './support/pageErrors';
import { tinyTraining } from './support/tinyTraining';
import { activate, scrollTo } from './support/windowed';

let server: ICollaboration;

test.use({ actionTimeout: 20_000 });

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
  // A workspace of its own: one that was used before may open its other notebooks as well.
  const workspace = `${name}-${notebook.replace('.ipynb', '')}`;
  await page.goto(`${server.url}/lab/workspaces/${workspace}/tree/${notebook}`);
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: 60_000 });
  const panel = panelOf(page);
  const summary = page.locator('.jp-switchyard-Summary');
  return { page, panel, badge: panel.locator('.jp-switchyard-badge'), summary, errors };
}

/** Both leave, and nothing went wrong for either. */
async function leave(readers: IReader[]): Promise<void> {
  expect(readers.flatMap(({ errors }) => uncaught(errors))).toEqual([]);
  await Promise.all(readers.map(({ page }) => page.context().close()));
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

async function sceneOf({ page, panel }: IReader): Promise<IScene> {
  return { page, panel, cell: cellOf(page), payload: await payloadOf(page) };
}

const LIVE = `import replay
replay.run(steps=500, every=100, pause=0.2, wait_at=300, name='finished')`;

test('two readers see a run live and after it; what one chooses, the other does not see', async ({ browser }) => {
  test.setTimeout(240_000);
  await upload('replayed.ipynb', notebookText([LIVE, '1']));
  const a = await join(browser, 'replayed.ipynb', 'a');
  const b = await join(browser, 'replayed.ipynb', 'b');
  await start(a.page, 'notebook:run-cell');
  for (const reader of [a, b]) {
    await sees(reader, 300);
    await expect(reader.badge).toHaveText('running');
  }
  expect(await payloadOf(b.page)).toEqual(await payloadOf(a.page));

  const [look, colour] = [await lookAround(a.panel), await labelColour(a.panel)];
  const scene = await sceneOf(b);
  await activate(b.page, 0);
  for (const [name, act] of Object.entries(INTERACTIONS)) {
    if (name !== 'the sidebar') {
      await test.step(name, () => act(scene));
    }
  }
  await execute(b.page, 'apputils:change-theme', { theme: 'JupyterLab Dark' });
  await expect.poll(() => labelColour(b.panel)).not.toBe(colour);
  await b.panel.getByRole('button', { name: 'Close the routing panel' }).click();
  await expect(b.panel).toHaveCount(0);
  await expectLook(a.panel, look);
  expect(await labelColour(a.panel)).toBe(colour);

  await upload('go', '');
  await expect(a.badge).toHaveText('finished');
  await expectLook(a.panel, look);
  await expect(b.summary).toContainText('step 500 of');
  await expect(b.panel).toHaveCount(0);
  await b.summary.getByRole('button', { name: 'Show beside the cell' }).click();
  await sees(b, 500);
  const other = await lookAround(b.panel);

  await test.step('one moves the cell, and the panel of each goes with it', async () => {
    await activate(a.page, 0);
    for (const [command, cell] of [['notebook:move-cell-down', 1] as const, ['notebook:move-cell-up', 0] as const]) {
      await execute(a.page, command);
      await expect(panelOf(b.page, cell)).toHaveCount(1);
      for (const [{ page }, left] of [[a, look] as const, [b, other] as const]) {
        // What was at the place of the cell may have scrolled into view instead: only what is in view is drawn.
        await scrollTo(page, cell);
        await expectLook(panelOf(page, cell), left);
      }
    }
  });
  await test.step('the other runs it again', async () => {
    const first = (await payloadOf(a.page)).runId;
    await activate(b.page, 0);
    await execute(b.page, 'notebook:run-cell');
    for (const reader of [a, b]) {
      await expect.poll(async () => (await payloadOf(reader.page)).runId).not.toBe(first);
      await reader.panel.getByRole('button', { name: 'Newest' }).click();
      await sees(reader, 500);
      await expect(reader.page.locator('.jp-switchyard-Panel')).toHaveCount(1);
    }
  });
  await leave([a, b]);
});

test('a training is held by one reader and stopped by the other', async ({ browser }) => {
  test.setTimeout(240_000);
  await upload('trained.ipynb', notebookText([tinyTraining(1_000_000), '1'], { kernel: 'switchyard' }));
  const a = await join(browser, 'trained.ipynb', 'a');
  const b = await join(browser, 'trained.ipynb', 'b');
  await start(a.page, 'notebook:run-cell');
  for (const { badge, panel } of [a, b]) {
    await expect(badge).toHaveText('running', { timeout: 120_000 });
    await expect(control(panel, 'Pause')).toBeEnabled();
  }
  const training = ({ page, panel }: IReader): Parameters<typeof probes>[0] => ({
    page,
    panel,
    latest: (): Promise<RoutingPayload> => payloadOf(page)
  });
  const held = await pausesAndSteps(training(a));
  await sees(b, held);
  await expect(b.badge).toHaveText('paused');
  await control(b.panel, 'Step').click();
  await sees(a, held + 1);
  await probes(training(b));
  await expect.poll(async () => (await payloadOf(a.page)).data.tokens?.text.join('')).toBe('route the fox');
  await expect(a.panel.locator('.jp-switchyard-sample input')).toHaveValue('route the fox');
  await activate(b.page, 0);
  await resumesAndStops(training(b));
  await expect(a.badge).toHaveText('stopped');
  await expect(control(a.panel, 'Stop')).toBeHidden();
  const { step } = (await payloadOf(b.page)).source;
  await sees(a, step);
  await leave([a, b]);
});
