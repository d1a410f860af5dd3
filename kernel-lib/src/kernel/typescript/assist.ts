import type * as ts from 'typescript';
import type { Content } from '../wire/message';
import type { Notebook } from './notebook';

/** A position is in no name. */
const NOTHING = { start: 0, text: '' };

/** Answers what an editor asks about code: completion, inspection, completeness. */
export class Assistant {
  constructor(
    private readonly typescript: typeof ts,
    private readonly notebook: Notebook
  ) {}

  complete(request: Content): Content {
    const code = String(request.code);
    const cursor = toUnits(code, request.cursor_pos);
    const { service, path, position } = this.notebook.at(code, cursor);
    const entries = service.getCompletionsAtPosition(path, position, {})?.entries ?? [];
    const name = nameAt(code, cursor);
    const [start, end] = name.text === '' ? [cursor, cursor] : [name.start, name.start + name.text.length];
    const found = matching(entries, name.text);
    return {
      status: 'ok',
      matches: found.map((entry) => entry.name),
      cursor_start: toPoints(code, start),
      cursor_end: toPoints(code, end),
      metadata: { _jupyter_types_experimental: found.map(({ name: text, kind: type }) => ({ text, type, start, end })) }
    };
  }

  inspect(request: Content): Content {
    const code = String(request.code);
    const at = toUnits(code, request.cursor_pos);
    // At the end of a name the name is meant.
    const text = this.describe(code, at) ?? (at > 0 ? this.describe(code, at - 1) : null);
    const data = text === null ? {} : { 'text/plain': text };
    return { status: 'ok', found: text !== null, data, metadata: {} };
  }

  isComplete(request: Content): Content {
    const code = String(request.code);
    const { ScriptTarget, createSourceFile } = this.typescript;
    const file = createSourceFile('cell.ts', code, ScriptTarget.Latest) as ts.SourceFile & {
      parseDiagnostics: readonly ts.DiagnosticWithLocation[];
    };
    const { parseDiagnostics: wrong } = file;
    // Two empty lines end whatever was begun.
    const ended = /(^|\n)\s*\n\s*$/.test(code);
    const open = wrong.some(
      ({ start, messageText }) =>
        start >= code.trimEnd().length && /(expected\.|Unterminated)/.test(String(messageText))
    );
    if (open && !ended) {
      return { status: 'incomplete', indent: indentAfter(code) };
    }
    return { status: wrong.length > 0 ? 'invalid' : 'complete' };
  }

  private describe(code: string, at: number): string | null {
    const { service, path, position } = this.notebook.at(code, at);
    const info = service.getQuickInfoAtPosition(path, position);
    if (info === undefined) {
      return null;
    }
    const join = (parts: ts.SymbolDisplayPart[] = []) => parts.map(({ text }) => text).join('');
    const tags = (info.tags ?? []).map(({ name, text }) => (name === 'param' ? `@param ${join(text)}` : join(text)));
    const documentation = [join(info.documentation), ...tags].filter((text) => text !== '');
    return [join(info.displayParts), ...(documentation.length > 0 ? ['', ...documentation] : [])].join('\n');
  }
}

/** Entries that fit what is typed: those that begin with it first, then those that have it inside. */
function matching(entries: readonly ts.CompletionEntry[], typed: string): ts.CompletionEntry[] {
  const lower = typed.toLowerCase();
  const rank = ({ name }: ts.CompletionEntry) => {
    const at = name.toLowerCase().indexOf(lower);
    return name.startsWith(typed) ? 0 : at === 0 ? 1 : at > 0 ? 2 : 3;
  };
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((ranked) => ranked.rank < 3)
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        a.entry.sortText.localeCompare(b.entry.sortText) ||
        (typed === '' ? a.entry.name.localeCompare(b.entry.name) : 0)
    )
    .map(({ entry }) => entry);
}

function nameAt(code: string, cursor: number): { start: number; text: string } {
  const before = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0] ?? '';
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))?.[0] ?? '';
  const text = before + after;
  return /^\d/.test(text) ? NOTHING : { start: cursor - before.length, text };
}

function indentAfter(code: string): string {
  const line = code.slice(code.lastIndexOf('\n') + 1);
  const current = /^\s*/.exec(line)![0];
  return /[{([][^})\]]*$/.test(line) ? `${current}  ` : current;
}

// Jupyter counts characters, JavaScript UTF-16 units.
function toUnits(code: string, position: unknown): number {
  return typeof position === 'number' ? [...code].slice(0, position).join('').length : code.length;
}

function toPoints(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}
