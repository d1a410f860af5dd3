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
  code: string;
  origin: Origin;
}

/** How many scripts are remembered. */
const MOST = 2000;

/** Scripts that this session compiled, to lead stack traces back to them. */
export class Scripts {
  private readonly scripts = new Map<string, Script>();

  addCell(cell: Cell, origin: Origin): void {
    const { executionCount, code } = cell;
    const label = () => (executionCount === null ? 'Cell' : `Cell [${executionCount}]`);
    this.add(scriptName(cell.sequence), { label, code, origin });
  }

  /** A TypeScript file beside the notebook. */
  addFile(path: string, code: string, origin: Origin): void {
    this.add(path, { label: () => relative(process.cwd(), path), code, origin });
  }

  /** True for scripts of cells and for the user's files. */
  has(name: string): boolean {
    return this.scripts.has(name);
  }

  /** Where a frame is in the user's TypeScript; null where it is elsewhere. */
  locate(frame: Frame): SourcePlace | null {
    const script = this.scripts.get(frame.file);
    if (script === undefined) {
      return null;
    }
    const { code, origin, label } = script;
    const found = origin.find({ line: frame.line - 1, column: Math.max(0, frame.column - 1) });
    if (found === null || found.line >= code.split('\n').length) {
      return null;
    }
    return { label: label(), code, line: found.line, column: found.column };
  }

  private add(name: string, script: Script): void {
    this.scripts.delete(name);
    this.scripts.set(name, script);
    const [oldest] = this.scripts.keys();
    if (this.scripts.size > MOST) {
      this.scripts.delete(oldest);
    }
  }
}
