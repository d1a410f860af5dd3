type Frames = (Buffer | Uint8Array | string)[];

/** Part of a zeromq socket that an outbox needs. */
export interface Sender {
  send(frames: Frames): Promise<void>;
}

/** Sends in order, one at a time: zeromq rejects a send that begins before the one before it has ended. */
export class Outbox {
  private queue: Frames[] = [];
  private pumping: Promise<void> | null = null;

  constructor(private readonly socket: Sender) {}

  send(frames: Frames): void {
    this.queue.push(frames);
    this.pumping ??= this.pump();
  }

  /** Resolves when all that was given has been handed to the socket. */
  async drained(): Promise<void> {
    while (this.pumping !== null) {
      await this.pumping;
    }
  }

  private async pump(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      for (const frames of batch) {
        await this.socket.send(frames);
      }
    }
    this.pumping = null;
  }
}
