/** @file The extension's plugins. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { NotebookPanels } from './cells';
import { addCommands, CommandIDs } from './commands';
import { DOMAIN } from './base/domain';
import type { IRun } from './base/payloads';
import { healthWords } from './kinds';
import { briefWords, HealthWatch, RunStatus } from './status';
import { fillPalette } from './palette';
import { IPanelSettings, PanelSettings } from './base/panelSettings';
import { IRunRegistry, RunRegistry } from './base/runRegistry';
import { pictureRendererFactory } from './cells/pictureRenderer';
import { createRendererFactory } from './cells/renderer';
import type { IView } from './base/view';
import { isLeftToJupyterLab } from './shortcuts';
import type { RunView } from './panels';
import type { RunTabs } from './runTab';
import { addReference } from './openReference';
import { addExamples } from './examples/addExamples';
import { addRunTabs } from './runTab';
import type { RoutingSidebar, RunHandle } from './sidebar';
import { addSidebar, ComesForward } from './sidebar';
import { addSidebarCommands } from './sidebarCommands';
import { activeView, addViewCommands } from './viewCommands';

const PANELS = 'jupyterlab-switchyard:plugin';

/** Reads the settings, which are under the name of the panels. */
const settings: JupyterFrontEndPlugin<PanelSettings> = {
  id: 'jupyterlab-switchyard:settings',
  description: 'Provides the settings of panels and outputs.',
  autoStart: true,
  provides: IPanelSettings,
  optional: [ISettingRegistry],
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const panelSettings = new PanelSettings();
    registry?.load(PANELS).then(
      (loaded) => panelSettings.connect(loaded),
      (error: unknown) => console.error(`${PANELS}: settings could not be loaded`, error)
    );
    return panelSettings;
  }
};

/** Lets outputs ask the notebooks how their runs are. */
const runs: JupyterFrontEndPlugin<RunRegistry> = {
  id: 'jupyterlab-switchyard:runs',
  description: 'Knows which notebook holds which runs.',
  autoStart: true,
  provides: IRunRegistry,
  activate: () => new RunRegistry()
};

/** Draws payloads in outputs. */
const renderer: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-switchyard:renderer',
  description: 'Draws routing payloads in cell outputs.',
  autoStart: true,
  requires: [IRenderMimeRegistry, IPanelSettings, IRunRegistry],
  optional: [ITranslator, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    panelSettings: PanelSettings,
    registry: RunRegistry,
    translator: ITranslator | null,
    themes: IThemeManager | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const openPanel = (runId: string): void => void app.commands.execute(CommandIDs.openPanel, { runId });
    rendermime.addFactory(pictureRendererFactory);
    rendermime.addFactory(createRendererFactory({ trans, themes, settings: panelSettings, openPanel, registry }));
  }
};

/** Puts panels beside cells. */
const panels: JupyterFrontEndPlugin<void> = {
  id: PANELS,
  description: 'Shows routing live beside the notebook cell.',
  autoStart: true,
  requires: [INotebookTracker, IPanelSettings, IRunRegistry],
  optional: [ITranslator, ICommandPalette, IThemeManager, ILayoutRestorer, IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    panelSettings: PanelSettings,
    registry: RunRegistry,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    themes: IThemeManager | null,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const onToggle = (): void => {
      if (app.commands.hasCommand(CommandIDs.togglePanel)) {
        app.commands.notifyCommandChanged(CommandIDs.togglePanel);
      }
    };
    const isShortcut = (event: KeyboardEvent): boolean => isLeftToJupyterLab(app.commands, event);
    const notebookPanels = new NotebookPanels(notebooks, {
      trans,
      themes,
      settings: panelSettings,
      registry,
      onToggle,
      isShortcut
    });
    addCommands(app.commands, { notebooks, panels: notebookPanels, trans });
    const { shell } = app;
    const sidebar = addSidebar({
      shell,
      notebooks,
      panels: notebookPanels,
      trans,
      themes,
      settings: panelSettings,
      contents: app.serviceManager.contents,
      restorer
    });
    addSidebarCommands(app, { sidebar, trans });
    const view = (): RunView | null => activeView(notebooks, notebookPanels, sidebar, tabInFront(shell, tabs));
    const tabs = addRunTabs(app, { trans, themes, settings: panelSettings, inView: () => runIn(view(), sidebar) });
    addViewCommands(app.commands, { view, trans });
    fillPalette(palette, trans);
    const status = new RunStatus({
      trans,
      words: () => (panelSettings.statusBar ? wordsOf(notebookPanels.underWay, panelSettings, trans) : null),
      show: () => void app.commands.execute(CommandIDs.showTraining)
    });
    const health = new HealthWatch({
      trans,
      settings: panelSettings,
      runs: () => notebookPanels.watched,
      notify: (message, runId) => {
        const callback = (): void => void app.commands.execute(CommandIDs.openPanel, { runId });
        Notification.warning(message, { autoClose: false, actions: [{ label: trans.__('Show'), callback }] });
      }
    });
    const forward = new ComesForward({ shell, sidebar, notebooks, panels: notebookPanels, settings: panelSettings });
    registry.changed.connect(() => {
      status.follow();
      forward.look();
      health.look();
    });
    panelSettings.changed.connect(() => status.follow());
    statusBar?.registerStatusItem('jupyterlab-switchyard:run-status', { item: status, align: 'middle' });
  }
};

/** The run that a view shows, as one that outlives it. */
function runIn(view: RunView | null, sidebar: RoutingSidebar): { handle: RunHandle; view: IView } | null {
  const handle = sidebar.find(view?.run?.key ?? '');
  return view === null || handle === null ? null : { handle, view: view.view };
}

/** The pictures of the tab in front, where it is one of a run. */
function tabInFront(shell: JupyterFrontEnd['shell'], tabs: RunTabs): RunView | null {
  const { currentWidget } = tabs;
  return currentWidget !== null && currentWidget === shell.currentWidget ? currentWidget.content : null;
}

/** Gives who installed the extension without the clone its notebooks, and the reference. */
const examples: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-switchyard:examples',
  description: 'Copies notebooks that come with the extension into a folder, and opens them; opens the reference.',
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    addExamples(app, { trans, launcher });
    addReference(app, trans);
    const category = trans.__('Switchyard');
    palette?.addItem({ command: CommandIDs.openExample, category });
    palette?.addItem({ command: CommandIDs.openReference, category });
  }
};

/** Item of the status bar that says how a run is. */
function wordsOf(run: IRun | undefined, settings: PanelSettings, trans: TranslationBundle): string | null {
  if (run === undefined || !('payload' in run.reading)) {
    return null;
  }
  const { payload } = run.reading;
  const health = healthWords(payload, settings.healthLimits, trans);
  return [briefWords(payload, run.told === 'paused', trans), health].filter(Boolean).join('; ');
}

export default [settings, runs, renderer, panels, examples];
