/** Directives in a cell's leading comments, as tslab reads them. */
export interface CellMetadata {
  /** Name under which other cells import it; null for a plain cell. */
  module: string | null;
  jsx: boolean;
  /** It is for a browser: nothing runs here. */
  browser: boolean;
}

const LEADING = /^(?:\s+|\/\/[^\n]*(?:\n|$)|\/\*[^]*?\*\/)/;

export function cellMetadata(code: string): CellMetadata {
  const found: CellMetadata = { module: null, jsx: false, browser: false };
  let rest = code;
  for (let match = LEADING.exec(rest); match !== null; match = LEADING.exec(rest)) {
    rest = rest.slice(match[0].length);
    if (match[0].startsWith('/**')) {
      for (const [, tag, text] of match[0].matchAll(/(?:^\/\*\*|\n)[\s*]*@(\w+)[ \t]*([^\n*]*)/g)) {
        if (tag === 'module' && /^\w+$/.test(text.trim())) {
          found.module = text.trim();
        }
        found.jsx ||= tag === 'jsx';
        found.browser = tag === 'browser' || (found.browser && tag !== 'node');
      }
    }
  }
  return found;
}
