import { AsyncLocalStorage } from 'async_hooks';
import type { Failure } from '../errors/failure';
import type { Content, Header, Outgoing, Request } from '../wire/message';
import { Interrupted } from './interrupted';
import { hideAsyncMarks } from './quietHooks';

/** One execution of a cell: where its outputs go, and how it went. */
export class Cell {
  readonly header: Header;
  readonly code: string;
  /** Quiet: no input echo, no output, no count. */
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly stopOnError: boolean;
  /** The notebook's id of the cell; null where the client sends none. */
  readonly id: string | null;
  /** The number in the prompt. */
  executionCount: number | null = null;
  /** The value of the last expression. */
  result: { value: unknown } | null = null;
  failure: Failure | null = null;
  /** Rejects when the cell is interrupted. */
  readonly interruption: Promise<never>;
  private reject: (error: Interrupted) => void = () => undefined;
  private isInterrupted = false;

  constructor(
    request: Request,
    /** Counts all executions, also silent ones; names the cell's script in stack traces. */
    readonly sequence: number,
    private readonly send: (message: Outgoing) => void
  ) {
    const { content } = request;
    this.header = request.header;
    this.code = String(content.code ?? '');
    this.silent = content.silent === true;
    this.storeHistory = !this.silent && content.store_history !== false;
    this.stopOnError = content.stop_on_error !== false;
    this.id = typeof request.metadata.cellId === 'string' ? request.metadata.cellId : null;
    this.interruption = new Promise((_, reject) => (this.reject = reject));
    this.interruption.catch(() => undefined);
  }

  /** Goes back with every message about this cell, so that a panel finds it. */
  get metadata(): Content {
    return this.id === null ? {} : { cellId: this.id };
  }

  get interrupted(): boolean {
    return this.isInterrupted;
  }

  /** From now on the cell's code stops at its next `await`. */
  interrupt(): void {
    this.isInterrupted = true;
  }

  /** Ends the cell, whatever its code still does. */
  abandon(): void {
    this.interrupt();
    this.reject(new Interrupted());
  }

  /** Publishes an output of this cell. */
  publish(type: string, content: Content): void {
    if (!this.silent) {
      this.send({ channel: 'iopub', type, parent: this.header, content, metadata: this.metadata });
    }
  }
}

const running = new AsyncLocalStorage<Cell>();
let latest: Cell | null = null;

/** Called before anything runs: values show no trace of the cell that they belong to. */
export function hideCells(): void {
  hideAsyncMarks(running, null as unknown as Cell);
}

/** Runs `body` as part of `cell`: all that it starts, also what goes on afterwards, belongs to this cell. */
export function runInCell<T>(cell: Cell, body: () => T): T {
  latest = cell;
  return running.run(cell, body);
}

/** The cell whose code runs now; null for none. */
export function runningCell(): Cell | null {
  return running.getStore() ?? null;
}

/** The cell whose code runs now, else the latest one; null before the first. */
export function currentCell(): Cell | null {
  return running.getStore() ?? latest;
}
