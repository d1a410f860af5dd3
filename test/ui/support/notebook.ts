/** Helpers of the UI tests: notebooks from sources, and the numbers that a panel shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';
import type { Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';

export const MIME = 'application/vnd.switchyard.v1+json';

/** One of the committed example payloads. */
export function example(name: string): Payload {
  return JSON.parse(readFileSync(join(__dirname, `../../support/payloads/${name}.json`), 'utf8')) as Payload;
}

/** Galata's page, or Playwright's own. */
type AnyPage = Pick<Page, 'evaluate' | 'locator'>;

interface INotebookOptions {
  /** Payloads saved in the outputs of cells, by index. */
  outputs?: Record<number, Payload[]>;
  /** Null opens the notebook with no kernel. */
  kernel?: string | null;
  /** The notebook's file. Default "test.ipynb". */
  name?: string;
}

/** The text of a notebook of code cells. */
export function notebookText(sources: string[], { outputs = {}, kernel = 'python3' }: INotebookOptions = {}): string {
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    source,
    outputs: (outputs[i] ?? []).map((payload) => ({
      output_type: 'display_data',
      metadata: {},
      data: { [MIME]: payload }
    }))
  }));
  const kernelspec = kernel === null ? undefined : { name: kernel, display_name: kernel };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

/** Uploads and opens a notebook of code cells. */
export async function openNotebook(
  page: IJupyterLabPageFixture,
  tmpPath: string,
  sources: string[],
  options: INotebookOptions = {}
): Promise<void> {
  const { name = 'test.ipynb' } = options;
  const path = `${tmpPath}/${name}`;
  await page.contents.uploadContent(notebookText(sources, options), 'text', path);
  await page.notebook.openByPath(path);
  if (options.kernel === null) {
    await page.locator('.jp-Dialog').getByRole('button', { name: 'No Kernel' }).click();
    await cellOf(page).waitFor();
  } else {
    await page.notebook.activate(name);
  }
}

/** Runs a command of JupyterLab to its end. */
export function execute(page: AnyPage, command: string, args: Record<string, string> = {}): Promise<unknown> {
  return page.evaluate(([command, args]) => window.jupyterapp.commands.execute(command, args), [
    command,
    args
  ] as const);
}

/** Starts a command of JupyterLab and does not wait for its end. */
export async function start(page: AnyPage, command: string): Promise<void> {
  await page.evaluate((command) => void window.jupyterapp.commands.execute(command), command);
}

/** A cell, by its index in the notebook: of those before it some may not be in the document. */
export function cellOf(page: AnyPage, cell = 0): Locator {
  return page.locator(`.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-cell[data-windowed-list-index="${cell}"]`);
}

/** The panel beside a cell. */
export function panelOf(page: AnyPage, cell = 0): Locator {
  return cellOf(page, cell).locator('.jp-switchyard-Panel');
}

/** The traces of a drawn figure, none before it is drawn: plotly keeps its data on the node. */
export async function drawn(panel: Locator, picture: string): Promise<ITrace[]> {
  const plot = panel.locator(`[data-picture="${picture}"] .jp-switchyard-plot`);
  return plot.evaluate((node) =>
    ((node as unknown as { data?: ITrace[] }).data ?? []).map(({ z, x, y, name }) => ({
      // Logarithms differ in their last digit from one engine to the next.
      z: z?.map((row) => Array.from(row, (value) => (value === null ? null : Number(value.toFixed(9)) + 0))),
      ...{ x, y, name }
    }))
  );
}

interface ITrace {
  z?: (number | null)[][];
  x?: number[];
  y?: (number | null)[];
  name?: string;
}

/** The payload in a cell's output, as the notebook holds it. */
export async function payloadOf(page: AnyPage, cell = 0, output = 0): Promise<RoutingPayload> {
  return page.evaluate(
    ([cell, output, mime]) => {
      const app = window.jupyterapp as unknown as { shell: { currentWidget: { content: { model: INotebook } } } };
      const { cells } = app.shell.currentWidget.content.model;
      return cells.get(cell as number).outputs.get(output as number).data[mime as string] as RoutingPayload;
    },
    [cell, output, MIME] as const
  );
}

interface INotebook {
  cells: { get(i: number): { outputs: { get(i: number): { data: Record<string, unknown> } } } };
}

/** Where a load stands on the scale of colours: -1 for none, 0 for the fair share, 1 for 16 times it and more; each doubling is as far as the last. */
export function onScale(timesFair: number): number {
  return rounded(timesFair <= 1 ? timesFair - 1 : Math.min(1, Math.log2(timesFair) / 4));
}

/** Where a share stands on the scale of colours: at its square root. */
export function onShareScale(share: number | null): number | null {
  return share === null ? null : rounded(Math.sqrt(share));
}

/** As {@link drawn} rounds. */
function rounded(value: number): number {
  return Number(value.toFixed(9)) + 0;
}

/** Loads over the fair share on the scale of colours, [L][E]: what the heatmap must show. */
export function expectedLoads(payload: RoutingPayload): number[][] {
  return payload.data.layers.map((layer) => layer.load.map((load) => onScale(load * layer.numExperts)));
}
