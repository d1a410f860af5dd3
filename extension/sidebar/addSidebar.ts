/** @file Puts the sidebar into the shell and has it follow the active notebook. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { IThemeManager } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { NotebookPanels } from '../cells';
import type { Contents } from '@jupyterlab/services';
import type { PanelSettings } from '../base/panelSettings';
import { RoutingSidebar } from './routingSidebar';
import { RunFolder } from './runFolder';
import type { INotebookRuns } from './runHandle';

export interface IAddSidebarOptions {
  shell: JupyterFrontEnd['shell'];
  notebooks: INotebookTracker;
  panels: NotebookPanels;
  trans: TranslationBundle;
  themes: IThemeManager | null;
  settings: PanelSettings;
  /** Where saved runs are read from. */
  contents: Contents.IManager;
  /** Opens the sidebar again where it was open; Notebook 7 has none. */
  restorer: ILayoutRestorer | null;
}

/** Rank among the sidebar's tabs: after JupyterLab's own. */
const RANK = 700;

export function addSidebar(options: IAddSidebarOptions): RoutingSidebar {
  const { shell, notebooks, panels, trans, themes, settings, restorer, contents } = options;
  const folder = new RunFolder({
    contents,
    name: () => settings.runsFolder,
    fail: (error) => console.error('jupyterlab-switchyard: saved runs could not be read', error)
  });
  const sidebar = new RoutingSidebar({ trans, themes, settings, folder });
  const follow = (): void => sidebar.follow(runsOf(notebooks.currentWidget, panels, shell));
  shell.add(sidebar, 'right', { rank: RANK, type: trans.__('Routing') });
  restorer?.add(sidebar, sidebar.id);
  notebooks.currentChanged.connect(follow);
  // A notebook comes to the front before it is added.
  notebooks.widgetAdded.connect(follow);
  follow();
  return sidebar;
}

function runsOf(
  notebook: NotebookPanel | null,
  panels: NotebookPanels,
  shell: JupyterFrontEnd['shell']
): INotebookRuns | null {
  const parts = panels.partsOf(notebook);
  if (notebook === null || parts === undefined) {
    return null;
  }
  const { context, content } = notebook;
  return {
    name: () => context.path.slice(context.path.lastIndexOf('/') + 1),
    path: () => context.path,
    ...parts,
    reveal: (cellId) => {
      shell.activateById(notebook.id);
      const index = content.widgets.findIndex((cell) => cell.model.id === cellId);
      if (index >= 0) {
        content.activeCellIndex = index;
        void content.scrollToItem(index, 'smart');
      }
    },
    cellOrder: () => content.widgets.map((cell) => cell.model.id)
  };
}
