/** Text in red, for the name of an error. */
export function red(text: string): string {
  return `\u001b[31m${text}\u001b[39m`;
}

/** Text in grey, for what matters less. */
export function dim(text: string): string {
  return `\u001b[90m${text}\u001b[39m`;
}

/** Text in cyan, for places. */
export function place(text: string): string {
  return `\u001b[36m${text}\u001b[39m`;
}

/**
 * The line of `code` with a caret under the place, and two lines around it. `line` and `column` count from 0; `length`
 * is how much to mark.
 */
export function excerpt(code: string, line: number, column: number, length = 1): string[] {
  const lines = code.split('\n');
  const first = Math.max(0, line - 2);
  const last = Math.min(lines.length - 1, line + 2);
  const width = String(last + 1).length;
  const shown: string[] = [];
  for (let i = first; i <= last; i++) {
    const number = String(i + 1).padStart(width);
    shown.push(i === line ? `> ${number} | ${lines[i]}` : dim(`  ${number} | ${lines[i]}`));
    if (i === line) {
      const marked = Math.max(1, Math.min(length, lines[i].length - column));
      // Tabs stay, so that the caret stands under its character.
      const before = lines[i].slice(0, column).replace(/[^\t]/g, ' ');
      shown.push(`  ${' '.repeat(width)} | ${before}${red('^'.repeat(marked))}`);
    }
  }
  return shown;
}
