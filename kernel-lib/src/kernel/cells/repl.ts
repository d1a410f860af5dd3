import { Session, type Runtime } from 'inspector';
import { Script } from 'vm';
import { shared } from '../../base/core/host';
import { Interrupted } from './interrupted';

/** Starts what waits. A signal that comes meanwhile ends it: Node hears none while JavaScript does not yield. */
const START = new Script(`globalThis[Symbol.for('switchyard.kernel')].start()`);
const KEEP = '(value) => { globalThis[Symbol.for("switchyard.kernel")].thrown = { value }; }';

/** Evaluates scripts as a prompt does: what one declares is there for the next, and can be declared again. */
export class Repl {
  private session = new Session();
  private lastGroup = 0;

  constructor() {
    this.session.connect();
  }

  /**
   * Forgets evaluations that have not ended. V8 tells of one whose promise nothing holds any more while it collects garbage, and
   * from Node 22 on it ends the process that hears it then.
   */
  renew(): void {
    this.session.disconnect();
    this.session = new Session();
    this.session.connect();
  }

  /** Resolves when the script has ended, and what it awaits: to what it threw, whatever that is; null for nothing. */
  evaluate(expression: string): Promise<{ thrown: unknown } | null> {
    const objectGroup = String(++this.lastGroup);
    return new Promise((resolve) => {
      const { session } = this;
      const ended = (error: Error | null, result?: Runtime.EvaluateReturnType) => {
        if (error !== null) {
          // What ends JavaScript leaves no error of its own, and each Node words it in another way.
          queueMicrotask(() => resolve({ thrown: shared().ending === true ? new Interrupted() : error }));
        } else if (result?.exceptionDetails === undefined) {
          resolve(null);
        } else {
          resolve({ thrown: this.thrown(result.exceptionDetails) });
        }
        if (session === this.session) {
          session.post('Runtime.releaseObjectGroup', { objectGroup });
        }
      };
      const options = { expression, replMode: true, awaitPromise: true, objectGroup };
      shared().ending = false;
      shared().start = () => session.post('Runtime.evaluate', options, ended);
      try {
        START.runInThisContext({ breakOnSigint: true });
      } catch {
        // Only a signal ends it so.
        shared().ending = true;
        resolve({ thrown: new Interrupted() });
      }
    });
  }

  /** The value that was thrown itself, not a description of it. */
  private thrown({ exception, text }: Runtime.ExceptionDetails): unknown {
    if (exception === undefined) {
      return new Error(text);
    }
    const { objectId, unserializableValue, value } = exception;
    const argument =
      objectId !== undefined
        ? { objectId }
        : unserializableValue !== undefined
          ? { unserializableValue }
          : { value: value as unknown };
    const kernel = shared();
    delete kernel.thrown;
    this.session.post('Runtime.evaluate', { expression: 'globalThis', objectGroup: 'thrown' }, (error, global) => {
      this.session.post('Runtime.callFunctionOn', {
        functionDeclaration: KEEP,
        objectId: error === null ? global.result.objectId : undefined,
        arguments: [argument]
      });
    });
    this.session.post('Runtime.releaseObjectGroup', { objectGroup: 'thrown' });
    const { thrown } = kernel as { thrown?: { value: unknown } };
    delete kernel.thrown;
    return thrown === undefined ? new Error(exception.description ?? text) : thrown.value;
  }
}
