/** @file A run in a tab of the main area: as large as the reader likes, beside its notebook or on another screen. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IThemeManager } from '@jupyterlab/apputils';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from './commands';
import { switchyardIcon } from './base/icon';
import type { PanelSettings } from './base/panelSettings';
import type { IView } from './base/view';
import { RunView } from './panels';
import type { RunHandle } from './sidebar';

export interface IRunTabOptions {
  trans: TranslationBundle;
  themes: IThemeManager | null;
  settings: PanelSettings;
  /** The run in view, and what the reader looks at in it; null where there is none. */
  inView: () => { handle: RunHandle; view: IView } | null;
}

/** Tabs with runs. */
export type RunTabs = WidgetTracker<MainAreaWidget<RunView>>;

/** Adds the command that opens one. */
export function addRunTabs({ commands, shell }: JupyterFrontEnd, options: IRunTabOptions): RunTabs {
  const { trans, inView } = options;
  const tabs: RunTabs = new WidgetTracker({ namespace: 'switchyard-runs' });
  commands.addCommand(CommandIDs.openTab, {
    label: trans.__('Open Routing in a Tab'),
    isEnabled: () => inView() !== null,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => {
      const found = inView();
      if (found !== null) {
        const tab = createTab(found.handle, found.view, options);
        void tabs.add(tab);
        shell.add(tab, 'main', { mode: 'split-right' });
        shell.activateById(tab.id);
      }
    }
  });
  return tabs;
}

/** The run of a handle, with a view of its own that begins as another one is. */
function createTab(handle: RunHandle, view: IView, options: IRunTabOptions): MainAreaWidget<RunView> {
  const { trans, themes, settings } = options;
  const { store, controls } = handle.notebook;
  const source = {
    runs: () => [handle.run],
    kernel: () => handle.kernel,
    empty: () => '',
    controls: () => (store.isDisposed ? null : controls)
  };
  const content = new RunView({ source, view: { ...view, run: null }, trans, themes, settings });
  content.addClass('jp-switchyard-tab');
  store.changed.connect(() => content.follow(), content);
  const tab = new MainAreaWidget({ content });
  tab.id = `jp-switchyard-run-${handle.id}`;
  tab.title.label = trans.__('Routing: %1', handle.notebook.name());
  tab.title.icon = switchyardIcon;
  tab.title.closable = true;
  return tab;
}
