import { shared, type CellInfo } from '../base/core/host';

/** The cell that runs; null outside the kernel "TypeScript (Switchyard)". */
export function currentCell(): CellInfo | null {
  return shared().host?.cell() ?? null;
}

/** Clears the output of the cell that runs; with `wait`, when the next output comes. Does nothing in another kernel. */
export function clearOutput(options: { wait?: boolean } = {}): void {
  shared().host?.clearOutput(options.wait ?? false);
}
