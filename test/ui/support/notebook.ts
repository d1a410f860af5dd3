/** Helpers of the UI tests: notebooks from sources, and the numbers that a panel shows. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import type { Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';

export const MIME = 'application/vnd.switchyard.v1+json';

type Output = Record<string, unknown>;

/** Uploads and opens a notebook of code cells. */
export async function openNotebook(
  page: IJupyterLabPageFixture,
  tmpPath: string,
  sources: string[],
  options: { outputs?: Record<number, Payload[]>; kernel?: string | null; name?: string } = {}
): Promise<string> {
  const { outputs = {}, kernel = 'python3', name = 'test.ipynb' } = options;
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    source,
    outputs: (outputs[i] ?? []).map((payload): Output => ({
      output_type: 'display_data',
      metadata: {},
      data: { [MIME]: payload }
    }))
  }));
  const kernelspec = kernel === null ? undefined : { name: kernel, display_name: kernel };
  const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  const path = `${tmpPath}/${name}`;
  await page.contents.uploadContent(JSON.stringify(notebook), 'text', path);
  await page.notebook.openByPath(path);
  await page.notebook.activate(name);
  return path;
}

/** The panel beside a cell. */
export function panelOf(page: IJupyterLabPageFixture, cell = 0): Locator {
  return page.locator('.jp-Notebook-cell').nth(cell).locator('.jp-switchyard-Panel');
}

/** The drawn figure of a picture: plotly keeps its data on the node. */
export async function drawn(panel: Locator, picture: string): Promise<{ data: Record<string, unknown>[] }> {
  const plot = panel.locator(`[data-picture="${picture}"] .jp-switchyard-plot`);
  return plot.evaluate((node) => {
    const { data } = node as unknown as { data: Record<string, unknown>[] };
    return { data: data.map(({ z, x, y, name }) => ({ z, x, y, name })) };
  });
}

/** The payload in a cell's output, as the notebook holds it. */
export async function payloadOf(page: IJupyterLabPageFixture, cell = 0, output = 0): Promise<RoutingPayload> {
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

/** Loads over the fair share, [L][E]: what the heatmap must show. */
export function expectedLoads(payload: RoutingPayload): number[][] {
  return payload.data.layers.map((layer) => layer.load.map((load) => load * layer.numExperts));
}
