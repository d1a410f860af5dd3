/**
 * @file The wire thread. It owns the sockets, so that the kernel answers, publishes and can be interrupted while the
 * main thread is busy in TypeScript or TensorFlow.
 */
import { writeSync } from 'fs';
import { parentPort, workerData, type MessagePort } from 'worker_threads';
import { Flag, type FromWire, type ToWire, type WireData } from './channel';
import { Interrupter } from './interrupter';
import { kernelInfo } from './kernelInfo';
import { replyTo, statusMessage, type Header, type Outgoing, type Request } from './message';
import { seal, type Sealed } from './sealed';
import { Sockets } from './sockets';

/** Milliseconds that the main thread gets to leave by itself. */
const SHUTDOWN_PATIENCE = 3000;

const { info, flags } = workerData as WireData;
const main = parentPort as MessagePort;
const sockets = new Sockets(info);
const interrupter = new Interrupter(flags, post, () => running?.msg_id ?? null);
/** Header of the execute_request that runs; null while none does. */
let running: Header | null = null;

main.on('message', (message: ToWire) => {
  switch (message.kind) {
    case 'send':
      return send(message.message);
    case 'settle':
      return post({ kind: 'settled', id: message.id });
    case 'close':
      return void close();
  }
});

void start();

async function start(): Promise<void> {
  leaveWithParent();
  await sockets.bind();
  send(seal(statusMessage('starting', null)));
  await sockets.receive(receive, report);
}

function receive(request: Request): void {
  switch (request.header.msg_type) {
    case 'kernel_info_request':
      return answer(request, () => kernelInfo());
    case 'interrupt_request':
      return answer(request, () => {
        interrupter.interrupt();
        return { status: 'ok' };
      });
    case 'shutdown_request':
      answer(request, () => ({ status: 'ok', restart: request.content.restart === true }));
      post({ kind: 'shutdown' });
      setTimeout(() => void close().then(() => process.kill(process.pid, 'SIGKILL')), SHUTDOWN_PATIENCE);
      return;
    default:
      post({ kind: 'request', request });
  }
}

function answer(request: Request, content: () => Outgoing['content']): void {
  send(seal(statusMessage('busy', request.header)));
  send(seal(replyTo(request, content())));
  send(seal(statusMessage('idle', request.header)));
}

function send(message: Sealed): void {
  sockets.send(message);
  const { parent, state } = message;
  if (state === null || parent === null) {
    return;
  }
  if (parent.msg_type === 'execute_request') {
    running = state === 'busy' ? parent : null;
  } else if (state === 'idle' && running !== null) {
    // A small request that was answered meanwhile does not make the kernel idle.
    sockets.send(seal(statusMessage('busy', running)));
  }
}

function post(message: FromWire): void {
  main.postMessage(message);
}

async function close(): Promise<void> {
  await sockets.close();
  Atomics.store(flags, Flag.Closed, 1);
  Atomics.notify(flags, Flag.Closed);
}

/** A kernel whose server died would run for ever. */
function leaveWithParent(): void {
  const parent = process.ppid;
  if (process.env.JPY_PARENT_PID !== undefined) {
    setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 1000);
  }
}

function report(error: unknown): void {
  writeSync(2, `switchyard kernel: ${error instanceof Error ? error.message : String(error)}\n`);
}
