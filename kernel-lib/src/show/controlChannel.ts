import { comms } from '../base/core';
import type { Comm, CommBuffers } from '../base/core';
import { CONTROL_TARGET, parseControlRequest } from '../protocol';
import type {
  ControlRequest,
  ControlRun,
  ControlRuns,
  ControlStatus,
  GraphDetails,
  PackedGraph,
  RoutingDetails
} from '../protocol';
import type { Bundle } from './bundle';

/** Channels of the runs that something is known of, by run, the oldest first. */
const channels = new Map<string, ControlChannel>();
/** Group of runs that are over and still answer. */
export interface Kept {
  /** The latest so many do: each keeps all that is known of it. */
  most: number;
}

/** Runs that are over: each keeps all that was recorded of it. */
const RUNS: Kept = { most: 2 };

/** {@link ControlDetails} as they are sent: a graph's columns go beside its head. */
export type DetailsMessage = RoutingDetails | (Omit<GraphDetails, 'graph'> & { graph: PackedGraph['head'] });

/** Does what a panel asks; `answer` goes to this panel alone. */
export type Requested = (
  request: ControlRequest,
  panel: object,
  answer: (details: DetailsMessage, buffers?: CommBuffers) => void
) => void;

/** A run's output, for pages that did not see it. */
export interface ShownRun {
  /** The notebook's id of the cell that runs it; null where the client sent none. */
  cellId: string | null;
  /** Payload that its output shows; null before it shows something. */
  bundle: () => Bundle | null;
}

export interface ControlChannelOptions {
  /** How the run is now. */
  status: () => ControlStatus;
  /** Does what a panel asks. */
  requested: Requested;
  shown: ShownRun;
  /** With which others it is counted once it is over. Default: runs. */
  kept?: Kept;
}

/** Hears what panels ask of one run, and tells them how it is. See `protocol/control.ts`. */
export class ControlChannel {
  private readonly panels = new Set<Comm>();
  private readonly status: () => ControlStatus;
  private readonly requested: Requested;
  private readonly shown: ShownRun;
  private readonly kept: Kept;
  private ended = false;

  constructor({ status, requested, shown, kept = RUNS }: ControlChannelOptions) {
    this.kept = kept;
    this.status = status;
    this.requested = requested;
    this.shown = shown;
    channels.set(status().runId, this);
    comms.registerTarget(CONTROL_TARGET, (comm, { data }) => {
      const channel = channels.get(String(data.runId));
      if (data.runs === true) {
        tellRuns(comm);
      } else if (channel === undefined) {
        comm.close();
      } else {
        channel.accept(comm);
      }
    });
  }

  /** Whether something answers for a run. */
  static has(runId: string): boolean {
    return channels.has(runId);
  }

  /** The run for a page that did not see it; null where it shows nothing yet. */
  run(): ControlRun | null {
    const { cellId, bundle } = this.shown;
    const data = bundle();
    return data && { type: 'run', cellId, state: this.status().state, data };
  }

  /** Tells every panel how the run is. */
  tell(): void {
    this.panels.forEach((comm) => comm.send({ ...this.status() }));
  }

  /** The run is over: what was recorded of it is told until other runs are over. */
  end(): void {
    this.ended = true;
    this.tell();
    const ended = Array.from(channels.values()).filter(({ ended, kept }) => ended && kept === this.kept);
    ended.slice(0, -this.kept.most).forEach((channel) => channel.close());
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
        this.requested(
          request,
          comm,
          (details, buffers) => this.panels.has(comm) && comm.send({ ...details }, { buffers })
        );
      }
      if (request?.type !== 'details') {
        this.tell();
      }
    };
    comm.send({ ...this.status() });
  }
}

/** Tells a page that connects which runs there are. */
function tellRuns(comm: Comm): void {
  const runs: ControlRuns = { type: 'runs', runIds: Array.from(channels.keys()) };
  comm.send({ ...runs });
  for (const channel of channels.values()) {
    const run = channel.run();
    if (run !== null) {
      comm.send({ ...run });
    }
  }
  comm.close();
}
