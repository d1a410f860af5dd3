import { toBundle, type MimeBundle } from '../../base/core/mimeBundle';
import { shared } from '../../base/core/host';
import type { Connection } from '../wire/connection';
import { replyTo, statusMessage, type Content, type Outgoing, type Request } from '../wire/message';
import { checkForms } from '../wire/sealed';
import { Cell, runInCell } from './cell';
import { evaluateExpressions } from './expressions';
import type { History } from './history';
import type { Interrupts } from './interrupts';
import type { Runner } from './runner';

/** Parts of the kernel that the queue works with. */
export interface QueueParts {
  runner: Runner;
  interrupts: Interrupts;
  history: History;
  connection: Connection;
  /** Sends in order with all other output. */
  send(message: Outgoing): void;
}

/** Executes cells one after the other; when one fails, those that wait behind it are aborted. */
export class ExecutionQueue {
  private waiting: Request[] = [];
  private active = false;
  private sequence = 0;
  private count = 0;

  constructor(private readonly parts: QueueParts) {}

  add(request: Request): void {
    this.waiting.push(request);
    if (!this.active) {
      void this.work();
    }
  }

  private async work(): Promise<void> {
    this.active = true;
    for (let request = this.waiting.shift(); request !== undefined; request = this.waiting.shift()) {
      await this.execute(request);
    }
    this.active = false;
  }

  private async execute(request: Request): Promise<void> {
    const { send, runner, interrupts } = this.parts;
    const cell = new Cell(request, ++this.sequence, send);
    send(statusMessage('busy', cell.header));
    cell.executionCount = cell.storeHistory ? ++this.count : this.count;
    cell.publish('execute_input', { code: cell.code, execution_count: cell.executionCount });
    interrupts.watch(cell);
    await runner.run(cell);
    const bundle = await this.bundle(cell);
    const values =
      cell.failure === null ? await evaluateExpressions(request, runner, () => ++this.sequence, cell.interruption) : {};
    interrupts.watch(null);
    const aborted = cell.failure !== null && cell.stopOnError ? await this.takeWaiting() : [];
    this.finish(request, cell, bundle, values);
    aborted.forEach((other) => this.abort(other));
  }

  /** Requests until now; those that the client sends when it has read the reply are not among them. */
  private async takeWaiting(): Promise<Request[]> {
    await this.parts.connection.settle();
    return this.waiting.splice(0);
  }

  private async bundle(cell: Cell): Promise<MimeBundle | null> {
    const { result } = cell;
    if (result === null || cell.failure !== null || cell.silent) {
      return null;
    }
    try {
      const bundle = await runInCell(cell, () =>
        Promise.race([toBundle(result.value, shared().showData), cell.interruption])
      );
      checkForms(bundle.data);
      return bundle;
    } catch (error) {
      cell.failure = this.parts.runner.failure(error);
      return null;
    }
  }

  private finish(request: Request, cell: Cell, bundle: MimeBundle | null, values: Content): void {
    const { send, history } = this.parts;
    const { failure, executionCount } = cell;
    if (bundle !== null) {
      cell.publish('execute_result', { execution_count: executionCount, ...bundle });
    }
    if (failure !== null) {
      cell.publish('error', { ...failure });
    }
    if (cell.storeHistory) {
      const text = bundle?.data['text/plain'];
      history.add(executionCount ?? 0, cell.code, typeof text === 'string' ? text : null);
    }
    const outcome: Content = failure === null ? { status: 'ok' } : { status: 'error', ...failure };
    const content = { ...outcome, execution_count: executionCount, payload: [], user_expressions: values };
    send(replyTo(request, content, cell.metadata));
    send(statusMessage('idle', cell.header));
  }

  private abort(request: Request): void {
    const { send } = this.parts;
    send(statusMessage('busy', request.header));
    send(replyTo(request, { status: 'aborted', execution_count: this.count, payload: [], user_expressions: {} }));
    send(statusMessage('idle', request.header));
  }
}
