import { AsyncLocalStorage } from 'async_hooks';
import type * as ts from 'typescript';
import { redirectChildOutput } from './cells/childOutput';
import { ExecutionQueue } from './cells/queue';
import { currentCell, hideCells } from './cells/cell';
import { History } from './cells/history';
import { Interrupts } from './cells/interrupts';
import { Runner } from './cells/runner';
import { Streams } from './cells/streams';
import { comms } from '../base/core/comms';
import { installDisplay } from './display';
import { shared, type KernelHost } from '../base/core/host';
import { Assistant } from './typescript/assist';
import { chooseTypeScript, loadTypeScript } from './typescript/choose';
import type { Connection } from './wire/connection';
import { replyTo, statusMessage, type Content, type Header, type Outgoing, type Request } from './wire/message';

/** Milliseconds without a cell after which a new kernel prepares for one. */
const IDLE = 100;

/** A running kernel: what each request of the client leads to. */
export class Session {
  private readonly streams = new Streams();
  /** The comm message that is being heard: what is sent meanwhile answers it. */
  private readonly commParent = new AsyncLocalStorage<Header>();
  private readonly history = new History();
  private readonly interrupts: Interrupts;
  private readonly runner: Runner;
  private readonly assistant: Assistant;
  private readonly queue: ExecutionQueue;
  /** Reads the library's types while nothing is asked for. */
  private readonly warming: NodeJS.Timeout;

  constructor(private readonly connection: Connection) {
    const cwd = process.cwd();
    const typescript = loadTypeScript(chooseTypeScript(cwd));
    this.interrupts = new Interrupts((cooperative) => connection.setCooperative(cooperative));
    this.runner = new Runner(typescript, cwd);
    this.assistant = new Assistant(typescript, this.runner.notebook);
    const { runner, interrupts, history } = this;
    this.queue = new ExecutionQueue({ runner, interrupts, history, connection, send: (message) => this.send(message) });
    this.install(typescript);
    this.warming = setTimeout(() => {
      this.runner.notebook.texts.addLibrary();
      this.assistant.complete({ code: '' });
    }, IDLE);
  }

  handle(request: Request): void {
    const { content } = request;
    switch (request.header.msg_type) {
      case 'execute_request':
        clearTimeout(this.warming);
        return this.queue.add(request);
      case 'complete_request':
        return this.answer(request, () => this.assistant.complete(content));
      case 'inspect_request':
        return this.answer(request, () => this.assistant.inspect(content));
      case 'is_complete_request':
        return this.answer(request, () => this.assistant.isComplete(content));
      case 'history_request':
        return this.answer(request, () => this.history.reply(content));
      case 'comm_info_request':
        return this.answer(request, () => this.commInfo(content));
      case 'comm_open':
      case 'comm_msg':
      case 'comm_close':
        return this.comm(request);
      default:
        // Requests that a kernel does not know are ignored, as the protocol says.
        return this.during(request, () => undefined);
    }
  }

  /** The client asked for an interrupt while the request `target` ran. */
  interrupt(target: string | null): void {
    this.interrupts.requested(target);
  }

  /** JavaScript of the request `target`, which did not yield, was ended. */
  terminated(target: string | null): void {
    this.interrupts.terminated(target);
  }

  /** Sends what waits. */
  flush(): void {
    this.streams.flush();
  }

  private install(typescript: typeof ts): void {
    hideCells();
    installDisplay(typescript);
    shared().host = this.host();
    this.streams.redirect();
    redirectChildOutput((name, chunk) => this.streams.print(name, chunk));
    process.on('uncaughtException', (error) => this.stray(error));
    process.on('unhandledRejection', (reason) => this.stray(reason));
  }

  private host(): KernelHost {
    return {
      sendComm: ({ type, content, metadata, buffers }) => {
        const parent = this.commParent.getStore() ?? currentCell()?.header ?? null;
        this.send({ channel: 'iopub', type, parent, content, metadata, buffers });
      },
      clearOutput: (wait) => currentCell()?.publish('clear_output', { wait }),
      cell: () => {
        const cell = currentCell();
        return cell === null ? null : { id: cell.id, executionCount: cell.executionCount };
      }
    };
  }

  private send(message: Outgoing): void {
    if (message.type !== 'stream') {
      this.streams.flush();
    }
    this.connection.send(message);
  }

  private answer(request: Request, content: () => Content): void {
    this.during(request, () => this.send(replyTo(request, this.orError(content))));
  }

  private during(request: Request, body: () => void): void {
    this.send(statusMessage('busy', request.header));
    body();
    this.send(statusMessage('idle', request.header));
  }

  private orError(content: () => Content): Content {
    try {
      return content();
    } catch (error) {
      return { status: 'error', ...this.runner.failure(error) };
    }
  }

  private commInfo({ target_name: target }: Content): Content {
    const open = [...comms.opened.values()].filter((comm) => target === undefined || comm.targetName === target);
    return { status: 'ok', comms: Object.fromEntries(open.map((comm) => [comm.id, { target_name: comm.targetName }])) };
  }

  private comm(request: Request): void {
    const { header, content, metadata, buffers } = request;
    const event = { data: (content.data ?? {}) as Content, metadata, buffers };
    this.during(request, () => {
      try {
        this.commParent.run(header, () => comms.receive(header.msg_type, content, event));
      } catch (error) {
        this.stray(error);
      }
    });
  }

  /** An error that no cell awaits is shown where its cell prints. */
  private stray(error: unknown): void {
    const { ename, traceback } = this.runner.failure(error);
    const cell = currentCell();
    if (cell !== null && ename !== 'Interrupted') {
      this.streams.write(cell, 'stderr', `${traceback.join('\n')}\n`);
    }
  }
}
