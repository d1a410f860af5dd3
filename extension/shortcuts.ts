/** @file Which keys start this extension's own commands: as the reader's settings have it. */
import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from './commands';

const OWN: readonly string[] = Object.values(CommandIDs);

export function isOwnShortcut(commands: CommandRegistry, event: KeyboardEvent): boolean {
  const keystroke = CommandRegistry.keystrokeForKeydownEvent(event);
  return commands.keyBindings.some(({ command, keys }) => OWN.includes(command) && keys[0] === keystroke);
}
