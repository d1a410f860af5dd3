import { Session } from 'inspector';
import { Flag, type FromWire } from './channel';

/** Milliseconds until JavaScript that does not yield gets a signal. */
const SIGNAL_AFTER = 200;
/** Milliseconds until JavaScript that the signal does not reach is ended. */
const END_AFTER = 600;
/** The same for both where the code that runs stops by itself: it may be inside one long step. */
const COOPERATIVE = 10_000;

/** Runs on the main thread before its JavaScript is ended. */
const PREPARE = `globalThis[Symbol.for('switchyard.kernel')].prepareEnd()`;

/**
 * Interrupts the main thread. First it is told, and loops of cells see a flag; if neither is noticed, a signal ends
 * what runs under tslab's watch, and at last whatever JavaScript runs is ended, as a debugger would.
 */
export class Interrupter {
  private lastId = 0;
  private seenId = 0;

  constructor(
    private readonly flags: Int32Array,
    private readonly post: (message: FromWire) => void
  ) {}

  interrupt(): void {
    const id = ++this.lastId;
    Atomics.store(this.flags, Flag.Interrupt, 1);
    this.post({ kind: 'interrupt', id });
    const cooperative = Atomics.load(this.flags, Flag.Cooperative) === 1;
    this.unlessSeen(id, cooperative ? COOPERATIVE : SIGNAL_AFTER, () => process.kill(process.pid, 'SIGINT'));
    this.unlessSeen(id, cooperative ? COOPERATIVE + END_AFTER : END_AFTER, () => this.end());
  }

  /** The main thread has noticed interrupt `id`. */
  seen(id: number): void {
    this.seenId = Math.max(this.seenId, id);
  }

  private unlessSeen(id: number, milliseconds: number, action: () => void): void {
    setTimeout(() => {
      if (this.seenId < id) {
        action();
      }
    }, milliseconds);
  }

  private end(): void {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: PREPARE });
    session.post('Runtime.terminateExecution', () => {
      session.disconnect();
      this.post({ kind: 'terminated' });
    });
  }
}
