import { Session, type Runtime } from 'inspector';
import { promiseHooks } from 'v8';
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

  /** Forgets evaluations that have not ended. */
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
      const held: Promise<unknown>[] = [];
      const ended = (error: Error | null, result?: Runtime.EvaluateReturnType) => {
        held.length = 0;
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
      shared().start = () => {
        // V8 holds a script's promise weakly, also when it has settled and the answer is on its way: collected then, Node 22 ends
        // the process. The callback that waits for the answer holds it. It is the first promise that the evaluation makes, and there
        // is none where the script does not parse.
        const stop = promiseHooks.onInit((promise) => {
          held.push(promise);
          stop();
        }) as () => void;
        session.post('Runtime.evaluate', options, ended);
        stop();
      };
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
