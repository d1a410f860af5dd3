import { readFileSync } from 'fs';
import { join } from 'path';
import { Worker } from 'worker_threads';
import { Flag, type FromWire, type ToWire, type WireData } from './channel';
import type { ConnectionInfo, Outgoing, Request } from './message';
import { seal } from './sealed';

/** Milliseconds that the last messages get when the process ends. */
const CLOSE_PATIENCE = 2000;

/** Handlers of the main thread for messages of the wire thread. */
export interface ConnectionHandlers {
  request(request: Request): void;
  /** The client asked to end the request of this message id, or whatever runs where none does. */
  interrupt(target: string | null): void;
  /** JavaScript that did not yield was ended; whatever it was, it will not settle. */
  terminated(target: string | null): void;
  shutdown(): void;
  failed(error: Error): void;
}

/** The main thread's end of the wire. */
export class Connection {
  private readonly flags = new Int32Array(new SharedArrayBuffer(4 * Flag.Length));
  private readonly worker: Worker;
  private readonly settling = new Map<number, () => void>();
  private lastSettle = 0;

  /** @param file - The connection file that the client wrote. */
  constructor(file: string) {
    const info = JSON.parse(readFileSync(file, 'utf-8')) as ConnectionInfo;
    const workerData: WireData = { info, flags: this.flags };
    this.worker = new Worker(join(__dirname, 'thread.js'), { workerData, stdin: true });
  }

  /** Begins to hand over messages; those that came before have waited. */
  listen(handlers: ConnectionHandlers): void {
    this.worker.on('error', (error) => handlers.failed(error as Error));
    this.worker.on('message', (message: FromWire) => {
      switch (message.kind) {
        case 'request':
          return handlers.request(message.request);
        case 'settled':
          this.settling.get(message.id)?.();
          return void this.settling.delete(message.id);
        case 'interrupt':
          Atomics.store(this.flags, Flag.Heard, message.id);
          return handlers.interrupt(message.target);
        case 'terminated':
          return handlers.terminated(message.target);
        case 'shutdown':
          return handlers.shutdown();
      }
    });
  }

  /** Sends without waiting, in order. Throws where the message holds what JSON cannot carry. */
  send(message: Outgoing): void {
    this.post({ kind: 'send', message: seal(message) });
  }

  /** Resolves when every request that has arrived by now has been handed over. */
  settle(): Promise<void> {
    const id = ++this.lastSettle;
    this.post({ kind: 'settle', id });
    return new Promise((resolve) => this.settling.set(id, resolve));
  }

  /** Says whether code that runs stops by itself on an interrupt, so that it is not ended in the middle of a step. */
  setCooperative(cooperative: boolean): void {
    Atomics.store(this.flags, Flag.Cooperative, cooperative ? 1 : 0);
  }

  /** Does what an interrupt must not end in the middle: it comes after that. */
  undivided<T>(body: () => T): T {
    Atomics.store(this.flags, Flag.Undivided, 1);
    try {
      return body();
    } finally {
      Atomics.store(this.flags, Flag.Undivided, 0);
    }
  }

  /** Blocks until all has been sent and the sockets are closed. */
  close(): void {
    this.post({ kind: 'close' });
    Atomics.wait(this.flags, Flag.Closed, 0, CLOSE_PATIENCE);
  }

  private post(message: ToWire): void {
    this.worker.postMessage(message);
  }
}
