/** @file Commands of the sidebar. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from './commands';
import { switchyardIcon } from './base/icon';
import type { RoutingSidebar } from './sidebar';

export interface ISidebarCommandOptions {
  sidebar: RoutingSidebar;
  trans: TranslationBundle;
}

export function addSidebarCommands({ commands, shell }: JupyterFrontEnd, options: ISidebarCommandOptions): void {
  const { sidebar, trans } = options;
  const open = (): void => shell.activateById(sidebar.id);
  const describedBy = { args: { type: 'object', properties: {} } } as const;
  commands.addCommand(CommandIDs.openSidebar, {
    label: trans.__('Show Routing Sidebar'),
    icon: (args) => (args.isPalette ? undefined : switchyardIcon),
    describedBy,
    execute: open
  });
  commands.addCommand(CommandIDs.pinRun, {
    label: trans.__('Pin Routing Run in Sidebar'),
    isEnabled: () => sidebar.inView !== null,
    describedBy,
    execute: () => {
      open();
      sidebar.pin();
    }
  });
  commands.addCommand(CommandIDs.compareRuns, {
    label: trans.__('Compare Routing Runs'),
    isEnabled: () => sidebar.comparable !== null,
    isToggled: () => sidebar.compared.length > 0,
    describedBy,
    execute: () => {
      open();
      sidebar.compare();
    }
  });
}
