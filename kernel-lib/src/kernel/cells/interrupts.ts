import { CHECKPOINT } from '../typescript/awaits';
import { currentCell, type Cell } from './cell';
import { Interrupted } from './interrupted';

/** Milliseconds that code which stops by itself gets, before its cell ends without it. */
const GRACE = 900;

/** Brings SIGINT to the cell that runs. */
export class Interrupts {
  private cell: Cell | null = null;

  /** @param onCooperative - Told when code begins or ceases to stop by itself on an interrupt. */
  constructor(private readonly onCooperative: (cooperative: boolean) => void) {
    Object.defineProperty(globalThis, CHECKPOINT, { value: checkpoint });
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

/** Cell code calls it after each `await`. */
function checkpoint<T>(value: T): T {
  if (currentCell()?.interrupted) {
    throw new Interrupted();
  }
  return value;
}
