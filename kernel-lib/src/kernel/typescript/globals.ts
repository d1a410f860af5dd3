import type { DeclaredName } from './declared';
import type { CheckedCell } from './earlierCells';
import { RUN } from './rewriter';

/** Where the names of cells are in V8's global scope. */
export class Globals {
  /** Names that are global without any cell: libraries and the kernel itself read these, so that no cell may hide them. */
  private readonly own = new Set([...Object.getOwnPropertyNames(globalThis), 'require', 'module', 'exports', RUN]);
  private readonly lexical = new Set<string>();

  /** Takes over names that a script has declared beside the global object. */
  declared(names: Iterable<string>): void {
    for (const name of names) {
      this.lexical.add(name);
    }
  }

  boundAs(name: string): 'property' | 'lexical' | null {
    if (this.lexical.has(name)) {
      return 'lexical';
    }
    return Object.getOwnPropertyDescriptor(globalThis, name)?.configurable === false ? 'property' : null;
  }

  /** Other names for those of a cell that are Node's: by the positions where they stand, and by name. */
  rename(cell: CheckedCell): { positions: Map<number, string>; names: Map<string, string> } {
    const positions = new Map<number, string>();
    const names = new Map<string, string>();
    for (const { name, start } of this.hiding(cell)) {
      positions.set(start, otherName(name));
      names.set(name, otherName(name));
    }
    for (const { name, start, declaredBy } of cell.references) {
      if (this.own.has(name) && this.hiding(declaredBy).some((declared) => declared.name === name)) {
        positions.set(start, otherName(name));
      }
    }
    return { positions, names };
  }

  private hiding({ statements }: CheckedCell): DeclaredName[] {
    const names = statements.flatMap((statement) => statement.names);
    return names.filter(({ name, ambient, kind }) => this.own.has(name) && !ambient && kind !== 'type');
  }
}

function otherName(name: string): string {
  return `${name}$own`;
}
