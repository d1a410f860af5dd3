import type { Diagnostic } from '../typescript/cellDiagnostics';
import type { Failure } from './failure';
import { excerpt, place, red } from './text';

/** Diagnostics that are shown in full. */
const MOST = 10;

/** The failure of a cell that TypeScript refuses: each diagnostic with its code, its line and a caret. */
export function diagnosticFailure(diagnostics: readonly Diagnostic[], code: string): Failure {
  const blocks = diagnostics
    .slice(0, MOST)
    .map(({ start, end, fileName, code: number, messages: [message, ...details] }) => {
      const { line, character } = start;
      const length = end.line === line ? end.character - character : 1;
      const where = `${fileName === undefined ? '' : `${fileName}, `}line ${line + 1}, column ${character + 1}`;
      return [
        `${red(`TS${number}`)}: ${message}`,
        ...details.map((detail) => `  ${detail}`),
        `  ${place(where)}`,
        ...(fileName === undefined ? excerpt(code, line, character, length) : [])
      ].join('\n');
    });
  if (diagnostics.length > MOST) {
    blocks.push(`... and ${diagnostics.length - MOST} more`);
  }
  const [{ code: number, messages, start }] = diagnostics;
  const evalue = `TS${number}: ${messages[0]} (line ${start.line + 1}, column ${start.character + 1})`;
  return { ename: 'TypeScriptError', evalue, traceback: blocks };
}
