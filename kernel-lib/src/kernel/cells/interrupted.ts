/** Ends a cell that was interrupted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the cell was interrupted');
  }
}

/** True for our own interrupt and for Node's, which ends JavaScript that did not yield. */
export function isInterrupt(error: unknown): boolean {
  return (
    error instanceof Interrupted ||
    (error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED')
  );
}
