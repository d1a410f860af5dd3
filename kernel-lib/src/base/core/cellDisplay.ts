import * as path from 'path';

/** A MIME bundle for one output; the display id names the output for later updates. */
export interface DisplayMessage {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id: string };
}

/** Shows a bundle in the cell it was captured in; `update` replaces what the display id shows. */
export type WriteDisplay = (message: DisplayMessage, update: boolean) => void;

/** Part of Switchyard's own kernel that writes displays, bound to the cell that runs. */
interface KernelDisplay {
  capture(): WriteDisplay;
}

const KEY = Symbol.for('switchyard.display');
const TSLAB_FILE = path.join('tslab', 'dist', 'jupyter.js');

/**
 * The running cell's display, null outside a notebook. Call it while the cell's own code runs: what is written later
 * still goes to that cell, whichever runs then.
 */
export function captureDisplay(): WriteDisplay | null {
  const kernel = (globalThis as unknown as Record<symbol, KernelDisplay | undefined>)[KEY];
  return kernel?.capture() ?? captureTslab();
}

/** Plain tslab: the copy that runs the cells is the one that has a writer; `require('tslab')` here may be another. */
function captureTslab(): WriteDisplay | null {
  const files = Object.keys(require.cache).filter((file) => file.endsWith(TSLAB_FILE));
  const writers = files.map((file) => (require.cache[file]?.exports as TslabJupyter).lastWriteDisplayData ?? null);
  return writers.find((writer) => writer !== null) ?? null;
}

interface TslabJupyter {
  lastWriteDisplayData?: WriteDisplay | null;
}
