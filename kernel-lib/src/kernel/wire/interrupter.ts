import { Session } from 'inspector';
import { Flag, type FromWire } from './channel';

/** Milliseconds until JavaScript that does not yield is ended. */
const PATIENCE = 600;
/** The same where the code that runs stops by itself: it may be inside one long step. */
const COOPERATIVE_PATIENCE = 10_000;

/** Interrupts the main thread: first by a signal, then, where that is not noticed, by ending the JavaScript that runs. */
export class Interrupter {
  private lastId = 0;
  private seenId = 0;

  constructor(
    private readonly flags: Int32Array,
    private readonly post: (message: FromWire) => void
  ) {}

  interrupt(): void {
    const id = ++this.lastId;
    this.post({ kind: 'interrupt', id });
    process.kill(process.pid, 'SIGINT');
    const patience = Atomics.load(this.flags, Flag.Cooperative) === 1 ? COOPERATIVE_PATIENCE : PATIENCE;
    setTimeout(() => {
      if (this.seenId < id) {
        this.terminate();
      }
    }, patience);
  }

  /** The main thread has noticed interrupt `id`. */
  seen(id: number): void {
    this.seenId = Math.max(this.seenId, id);
  }

  private terminate(): void {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => {
      session.disconnect();
      this.post({ kind: 'terminated' });
    });
  }
}
