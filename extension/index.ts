/** @file The extension's plugins. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { NotebookPanels } from './cells';
import { addCommands, CommandIDs } from './commands';
import { fillPalette } from './palette';
import { PanelSettings } from './panelSettings';
import { createRendererFactory } from './renderer';
import { isOwnShortcut } from './shortcuts';
import { addSidebar } from './sidebar';
import { addSidebarCommands } from './sidebarCommands';
import { activeView, addViewCommands } from './viewCommands';

const DOMAIN = 'jupyterlab_switchyard';

/** Draws payloads in outputs. */
const renderer: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-switchyard:renderer',
  description: 'Draws routing payloads in cell outputs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null,
    themes: IThemeManager | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const openPanel = (runId: string): void => void app.commands.execute(CommandIDs.openPanel, { runId });
    rendermime.addFactory(createRendererFactory({ trans, themes, openPanel }));
  }
};

/** Puts panels beside cells. */
const panels: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-switchyard:plugin',
  description: 'Shows routing live beside the notebook cell.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, ITranslator, ICommandPalette, IThemeManager, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    themes: IThemeManager | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const settings = new PanelSettings();
    const onToggle = (): void => {
      if (app.commands.hasCommand(CommandIDs.togglePanel)) {
        app.commands.notifyCommandChanged(CommandIDs.togglePanel);
      }
    };
    const isShortcut = (event: KeyboardEvent): boolean => isOwnShortcut(app.commands, event);
    const notebookPanels = new NotebookPanels(notebooks, { trans, themes, settings, onToggle, isShortcut });
    addCommands(app.commands, { notebooks, panels: notebookPanels, trans });
    const { shell } = app;
    const sidebar = addSidebar({ shell, notebooks, panels: notebookPanels, trans, themes, settings, restorer });
    addSidebarCommands(app, { sidebar, trans });
    addViewCommands(app.commands, { view: () => activeView(notebooks, notebookPanels, sidebar), trans });
    fillPalette(palette, trans);
    registry?.load(panels.id).then(
      (loaded) => settings.connect(loaded),
      (error: unknown) => console.error(`${panels.id}: settings could not be loaded`, error)
    );
  }
};

export default [renderer, panels];
