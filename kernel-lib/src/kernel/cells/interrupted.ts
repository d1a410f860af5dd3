import { isError, read } from '../errors/safely';

/** Ends a cell that was interrupted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the cell was interrupted');
  }
}

/** True for our own interrupt and for Node's, which ends JavaScript that did not yield. */
export function isInterrupt(error: unknown): boolean {
  return isError(error) && (error instanceof Interrupted || read(error, 'code') === 'ERR_SCRIPT_EXECUTION_INTERRUPTED');
}
