/** Going through a notebook of which only a part may be in the document. */
import type { Page } from '@playwright/test';

type AnyPage = Pick<Page, 'evaluate'>;

/** What JupyterLab's notebook widget is asked for. */
interface IShell {
  shell: {
    currentWidget: {
      content: {
        activeCellIndex: number;
        scrollToItem(index: number): Promise<void>;
      };
    };
  };
}

interface ICommands {
  execute(command: string): Promise<unknown>;
}

/** Makes a cell the active one. */
export async function activate(page: AnyPage, cell: number): Promise<void> {
  await page.evaluate((cell) => {
    (window.jupyterapp as unknown as IShell).shell.currentWidget.content.activeCellIndex = cell;
  }, cell);
}

/** Scrolls to a cell; the active one stays active. */
export async function scrollTo(page: AnyPage, cell: number): Promise<void> {
  await page.evaluate(
    (cell) => (window.jupyterapp as unknown as IShell).shell.currentWidget.content.scrollToItem(cell),
    cell
  );
}

/** Starts a cell and goes to the first one at once, before an output can have come. */
export async function startAndLeave(page: AnyPage, cell: number): Promise<void> {
  await page.evaluate(async (cell) => {
    const { commands, shell } = window.jupyterapp as unknown as IShell & { commands: ICommands };
    const { content } = shell.currentWidget;
    content.activeCellIndex = cell;
    void commands.execute('notebook:run-cell');
    content.activeCellIndex = 0;
    await content.scrollToItem(0);
  }, cell);
}
