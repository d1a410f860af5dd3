import { existsSync, readFileSync } from 'fs';
import { relative } from 'path';
import type { Cell } from '../cells/cell';
import type { Origin } from '../typescript/sourceMaps';
import { scriptName, type Frame } from './frames';

/** A place in TypeScript that the user wrote; line and column count from 0. */
export interface SourcePlace {
  /** For people: "Cell [3]". */
  label: string;
  code: string;
  line: number;
  column: number;
}

interface Script {
  /** Made when it is shown: a cell has its number only while it runs. */
  label: () => string;
  code: () => string;
  origin: Origin;
  /** Columns that come before the compiled code in its first line. */
  indent: number;
  /** Lines that tslab put before the TypeScript. */
  prefix: number;
}

/** What this session compiled, to lead stack traces back to it. */
export class Scripts {
  private readonly scripts = new Map<string, Script>();

  addCell(cell: Cell, origin: Origin, indent: number): void {
    const label = () => (cell.executionCount === null ? 'Cell' : `Cell [${cell.executionCount}]`);
    this.scripts.set(scriptName(cell.sequence), { label, code: () => cell.code, origin, indent, prefix: 1 });
  }

  /** A TypeScript file beside the notebook, by the path that its JavaScript would have. */
  addFile(path: string, origin: Origin | null): void {
    const source = ['.ts', '.tsx'].map((end) => path.replace(/\.js$/, end)).find(existsSync);
    if (origin !== null && source !== undefined) {
      const label = () => relative(process.cwd(), source);
      this.scripts.set(path, { label, code: () => readFileSync(source, 'utf-8'), origin, indent: 0, prefix: 0 });
    }
  }

  /** Where a frame is in the user's TypeScript; null where it is elsewhere. */
  locate(frame: Frame): SourcePlace | null {
    const script = this.scripts.get(frame.file);
    if (script === undefined) {
      return null;
    }
    const column = frame.column - 1 - (frame.line === 1 ? script.indent : 0);
    const found = script.origin.find({ line: frame.line - 1, column: Math.max(0, column) });
    const line = found === null ? -1 : found.line - script.prefix;
    const code = script.code();
    if (found === null || line < 0 || line >= code.split('\n').length) {
      return null;
    }
    return { label: script.label(), code, line, column: found.column };
  }
}
