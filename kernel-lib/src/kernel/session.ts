import { AsyncLocalStorage } from 'async_hooks';
import { redirectChildOutput } from './cells/childOutput';
import { ExecutionQueue } from './cells/queue';
import { currentCell, hideCells } from './cells/cell';
import { History } from './cells/history';
import { Interrupts } from './cells/interrupts';
import { Runner } from './cells/runner';
import { Streams } from './cells/streams';
import { comms } from '../base/core/comms';
import { shared, type KernelHost } from '../base/core/host';
import { installDisplay } from './display';
import { Scripts } from './errors/scripts';
import { errorFailure } from './errors/traceback';
import { Assistant } from './typescript/assist';
import { chooseTypeScript, libraryTypeScript, loadTypeScript } from './typescript/choose';
import { Notebook } from './typescript/notebook';
import type { Connection } from './wire/connection';
import { replyTo, statusMessage, type Content, type Header, type Outgoing, type Request } from './wire/message';

/** Milliseconds without a cell after which a new kernel prepares for one. */
const IDLE = 100;

/** The parts that check, run and explain cells, with one TypeScript. */
interface Tools {
  runner: Runner;
  assistant: Assistant;
  queue: ExecutionQueue;
}

/** A running kernel: what each request of the client leads to. */
export class Session {
  private readonly streams = new Streams();
  /** The comm message that is being heard: what is sent meanwhile answers it. */
  private readonly commParent = new AsyncLocalStorage<Header>();
  private readonly history = new History();
  private readonly interrupts: Interrupts;
  private readonly cwd = process.cwd();
  private readonly chosen = chooseTypeScript(this.cwd);
  private made: Tools | null = null;
  private earlyAssistant: Assistant | null = null;
  /** Reads the library's types while nothing is asked for. */
  private readonly warming: NodeJS.Timeout;

  constructor(private readonly connection: Connection) {
    this.interrupts = new Interrupts(connection);
    this.install();
    if (!this.chosen.own) {
      this.tools();
    }
    this.warming = setTimeout(() => {
      this.made?.runner.notebook.texts.addLibrary();
      this.made?.assistant.complete({ code: '' });
    }, IDLE);
  }

  handle(request: Request): void {
    const { content } = request;
    switch (request.header.msg_type) {
      case 'execute_request':
        clearTimeout(this.warming);
        return this.execute(request);
      case 'complete_request':
        return this.answer(request, () => this.assistant().complete(content));
      case 'inspect_request':
        return this.answer(request, () => this.assistant().inspect(content));
      case 'is_complete_request':
        return this.answer(request, () => this.assistant().isComplete(content));
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

  /** The parts that run cells, with the TypeScript of the notebook's folder, where it has one. */
  private tools(): Tools {
    if (this.made === null) {
      const { interrupts, history, connection } = this;
      const typescript = loadTypeScript(this.chosen);
      const runner = new Runner(typescript, this.cwd, (body) => connection.undivided(body));
      const assistant = new Assistant(typescript, runner.notebook);
      const send = (message: Outgoing) => this.send(message);
      const queue = new ExecutionQueue({ runner, interrupts, history, connection, send });
      installDisplay(typescript);
      this.made = { runner, assistant, queue };
    }
    return this.made;
  }

  /** The part that explains code: before the first cell with this library's TypeScript, for only cells run what is in their folder. */
  private assistant(): Assistant {
    if (this.made !== null) {
      return this.made.assistant;
    }
    if (this.earlyAssistant === null) {
      const typescript = loadTypeScript(libraryTypeScript());
      this.earlyAssistant = new Assistant(typescript, new Notebook(typescript, this.cwd));
    }
    return this.earlyAssistant;
  }

  private execute(request: Request): void {
    let tools: Tools;
    try {
      tools = this.tools();
    } catch (error) {
      // The TypeScript of the folder does not load.
      return this.refuse(request, { ...this.failure(error) });
    }
    this.earlyAssistant = null;
    tools.queue.add(request);
  }

  private refuse(request: Request, failure: Content): void {
    this.during(request, () => {
      const { header: parent } = request;
      this.send({ channel: 'iopub', type: 'error', parent, content: failure });
      this.send(replyTo(request, { status: 'error', execution_count: 0, ...failure }));
    });
  }

  private failure(error: unknown): ReturnType<typeof errorFailure> {
    return errorFailure(error, this.made?.runner.scripts ?? new Scripts());
  }

  private install(): void {
    hideCells();
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
      return { status: 'error', ...this.failure(error) };
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
    const { ename, traceback } = this.failure(error);
    const cell = currentCell();
    if (cell !== null && ename !== 'Interrupted') {
      this.streams.write(cell, 'stderr', `${traceback.join('\n')}\n`);
    }
  }
}
