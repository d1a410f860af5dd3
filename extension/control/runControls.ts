/** @file Talks with the kernel about the runs of one notebook: see the library's `protocol/control.ts`. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type {
  BinaryColumn,
  ControlDetails,
  ControlRequest,
  ControlStatus,
  Payload
} from '@switchyard/kernel-lib/protocol';
import { CONTROL_TARGET, parseControlDetails, parseControlStatus } from '@switchyard/kernel-lib/protocol';
import type { IRun } from '../base/payloads';
import type { PayloadStore } from '../base/store';
import { kindOf } from '../kinds';
import { DetailsRequests } from './detailsRequests';
import { isUnderWay } from './isUnderWay';
import { openComm } from './openComm';

/** Why a run cannot be controlled; null where it can. 'nothing': it is over, lost, or no run at all. */
export type NoControl = 'nothing' | 'no-channel' | 'waiting';

export interface IControlState {
  why: NoControl | null;
  /** The last word of the kernel on the run. */
  status: ControlStatus | null;
  /** Whether the run is over: a text can still be routed, and there is nothing to hold. Default: it is not. */
  over?: boolean;
}

interface IChannel {
  comm: Kernel.IComm | null;
  status: ControlStatus | null;
  closed: boolean;
}

export class RunControls implements IDisposable {
  constructor(session: ISessionContext, store: PayloadStore) {
    this._session = session;
    this._store = store;
    session.kernelChanged.connect(() => this._forget(), this);
    session.statusChanged.connect((_, status) => {
      if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
        this._forget();
      }
    }, this);
    store.changed.connect(this._follow, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether a run under way can be controlled; asks its kernel the first time. */
  state(run: IRun): IControlState {
    const kernel = this._session.session?.kernel;
    if (!kernel || this._store.state.kernel === 'none') {
      return { why: 'nothing', status: null };
    }
    const { status, closed } = this._channels.get(run.key) ?? this._open(run.key, kernel);
    return { why: closed ? 'no-channel' : status === null ? 'waiting' : null, status };
  }

  /** Whether the kernel was asked for a run already. */
  knows(run: IRun): boolean {
    return this._channels.has(run.key);
  }

  /**
   * A snapshot with what it has no room for put in, as far as the kernel has told it; asks the kernel for the tables of
   * this layer, and tells the store when they come.
   */
  filled(run: IRun, payload: Payload, layer: string): Payload {
    // Of an output that is gone nothing is kept, and so nothing asked: it would be without end.
    if (!this._runs().some(({ key }) => key === run.key)) {
      return payload;
    }
    const details = this._detailsOf(run.key);
    const kernel = this._session.session?.kernel;
    const channel = kernel && (this._channels.get(run.key) ?? this._open(run.key, kernel));
    // Until the kernel has answered it is not known whether it listens.
    if (channel?.status && !channel.closed && details.due(layer, payload.seq)) {
      channel.comm?.send({ type: 'details', layer });
    }
    if (details.latest === null) {
      return payload;
    }
    const full = this._fill(payload, details.latest);
    details.judge(full !== payload);
    return full;
  }

  /** Whether details of a run are on their way, or its kernel has not said yet whether it has them. */
  awaits(run: IRun): boolean {
    const channel = this._channels.get(run.key);
    const waits = channel?.status === null || this._details.get(run.key)?.waiting === true;
    return channel !== undefined && !channel.closed && waits;
  }

  /** Asks a run for something; does nothing where it cannot be controlled. */
  send(run: IRun, request: ControlRequest): void {
    this._channels.get(run.key)?.comm?.send({ ...request } as JSONObject);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._channels.forEach(({ comm, closed }) => !closed && comm?.close());
      this._channels.clear();
      this._details.clear();
      Signal.clearData(this);
    }
  }

  private _open(runId: string, kernel: Kernel.IKernelConnection): IChannel {
    const channel: IChannel = { comm: null, status: null, closed: !kernel.handleComms };
    this._channels.set(runId, channel);
    if (kernel.handleComms) {
      const comm = (channel.comm = kernel.createComm(CONTROL_TARGET));
      comm.onMsg = ({ content, buffers }) => this._hear(runId, channel, content.data, buffers);
      const close = (): void => {
        channel.closed = true;
        this._changed(runId, channel, undefined);
      };
      comm.onClose = close;
      openComm(comm, kernel, { runId }).catch(close);
    }
    return channel;
  }

  private _detailsOf(runId: string): DetailsRequests {
    const known = this._details.get(runId);
    if (known !== undefined) {
      return known;
    }
    const details = new DetailsRequests();
    this._details.set(runId, details);
    return details;
  }

  /** The same object as long as both are the same: what is drawn already is not drawn again. */
  private _fill(payload: Payload, details: ControlDetails): Payload {
    const known = this._full.get(payload);
    if (known?.details === details) {
      return known.full;
    }
    const full = kindOf(payload).details?.filled(payload, details) ?? payload;
    this._full.set(payload, { details, full });
    return full;
  }

  private _hear(runId: string, channel: IChannel, data: unknown, buffers: readonly BinaryColumn[] = []): void {
    const status = parseControlStatus(data);
    const details = status === null ? parseControlDetails(data, buffers) : null;
    if (status !== null) {
      channel.status = status;
      this._changed(runId, channel, status.state);
    } else if (details !== null) {
      this._detailsOf(runId).answered(details);
      this._store.refresh();
    } else if ((data as { type?: unknown } | null)?.type === 'details') {
      this._detailsOf(runId).strange();
      this._store.refresh();
    }
  }

  /** Hears of runs under way from when they begin: outputs and lists say how they are, with a panel or without. */
  private _follow(): void {
    const kernel = this._session.session?.kernel;
    if (kernel && !this._isDisposed) {
      const runs = this._runs();
      const keys = new Set(runs.map(({ key }) => key));
      // What was told of an output that is gone may be megabytes.
      [...this._details.keys()].filter((key) => !keys.has(key)).forEach((key) => this._details.delete(key));
      runs
        .filter((run) => run.live && !this._channels.has(run.key) && isUnderWay(run))
        .forEach((run) => this._open(run.key, kernel));
    }
  }

  /** Runs that the notebook holds, or hears of. */
  private _runs(): IRun[] {
    const { cells, heard } = this._store.state;
    return [...[...cells.values()].flat(), ...heard.values()];
  }

  private _changed(runId: string, channel: IChannel, state: ControlStatus['state'] | undefined): void {
    // A channel that was given up for another kernel's says nothing more.
    if (!this._isDisposed && this._channels.get(runId) === channel) {
      this._store.dispatch({ type: 'told', runId, state });
      this._store.refresh();
    }
  }

  /** Another kernel knows nothing of these runs; what was told of them stays. */
  private _forget(): void {
    this._channels.clear();
  }

  private _session: ISessionContext;
  private _store: PayloadStore;
  private _channels = new Map<string, IChannel>();
  private _details = new Map<string, DetailsRequests>();
  private _full = new WeakMap<Payload, { details: ControlDetails; full: Payload }>();
  private _isDisposed = false;
}
