import { vi } from 'vitest';

/** What a command writes to the terminal. */
export async function printed(command: () => Promise<unknown>): Promise<string> {
  let text = '';
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => (text += `${line}\n`));
  try {
    await command();
  } finally {
    log.mockRestore();
  }
  return text;
}
