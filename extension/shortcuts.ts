/** @file Which keys a panel leaves to JupyterLab: all but those of the notebook, which would act on its cells. */
import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from './commands';

const OWN: readonly string[] = Object.values(CommandIDs);
/** Parts of a selector that is of the notebook around the panel; commands to undo find it by its data. */
const OF_THE_NOTEBOOK = /\.jp-(Notebook|Cell|CodeCell|MarkdownCell)|data-jp-/;

/** Whether a key may be taken for a shortcut, as the reader's settings have them. */
export function isLeftToJupyterLab(commands: CommandRegistry, event: KeyboardEvent): boolean {
  const keystroke = CommandRegistry.keystrokeForKeydownEvent(event);
  const bound = commands.keyBindings.filter(({ keys }) => keys[0] === keystroke);
  const isOwn = bound.some(({ command }) => OWN.includes(command));
  return isOwn || !bound.some(({ selector }) => OF_THE_NOTEBOOK.test(selector));
}
