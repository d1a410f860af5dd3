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
  const then: unknown = Reflect.get(prototype, 'then');
  const frozen = new WeakSet();
  override(prototype, 'constructor', (promise) => {
    if (runningCell()?.interrupted !== true || !isCells(callingScript())) {
      return Promise;
    }
    frozen.add(promise);
    return undefined;
  });
  override(prototype, 'then', (promise) => (frozen.delete(promise) ? () => undefined : then));
}

/** Gives a property another value for each promise that is asked; a subclass can have its own as before. */
function override(prototype: object, name: string, value: (promise: object) => unknown): void {
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: object) {
      return value(this);
    },
    set(this: object, own: unknown) {
      Object.defineProperty(this, name, { value: own, configurable: true, writable: true });
    }
  });
}

/** The script that awaits: the one that called the getter. */
function callingScript(): string {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = 4;
    Error.prepareStackTrace = (_, sites) => sites[3]?.getScriptNameOrSourceURL() ?? '';
    return String(new Error().stack);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
