import { fileURLToPath } from 'url';
import { relative, resolve } from 'path';

/** One line of a stack trace; line and column count from 1. */
export interface Frame {
  /** Name of the function; empty at the top level of a cell. */
  name: string;
  /** Sequence number of the cell; null outside cells. */
  cell: number | null;
  file: string;
  line: number;
  column: number;
}

const SCRIPT = 'switchyard-cell-';
/** Frames of an interrupted cell without the one that ends it: where it was is of interest. */
const CHECKPOINTS = resolve(__dirname, '..', 'cells');
const AT = /^\s+at (?:async )?(?:(.*?) \()?(?:file:\/\/)?([^()]+?):(\d+):(\d+)\)?$/;

/** Name of a cell's script in stack traces. */
export function scriptName(sequence: number): string {
  return `${SCRIPT}${sequence}`;
}

/** The frames of a stack trace, the innermost first. */
export function parseFrames(stack: string): Frame[] {
  return stack.split('\n').flatMap((text) => {
    const match = AT.exec(text);
    if (match === null) {
      return [];
    }
    const [, name = '', file, line, column] = match;
    const cell = file.startsWith(SCRIPT) ? Number(file.slice(SCRIPT.length)) : null;
    if (file.startsWith(CHECKPOINTS)) {
      return [];
    }
    return [{ name, cell, file, line: Number(line), column: Number(column) }];
  });
}

/** The package or the file that a frame outside cells belongs to, for people. */
export function frameOwner(frame: Frame, cwd: string): { label: string; isLibrary: boolean } {
  const { file } = frame;
  if (file.startsWith('node:') || file.startsWith('evalmachine') || file === '<anonymous>') {
    return { label: 'Node', isLibrary: true };
  }
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (inPackage !== null) {
    return { label: inPackage[1], isLibrary: true };
  }
  if (path.includes('/kernel-lib/dist/')) {
    return { label: '@switchyard/kernel-lib', isLibrary: true };
  }
  return { label: relative(cwd, path), isLibrary: false };
}
