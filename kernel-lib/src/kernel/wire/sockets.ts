import type { Publisher, Reply, Router, XPublisher } from 'zeromq';
import { tslabRequire } from '../tslab';
import { decode, encode } from './codec';
import type { ConnectionInfo, Request } from './message';
import { Outbox } from './outbox';
import { seal, type Sealed } from './sealed';

type Zeromq = {
  XPublisher: typeof XPublisher;
  Router: typeof Router;
  Reply: typeof Reply;
  Publisher: typeof Publisher;
};

/** The five sockets of a Jupyter kernel. */
export class Sockets {
  private readonly zmq = tslabRequire('zeromq') as Zeromq;
  // No high-water mark: beyond it a publisher drops messages.
  private readonly options = { sendHighWaterMark: 0, linger: 2000 };
  private readonly iopub = new this.zmq.XPublisher({ ...this.options, verbosity: 'allSubs' });
  private readonly shell = new this.zmq.Router(this.options);
  private readonly control = new this.zmq.Router(this.options);
  private readonly stdin = new this.zmq.Router(this.options);
  private readonly heartbeat = new this.zmq.Reply();
  private readonly outboxes = {
    iopub: new Outbox(this.iopub),
    shell: new Outbox(this.shell),
    control: new Outbox(this.control)
  };

  constructor(private readonly info: ConnectionInfo) {}

  async bind(): Promise<void> {
    const address = (port: number) =>
      this.info.transport === 'ipc'
        ? `ipc://${this.info.ip}-${port}`
        : `${this.info.transport}://${this.info.ip}:${port}`;
    await Promise.all([
      this.iopub.bind(address(this.info.iopub_port)),
      this.shell.bind(address(this.info.shell_port)),
      this.control.bind(address(this.info.control_port)),
      this.stdin.bind(address(this.info.stdin_port)),
      this.heartbeat.bind(address(this.info.hb_port))
    ]);
  }

  /** Receives until {@link Sockets.close}; a message that cannot be read is reported and skipped. */
  async receive(handle: (request: Request) => void, report: (error: unknown) => void): Promise<void> {
    const listen = async (channel: Request['channel']) => {
      for await (const frames of this[channel]) {
        try {
          handle(decode(frames, channel, this.info.key));
        } catch (error) {
          report(error);
        }
      }
    };
    await Promise.all([listen('shell'), listen('control'), this.echo(), this.welcome()]);
  }

  send(message: Sealed): void {
    this.outboxes[message.channel].send(encode(message, this.info.key));
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.outboxes).map((outbox) => outbox.drained()));
    [this.iopub, this.shell, this.control, this.stdin, this.heartbeat].forEach((socket) => socket.close());
  }

  private async echo(): Promise<void> {
    for await (const frames of this.heartbeat) {
      await this.heartbeat.send(frames);
    }
  }

  // A subscriber learns that it will miss nothing from here on.
  private async welcome(): Promise<void> {
    for await (const [frame] of this.iopub) {
      if (frame[0] === 1) {
        const content = { subscription: frame.subarray(1).toString() };
        this.send(seal({ channel: 'iopub', type: 'iopub_welcome', parent: null, content }));
      }
    }
  }
}
