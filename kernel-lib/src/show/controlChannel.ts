import { comms } from '../kernel/comms';
import type { Comm } from '../kernel/comms';
import { CONTROL_TARGET, parseControlRequest } from '../protocol';
import type { ControlRequest, ControlStatus } from '../protocol';

/** Channels of the runs under way, by run. */
const channels = new Map<string, ControlChannel>();

/** Hears what panels ask of one run, and tells them how it is. See `protocol/control.ts`. */
export class ControlChannel {
  private readonly panels = new Set<Comm>();

  /**
   * @param status - How the run is now.
   * @param requested - Does what a panel asks.
   */
  constructor(
    private readonly status: () => ControlStatus,
    private readonly requested: (request: ControlRequest) => void
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

  /** Tells it for the last time. */
  close(): void {
    channels.delete(this.status().runId);
    this.tell();
    this.panels.forEach((comm) => comm.close());
    this.panels.clear();
  }

  private accept(comm: Comm): void {
    this.panels.add(comm);
    comm.onClose = () => void this.panels.delete(comm);
    comm.onMessage = ({ data }) => {
      const request = parseControlRequest(data);
      if (request !== null) {
        this.requested(request);
      }
      this.tell();
    };
    comm.send({ ...this.status() });
  }
}
