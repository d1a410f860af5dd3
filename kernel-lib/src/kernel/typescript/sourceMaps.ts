import { SourceMap, type SourceMapPayload } from 'module';

const INLINE = /\n?\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/;
const REFERENCE = /\n?\/\/# sourceMappingURL=\S+\s*$/;

/** A place in a text; both count from 0. */
export interface Position {
  line: number;
  column: number;
}

/** Leads from JavaScript back through the steps that made it. */
export class Origin {
  private maps: SourceMap[] | null = null;

  /** @param payloads - Source maps, the last step's first. */
  constructor(private readonly payloads: SourceMapPayload[]) {}

  /** Where `position` comes from; null where nothing is known. */
  find(position: Position): Position | null {
    // Read only when something fails.
    this.maps ??= this.payloads.map((payload) => new SourceMap(payload));
    let found: Position = position;
    for (const map of this.maps) {
      const entry = map.findEntry(found.line, found.column);
      if (!('originalLine' in entry)) {
        return null;
      }
      found = { line: entry.originalLine, column: entry.originalColumn };
    }
    return found;
  }
}

/** `code` without its source map, and that map; null where it has none. */
export function splitInlineMap(code: string): { code: string; map: SourceMapPayload | null } {
  const match = INLINE.exec(code);
  if (match === null) {
    return { code, map: null };
  }
  return { code: code.slice(0, match.index), map: JSON.parse(Buffer.from(match[1], 'base64').toString()) };
}

/** `code` without its reference to a source map. */
export function withoutReference(code: string): string {
  return code.replace(REFERENCE, '');
}
