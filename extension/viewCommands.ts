/** @file Commands for the pictures that the reader works with: those beside the active cell, or in the sidebar. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { NotebookPanels } from './cells';
import { CommandIDs } from './commands';
import type { ExportFormat } from './base/exporting';
import { formatLabel, FORMATS, save } from './base/exporting';
import type { RunView } from './panels';
import type { RoutingSidebar } from './sidebar';

export interface IViewCommandOptions {
  view: () => RunView | null;
  trans: TranslationBundle;
}

/** The tab of a run that is in front, where one is; else the sidebar where it has the focus; else the panel of the active cell; else the sidebar where it is open. */
export function activeView(
  notebooks: INotebookTracker,
  panels: NotebookPanels,
  sidebar: RoutingSidebar,
  tab: RunView | null
): RunView | null {
  if (tab !== null) {
    return tab;
  }
  const cell = notebooks.activeCell?.model.id ?? '';
  const beside = panels.of(notebooks.currentWidget)?.viewOf(cell) ?? null;
  const focused = sidebar.node.contains(document.activeElement);
  return sidebar.isVisible && (focused || beside === null) ? sidebar.view : beside;
}

export function addViewCommands(commands: JupyterFrontEnd['commands'], { view, trans }: IViewCommandOptions): void {
  const isEnabled = (): boolean => view() !== null;
  const layerCommand = (id: string, label: string, by: number): void => {
    const describedBy = { args: { type: 'object', properties: {} } } as const;
    commands.addCommand(id, { label, isEnabled, describedBy, execute: () => view()?.moveLayer(by) });
  };
  layerCommand(CommandIDs.nextLayer, trans.__('Show Routing of Next Layer'), 1);
  layerCommand(CommandIDs.previousLayer, trans.__('Show Routing of Previous Layer'), -1);
  const trainingCommand = (id: string, label: string, type: 'pause' | 'resume' | 'step' | 'stop'): void => {
    const describedBy = { args: { type: 'object', properties: {} } } as const;
    const isEnabled = (): boolean => {
      const control = view()?.control;
      const paused = control?.status?.state === 'paused';
      return control?.why === null && (type === 'pause' ? !paused : type === 'resume' ? paused : true);
    };
    commands.addCommand(id, { label, isEnabled, describedBy, execute: () => view()?.ask({ type }) });
  };
  trainingCommand(CommandIDs.pauseTraining, trans.__('Pause Training'), 'pause');
  trainingCommand(CommandIDs.resumeTraining, trans.__('Resume Training'), 'resume');
  trainingCommand(CommandIDs.stepTraining, trans.__('Do One Training Step'), 'step');
  trainingCommand(CommandIDs.stopTraining, trans.__('Stop Training'), 'stop');
  commands.addCommand(CommandIDs.exportPicture, {
    label: (args) => trans.__('Export Routing: %1', formatLabel(formatOf(args), trans)),
    isEnabled: () => view()?.exported() != null,
    describedBy: {
      args: {
        type: 'object',
        properties: { format: { type: 'string', enum: [...FORMATS], description: trans.__('Form of the file') } },
        required: ['format']
      }
    },
    execute: (args) => {
      const exportable = view()?.exported();
      return exportable ? save(exportable, formatOf(args), trans) : undefined;
    }
  });
}

function formatOf(args: { format?: unknown }): ExportFormat {
  return FORMATS.find((format) => format === args.format) ?? 'svg';
}
