/** Going through a notebook of which only a part may be in the document. */
import type { Page } from '@playwright/test';

type AnyPage = Pick<Page, 'evaluate' | 'waitForFunction'>;

/** What JupyterLab's notebook widget is asked for. */
interface IShell {
  shell: {
    currentWidget: {
      content: {
        activeCellIndex: number;
        scrollToItem(index: number): Promise<void>;
        model: { cells: { get(index: number): { executionCount: number | null } } };
      };
    };
  };
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

/** How often a cell has been run, null where it was not: it has one when it is done. */
export function executionCount(page: AnyPage, cell: number): Promise<number | null> {
  return page.evaluate(
    (cell) =>
      (window.jupyterapp as unknown as IShell).shell.currentWidget.content.model.cells.get(cell).executionCount,
    cell
  );
}
