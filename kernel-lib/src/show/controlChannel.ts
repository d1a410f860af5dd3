import { comms } from '../base/core';
import type { Comm } from '../base/core';
import { CONTROL_TARGET, parseControlRequest } from '../protocol';
import type { ControlDetails, ControlRequest, ControlStatus } from '../protocol';

/** Channels of the runs that something is known of, by run, the oldest first. */
const channels = new Map<string, ControlChannel>();
/** Runs that are over and still answer: each keeps all that was recorded of it. */
const MAX_ENDED = 2;

/** Does what a panel asks; `answer` goes to this panel alone. */
export type Requested = (request: ControlRequest, panel: object, answer: (details: ControlDetails) => void) => void;

/** Hears what panels ask of one run, and tells them how it is. See `protocol/control.ts`. */
export class ControlChannel {
  private readonly panels = new Set<Comm>();
  private ended = false;

  /**
   * @param status - How the run is now.
   * @param requested - Does what a panel asks.
   */
  constructor(
    private readonly status: () => ControlStatus,
    private readonly requested: Requested
  ) {
    channels.set(status().runId, this);
    comms.registerTarget(CONTROL_TARGET, (comm, { data }) => {
      const channel = channels.get(String(data.runId));
      if (channel === undefined) {
        comm.close();
      } else {
        channel.accept(comm);
      }
    });
  }

  /** Tells every panel how the run is. */
  tell(): void {
    this.panels.forEach((comm) => comm.send({ ...this.status() }));
  }

  /** The run is over: what was recorded of it is told until other runs are over. */
  end(): void {
    this.ended = true;
    this.tell();
    const ended = Array.from(channels.values()).filter((channel) => channel.ended);
    ended.slice(0, -MAX_ENDED).forEach((channel) => channel.close());
  }

  /** Nothing more is known of the run. */
  close(): void {
    channels.delete(this.status().runId);
    this.panels.forEach((comm) => comm.close());
    this.panels.clear();
  }

  private accept(comm: Comm): void {
    this.panels.add(comm);
    comm.onClose = () => void this.panels.delete(comm);
    comm.onMessage = ({ data }) => {
      const request = parseControlRequest(data);
      if (request !== null) {
        this.requested(request, comm, (details) => this.panels.has(comm) && comm.send({ ...details }));
      }
      if (request?.type !== 'details') {
        this.tell();
      }
    };
    comm.send({ ...this.status() });
  }
}
