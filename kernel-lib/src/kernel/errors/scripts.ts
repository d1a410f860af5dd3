import type { Cell } from '../cells/cell';
import type { Origin } from '../typescript/sourceMaps';
import type { Frame } from './frames';

/** A place in the TypeScript of a cell; line and column count from 0. */
export interface CellPlace {
  /** For people: "Cell [3]". */
  label: string;
  code: string;
  line: number;
  column: number;
}

interface Script {
  cell: Cell;
  origin: Origin;
  /** Columns that come before the compiled code in its first line. */
  indent: number;
}

/** Lines that tslab puts before the code of a cell. */
const PREFIX_LINES = 1;

/** The compiled cells of this session, to lead stack traces back to them. */
export class Scripts {
  private readonly scripts = new Map<number, Script>();

  add(cell: Cell, origin: Origin, indent: number): void {
    this.scripts.set(cell.sequence, { cell, origin, indent });
  }

  /** Where a frame is in the TypeScript of its cell; null where it is not in a cell or not in its text. */
  locate(frame: Frame): CellPlace | null {
    const script = frame.cell === null ? undefined : this.scripts.get(frame.cell);
    if (script === undefined) {
      return null;
    }
    const { cell, origin, indent } = script;
    const column = frame.column - 1 - (frame.line === 1 ? indent : 0);
    const found = origin.find({ line: frame.line - 1, column: Math.max(0, column) });
    const line = found === null ? -1 : found.line - PREFIX_LINES;
    if (found === null || line < 0 || line >= cell.code.split('\n').length) {
      return null;
    }
    const label = cell.executionCount === null ? 'Cell' : `Cell [${cell.executionCount}]`;
    return { label, code: cell.code, line, column: found.column };
  }
}
