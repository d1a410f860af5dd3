import { runningCell } from './cell';

let installed = false;

/**
 * From now on, code of cells that were interrupted waits for ever at its next `await`: a loop in the background stops, with no trace of
 * this in its text. Libraries go on, as training does that ends its step and saves.
 *
 * An await asks its promise for the constructor, and where that is not `Promise`, for `then`.
 *
 * @param isCells - Whether a script is a cell's or one of the user's files.
 */
export function freezeInterrupted(isCells: (script: string) => boolean): void {
  if (installed) {
    return;
  }
  installed = true;
  const { prototype } = Promise;
  const { then } = prototype;
  let frozen: unknown = null;
  Object.defineProperty(prototype, 'constructor', {
    configurable: true,
    get(this: unknown) {
      if (runningCell()?.interrupted === true && isCells(callingScript())) {
        frozen = this;
        return undefined;
      }
      return Promise;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'constructor', { value, configurable: true, writable: true });
    }
  });
  Object.defineProperty(prototype, 'then', {
    configurable: true,
    get(this: unknown) {
      const isFrozen = frozen === this;
      frozen = null;
      return isFrozen ? () => undefined : then;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'then', { value, configurable: true, writable: true });
    }
  });
}

/** The script that awaits: the one that called the getter. */
function callingScript(): string {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = 3;
    Error.prepareStackTrace = (_, sites) => sites[2]?.getScriptNameOrSourceURL() ?? '';
    return String(new Error().stack);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
