/** @file The button of a picture that opens the menu of formats. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { element } from '../dom';
import type { ExportFormat, IExportable } from './exportable';
import { FORMATS } from './exportable';
import { save } from './save';

/** Words for the formats, for menus and the palette. */
export function formatLabel(format: ExportFormat, trans: TranslationBundle): string {
  const labels: Record<ExportFormat, string> = {
    svg: trans.__('Picture as SVG'),
    png: trans.__('Picture as PNG'),
    csv: trans.__('Numbers as CSV'),
    json: trans.__('Snapshot as JSON')
  };
  return labels[format];
}

/** @param exported - What to save, asked when the reader has chosen a format; null where nothing is drawn. */
export function exportButton(
  title: string,
  exported: () => IExportable | null,
  trans: TranslationBundle
): HTMLButtonElement {
  const button = element('button', {
    class: 'jp-switchyard-export',
    text: '⤓',
    attributes: { type: 'button', 'aria-haspopup': 'menu', 'aria-label': trans.__('Export: %1', title) }
  });
  button.title = trans.__('Export');
  button.onclick = () => {
    const menu = createMenu(exported, trans);
    const { left, bottom } = button.getBoundingClientRect();
    button.setAttribute('aria-expanded', 'true');
    menu.aboutToClose.connect(() => {
      button.setAttribute('aria-expanded', 'false');
      button.focus();
      // Not at once: the chosen command runs after the menu has closed.
      setTimeout(() => menu.dispose(), 0);
    });
    menu.open(left, bottom);
    menu.activateNextItem();
  };
  return button;
}

function createMenu(exported: () => IExportable | null, trans: TranslationBundle): Menu {
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  for (const format of FORMATS) {
    commands.addCommand(format, {
      label: formatLabel(format, trans),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        const exportable = exported();
        return exportable ? save(exportable, format, trans) : undefined;
      }
    });
    menu.addItem({ command: format });
  }
  return menu;
}
