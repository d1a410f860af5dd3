import { Session } from 'inspector';
import { Flag, type FromWire } from './channel';

/** Milliseconds until JavaScript that does not yield is ended. */
const END_AFTER = 400;
/** The same where the code that runs stops by itself: it may be inside one long step. */
const COOPERATIVE = 10_000;
/** Milliseconds until what could not be ended then is looked at again. */
const AGAIN = 100;

/** Runs on the main thread before its JavaScript is ended. */
const PREPARE = `globalThis[Symbol.for('switchyard.kernel')].prepareEnd()`;

/** Interrupts the main thread: it is told, and where it does not notice, whatever JavaScript runs is ended, as a debugger would. */
export class Interrupter {
  private lastId = 0;

  /** @param running - Message id of the request that runs; null for none. */
  constructor(
    private readonly flags: Int32Array,
    private readonly post: (message: FromWire) => void,
    private readonly running: () => string | null
  ) {}

  interrupt(): void {
    const [id, target] = [++this.lastId, this.running()];
    this.post({ kind: 'interrupt', id, target });
    const cooperative = Atomics.load(this.flags, Flag.Cooperative) === 1;
    setTimeout(() => this.end(id, target), cooperative ? COOPERATIVE : END_AFTER);
  }

  /** Ends what runs, if the main thread has not heard of the interrupt and is still where it was meant for. */
  private end(id: number, target: string | null): void {
    // Between two cells that wait in a row the main thread hears nothing.
    if (Atomics.load(this.flags, Flag.Heard) >= id || this.running() !== target) {
      return;
    }
    if (Atomics.load(this.flags, Flag.Undivided) === 1) {
      setTimeout(() => this.end(id, target), AGAIN);
      return;
    }
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: PREPARE });
    session.post('Runtime.terminateExecution', () => {
      session.disconnect();
      this.post({ kind: 'terminated', target });
    });
  }
}
