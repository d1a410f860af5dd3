/** Going through a notebook of which only a part may be in the document. */
import { expect, galata } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { cellOf, panelOf } from './notebook';

const TRACKER = '@jupyterlab/notebook-extension:tracker';

/** Settings by which notebooks keep cells out of the document in one of JupyterLab's ways. */
export function windowedSettings(windowingMode: string): typeof galata.DEFAULT_SETTINGS {
  return {
    ...galata.DEFAULT_SETTINGS,
    [TRACKER]: { ...galata.DEFAULT_SETTINGS[TRACKER], windowingMode },
    // Trainings out of view are what is tested, at one width of the notebook.
    'jupyterlab-switchyard:plugin': { openSidebar: false }
  };
}

type AnyPage = Pick<Page, 'evaluate' | 'locator'>;

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

/** Far away and back: no part of the panel is in view meanwhile. */
export async function leaveAndReturn(page: AnyPage, cell: number): Promise<void> {
  await scrollTo(page, 0);
  await expect(cellOf(page, 0)).toBeInViewport();
  await expect(panelOf(page, cell)).not.toBeInViewport();
  await scrollTo(page, cell);
  await expect(panelOf(page, cell)).toBeInViewport();
}
