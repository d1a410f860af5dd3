import { shared } from '../../base/core/host';
import type { Connection } from '../wire/connection';
import type { Cell } from './cell';

/** Milliseconds that code which stops by itself gets, before its cell ends without it. */
const GRACE = 900;

/** Brings SIGINT to the cell that runs. */
export class Interrupts {
  private cell: Cell | null = null;
  /** The request whose cell an interrupt is for; undefined for a signal, which is for any. */
  private target: string | null | undefined = undefined;

  constructor(private readonly connection: Pick<Connection, 'setCooperative'>) {
    shared().prepareEnd = () => {
      shared().ending = true;
      forgetAsyncStack();
    };
    process.on('SIGINT', () => this.interrupt());
    process.on('newListener', (event) => this.listenersChanged(event, 1));
    process.on('removeListener', (event) => this.listenersChanged(event, 0));
  }

  /** The cell that SIGINT ends from now on; null for none. */
  watch(cell: Cell | null): void {
    this.cell = cell;
  }

  /** The client asked for an interrupt while the request `target` ran; null for none. */
  requested(target: string | null): void {
    this.target = target;
    // Training listens to the signal, on plain tslab as well as here.
    process.emit('SIGINT', 'SIGINT');
    this.target = undefined;
  }

  /** JavaScript of the request's cell was ended from outside: what it awaited may never settle. */
  terminated(target: string | null): void {
    if (this.cell?.header.msg_id === target) {
      this.cell?.abandon();
    }
  }

  private interrupt(): void {
    const { cell, target } = this;
    if (cell === null || (target !== undefined && cell.header.msg_id !== target)) {
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
      // Code that runs stops by itself on an interrupt, or ceases to.
      this.connection.setCooperative(process.listenerCount('SIGINT') + added > 1);
    }
  }
}

/** Node checks that each asynchronous callback ends as it began; one that is ended from outside does not. */
function forgetAsyncStack(): void {
  const { binding } = process as unknown as { binding(name: string): { clearAsyncIdStack(): void } };
  binding('async_wrap').clearAsyncIdStack();
}
