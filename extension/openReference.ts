/** @file The reference of the library, as a page beside the notebook; it comes with the extension. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shippedUrl } from './base/shippedUrl';
import { CommandIDs } from './commands';

/** JupyterLab's own command for such pages; Notebook 7 has none. */
const HELP = 'help:open';

export function addReference({ commands }: JupyterFrontEnd, trans: TranslationBundle): void {
  commands.addCommand(CommandIDs.openReference, {
    label: trans.__('Switchyard Reference'),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      const url = shippedUrl('reference', 'index.html');
      if (commands.hasCommand(HELP)) {
        await commands.execute(HELP, { url, text: trans.__('Switchyard Reference') });
      } else {
        window.open(url);
      }
    }
  });
}
