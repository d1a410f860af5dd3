import { Session } from 'inspector';
import { Flag, type FromWire } from './channel';

/** Milliseconds until JavaScript that does not yield is ended. */
const END_AFTER = 400;
/** The same where the code that runs stops by itself: it may be inside one long step. */
const COOPERATIVE = 10_000;

/** Runs on the main thread before its JavaScript is ended. */
const PREPARE = `globalThis[Symbol.for('switchyard.kernel')].prepareEnd()`;

/** Interrupts the main thread: it is told, and where it does not notice, whatever JavaScript runs is ended, as a debugger would. */
export class Interrupter {
  private lastId = 0;
  private seenId = 0;

  constructor(
    private readonly flags: Int32Array,
    private readonly post: (message: FromWire) => void
  ) {}

  /** @param target - Message id of the request that runs; null for none. */
  interrupt(target: string | null): void {
    const id = ++this.lastId;
    this.post({ kind: 'interrupt', id, target });
    const cooperative = Atomics.load(this.flags, Flag.Cooperative) === 1;
    setTimeout(
      () => {
        if (this.seenId < id) {
          this.end(target);
        }
      },
      cooperative ? COOPERATIVE : END_AFTER
    );
  }

  /** The main thread has noticed interrupt `id`. */
  seen(id: number): void {
    this.seenId = Math.max(this.seenId, id);
  }

  private end(target: string | null): void {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: PREPARE });
    session.post('Runtime.terminateExecution', () => {
      session.disconnect();
      this.post({ kind: 'terminated', target });
    });
  }
}
