import type * as ts from 'typescript';
import { declarationsOf } from './declared';
import { CellDiagnostics, type Diagnostic } from './cellDiagnostics';
import { CheckedCell, EarlierCells, type EarlierText, type Reference } from './earlierCells';
import { findReferences } from './references';
import { TextService } from './service';

/** Result of checking a cell. */
export interface Check {
  diagnostics: Diagnostic[];
  /** Names that the cell declares and their meanings, to be added once it has run. */
  cell: CheckedCell;
  /** Positions of imported names that are values, and whether their module may set them. */
  importedValues: ReadonlyMap<number, 'fixed' | 'changing'>;
}

/** The notebook as one TypeScript program, made of the sources of its cells: of a name the last declaration counts. */
export class Notebook {
  readonly earlier = new EarlierCells();
  readonly texts: TextService;
  private lastId = 0;

  constructor(
    private readonly typescript: typeof ts,
    private readonly cwd: string
  ) {
    this.texts = new TextService(typescript, cwd);
  }

  /** Checks a cell that comes after those that ran. */
  check(code: string): Check {
    const own = this.parse(code);
    const { before, start } = this.place(own);
    const program = this.texts.program(before.text + code);
    const file = program.getSourceFile(this.texts.path)!;
    const diagnostics = new CellDiagnostics(this.typescript, program, this.cwd).of(file, start);
    const checker = program.getTypeChecker();
    if (diagnostics.length > 0) {
      return { diagnostics, cell: own, importedValues: new Map() };
    }
    const known = new Set([...this.earlier.names.keys(), ...namesOf(own)]);
    const found = findReferences(this.typescript, checker, file, start, known);
    own.references = found.references.map(({ at, ...reference }): Reference => ({
      ...reference,
      declaredBy: at >= start ? own : (before.cellAt(at) ?? own)
    }));
    return { diagnostics, cell: own, importedValues: found.importedValues };
  }

  /** The service and the position in its text that `position` of a cell has. */
  at(code: string, position: number): { service: ts.LanguageService; path: string; position: number; start: number } {
    const { before, start } = this.place(this.parse(code));
    this.texts.program(before.text + code);
    return { service: this.texts.service, path: this.texts.path, position: start + position, start };
  }

  /** Checks a file that is only in memory. */
  checkFile(path: string, code: string): Diagnostic[] {
    this.texts.addFile(path, code);
    const { service } = this.texts;
    const found = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
    const program = service.getProgram()!;
    return new CellDiagnostics(this.typescript, program, this.cwd).convert(found, null, 0);
  }

  private parse(code: string): CheckedCell {
    const { typescript } = this;
    const file = typescript.createSourceFile('cell.ts', code, typescript.ScriptTarget.Latest, true);
    return new CheckedCell(++this.lastId, code, declarationsOf(typescript, file));
  }

  private place(cell: CheckedCell): { before: EarlierText; start: number } {
    const before = this.earlier.text(namesOf(cell));
    return { before, start: before.text.length };
  }
}

/** The names that a cell declares. */
export function namesOf(cell: CheckedCell): Set<string> {
  return new Set(cell.meanings.keys());
}
