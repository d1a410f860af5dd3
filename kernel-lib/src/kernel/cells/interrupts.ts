import { shared } from '../host';
import { AWAITED, LOOPED } from '../typescript/checkpoints';
import { currentCell, type Cell } from './cell';
import { Interrupted } from './interrupted';

/** Milliseconds that code which stops by itself gets, before its cell ends without it. */
const GRACE = 900;

/** Brings SIGINT to the cell that runs. */
export class Interrupts {
  private cell: Cell | null = null;
  /** Until the first interrupt, loops need not look at their cell. */
  private hasInterrupted = false;

  /**
   * @param waits - Whether an interrupt waits to be noticed.
   * @param onCooperative - Told when code begins or ceases to stop by itself on an interrupt.
   */
  constructor(
    waits: () => boolean,
    private readonly onCooperative: (cooperative: boolean) => void
  ) {
    Object.defineProperty(globalThis, AWAITED, { value: awaited });
    const looped = () => (waits() || (this.hasInterrupted && currentCell()?.interrupted)) && stop();
    Object.defineProperty(globalThis, LOOPED, { value: looped });
    shared().prepareEnd = forgetAsyncStack;
    process.on('SIGINT', () => this.interrupt());
    process.on('newListener', (event) => this.listenersChanged(event, 1));
    process.on('removeListener', (event) => this.listenersChanged(event, 0));
  }

  /** The cell that SIGINT ends from now on; null for none. */
  watch(cell: Cell | null): void {
    this.cell = cell;
  }

  /** JavaScript of the cell was ended from outside: what it awaited may never settle. */
  terminated(): void {
    this.cell?.abandon();
  }

  private interrupt(): void {
    const { cell } = this;
    if (cell === null) {
      return;
    }
    this.hasInterrupted = true;
    cell.interrupt();
    // Another listener is training that stops after its step and then ends the cell.
    if (process.listenerCount('SIGINT') > 1) {
      setTimeout(() => cell.abandon(), GRACE);
    } else {
      cell.abandon();
    }
  }

  private listenersChanged(event: string | symbol, added: number): void {
    if (event === 'SIGINT') {
      this.onCooperative(process.listenerCount('SIGINT') + added > 1);
    }
  }
}

/** Cell code calls it with what it awaited. */
function awaited<T>(value: T): T {
  if (currentCell()?.interrupted) {
    throw new Interrupted();
  }
  return value;
}

function stop(): never {
  currentCell()?.interrupt();
  throw new Interrupted();
}

/** Node checks that each asynchronous callback ends as it began; one that is ended from outside does not. */
function forgetAsyncStack(): void {
  const { binding } = process as unknown as { binding(name: string): { clearAsyncIdStack(): void } };
  binding('async_wrap').clearAsyncIdStack();
}
