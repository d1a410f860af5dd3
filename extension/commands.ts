/** @file Commands: the cell toolbar, the palette and the summary's button use the same ones. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { NotebookPanels } from './cells';
import { switchyardIcon } from './base/icon';

export const CommandIDs = {
  /** Opens or closes the panel of the active cell. */
  togglePanel: 'switchyard:toggle-panel',
  /** Opens the panel of the cell that holds the run `args.runId`. */
  openPanel: 'switchyard:open-panel',
  /** Brings the cell that trains into view. */
  showTraining: 'switchyard:show-training',
  /** Opens the sidebar. */
  openSidebar: 'switchyard:open-sidebar',
  /** Keeps the run that the sidebar shows there when another notebook is in front. */
  pinRun: 'switchyard:pin-run',
  /** Shows two runs beside each other in the sidebar, or one again. */
  compareRuns: 'switchyard:compare-runs',
  /** Opens the run in view in a tab of the main area. */
  openTab: 'switchyard:open-tab',
  /** Copies a shipped notebook into the folder `args.cwd` and opens it. */
  openExample: 'switchyard:open-example',
  /** Opens the reference of the library. */
  openReference: 'switchyard:open-reference',
  /** Saves the picture in view as `args.format`. */
  exportPicture: 'switchyard:export-picture',
  nextLayer: 'switchyard:next-layer',
  previousLayer: 'switchyard:previous-layer',
  /** Holds the training of the run in view between two steps, or lets it go on. */
  pauseTraining: 'switchyard:pause-training',
  resumeTraining: 'switchyard:resume-training',
  /** Does one step of it. */
  stepTraining: 'switchyard:step-training',
  /** Ends it. */
  stopTraining: 'switchyard:stop-training'
} as const;

export interface ICommandOptions {
  notebooks: INotebookTracker;
  panels: NotebookPanels;
  trans: TranslationBundle;
}

export function addCommands(commands: JupyterFrontEnd['commands'], options: ICommandOptions): void {
  const { notebooks, panels, trans } = options;
  const activeCellId = (): string | undefined => {
    const model = notebooks.activeCell?.model;
    return model?.type === 'code' ? model.id : undefined;
  };
  const isOpen = (): boolean => panels.of(notebooks.currentWidget)?.isOpen(activeCellId() ?? '') ?? false;
  commands.addCommand(CommandIDs.togglePanel, {
    label: (args) => (args.toolbar ? '' : trans.__('Toggle Routing Panel Beside Cell')),
    caption: () => (isOpen() ? trans.__('Close the routing panel') : trans.__('Show routing beside this cell')),
    icon: (args) => (args.isPalette ? undefined : switchyardIcon),
    isEnabled: () => activeCellId() !== undefined,
    isToggled: isOpen,
    describedBy: {
      args: {
        type: 'object',
        properties: { toolbar: { type: 'boolean', description: trans.__('Whether a toolbar shows the command') } }
      }
    },
    execute: () => {
      const id = activeCellId();
      if (id !== undefined) {
        panels.of(notebooks.currentWidget)?.toggle(id);
      }
    }
  });
  commands.addCommand(CommandIDs.openPanel, {
    label: trans.__('Show Routing Panel of a Run'),
    describedBy: {
      args: {
        type: 'object',
        properties: { runId: { type: 'string', description: trans.__('Id of the run') } },
        required: ['runId']
      }
    },
    execute: (args) => panels.openRun(args.runId as string)
  });
  commands.addCommand(CommandIDs.showTraining, {
    label: trans.__('Show the Cell That Trains'),
    isEnabled: () => panels.underWay !== undefined,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => {
      const run = panels.underWay;
      // A run that no cell holds is in the sidebar.
      return run === undefined || panels.reveal(run.key) ? undefined : commands.execute(CommandIDs.openSidebar);
    }
  });
}
