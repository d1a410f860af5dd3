import type * as ts from 'typescript';
import type { Diagnostic } from './cellDiagnostics';
import type { CheckedCell } from './earlierCells';
import { emit } from './emit';
import { Globals } from './globals';
import type { Notebook } from './notebook';
import { toScript, type ScriptParts } from './script';
import { Origin } from './sourceMaps';

/** A cell that TypeScript accepts. */
export interface Script extends ScriptParts {
  /** JavaScript for V8's REPL mode. */
  code: string;
  origin: Origin;
  cell: CheckedCell;
  /** Names as the script has them, by those that the cell has: those that would hide a global of Node's are others. */
  renamed: ReadonlyMap<string, string>;
}

export type Compiled = { diagnostics: Diagnostic[] } | { script: Script };

/** Makes cells into scripts. */
export class Compiler {
  readonly globals = new Globals();

  constructor(
    private readonly typescript: typeof ts,
    readonly notebook: Notebook
  ) {}

  /** @param run - Number of the run. */
  compile(code: string, run: number): Compiled {
    const { diagnostics, cell, importedValues } = this.notebook.check(code);
    if (diagnostics.length > 0) {
      return { diagnostics };
    }
    const { positions, names } = this.globals.rename(cell);
    const parts: ScriptParts = { modules: [], steps: [], lexical: [] };
    const boundAs = (name: string) => this.globals.boundAs(name);
    const transformer = toScript(this.typescript, { run, renamed: positions, importedValues, boundAs }, parts);
    // Only in a module is `await (f)()` no call of a function that is named await.
    const moduleDetection = this.typescript.ModuleDetectionKind.Force;
    const { code: script, map } = emit(this.typescript, 'cell.ts', code, transformer, { moduleDetection });
    return { script: { ...parts, code: script, origin: new Origin([map]), cell, renamed: names } };
  }
}
