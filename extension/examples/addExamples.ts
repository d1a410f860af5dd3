/** @file The command that copies a shipped notebook into a folder and opens it, and its card in the launcher. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { TranslationBundle } from '@jupyterlab/translation';
import { switchyardIcon } from '../base/icon';
import { CommandIDs } from '../commands';
import { copyExample } from './copyExample';
import { listExamples, readExample } from './shipped';

export interface IExamplesOptions {
  trans: TranslationBundle;
  /** Null in Notebook 7, which has none. */
  launcher: ILauncher | null;
}

export function addExamples(app: JupyterFrontEnd, { trans, launcher }: IExamplesOptions): void {
  const { commands } = app;
  const command = CommandIDs.openExample;
  commands.addCommand(command, {
    label: (args) => (args.isLauncher ? trans.__('Switchyard examples') : trans.__('Open a Switchyard Example…')),
    caption: trans.__('Copy a notebook that comes with Switchyard into this folder, and open it'),
    icon: (args) => (args.isPalette ? undefined : switchyardIcon),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          cwd: { type: 'string', description: trans.__('Folder of the copy') },
          isLauncher: { type: 'boolean', description: trans.__('Whether a card shows the command') }
        }
      }
    },
    execute: async (args) => {
      try {
        await openExample(app, typeof args.cwd === 'string' ? args.cwd : '', trans);
      } catch (error) {
        await showErrorMessage(trans.__('The example could not be opened'), error as Error);
      }
    }
  });
  launcher?.add({ command, args: { isLauncher: true }, category: trans.__('Other'), rank: 0 });
}

async function openExample(
  { commands, serviceManager: { contents, serverSettings } }: JupyterFrontEnd,
  folder: string,
  trans: TranslationBundle
): Promise<void> {
  const examples = await listExamples(serverSettings);
  const items = examples.map(({ title }) => title);
  const { value } = await InputDialog.getItem({ title: trans.__('Switchyard examples'), items });
  const example = examples.find(({ title }) => title === value);
  if (example !== undefined) {
    const content = await readExample(example, serverSettings);
    await commands.execute('docmanager:open', { path: await copyExample(example, content, { contents, folder }) });
  }
}
