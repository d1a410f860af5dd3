import type { Diagnostic } from 'tslab/dist/converter';
import type { Failure } from './failure';
import { excerpt, place, red } from './text';

/** Diagnostics that are shown in full. */
const MOST = 10;

/** The failure of a cell that TypeScript refuses: each diagnostic with its code, its line and a caret. */
export function diagnosticFailure(diagnostics: readonly Diagnostic[], code: string): Failure {
  const groups = group(diagnostics);
  const blocks = groups.slice(0, MOST).map(([first, ...details]) => {
    const { line, character } = first.start;
    const length = first.end.line === line ? first.end.character - character : 1;
    const where = `${first.fileName === undefined ? '' : `${first.fileName}, `}line ${line + 1}, column ${character + 1}`;
    return [
      `${red(`TS${first.code}`)}: ${first.messageText}`,
      ...details.map((detail) => `  ${detail.messageText}`),
      `  ${place(where)}`,
      ...(first.fileName === undefined ? excerpt(code, line, character, length) : [])
    ].join('\n');
  });
  if (groups.length > MOST) {
    blocks.push(`... and ${groups.length - MOST} more`);
  }
  const [first] = diagnostics;
  const evalue = `TS${first.code}: ${first.messageText} (line ${first.start.line + 1}, column ${first.start.character + 1})`;
  return { ename: 'TypeScriptError', evalue, traceback: blocks };
}

// TypeScript explains one error in several messages about the same place.
function group(diagnostics: readonly Diagnostic[]): Diagnostic[][] {
  const groups: Diagnostic[][] = [];
  for (const diagnostic of diagnostics) {
    const current = groups[groups.length - 1];
    const same =
      current?.[0].start.offset === diagnostic.start.offset && current[0].end.offset === diagnostic.end.offset;
    if (same) {
      current.push(diagnostic);
    } else {
      groups.push([diagnostic]);
    }
  }
  return groups;
}
