/** @file Feeds a notebook's payloads into its store: from saved outputs, and from the kernel's messages. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Cell, ICodeCellModel } from '@jupyterlab/cells';
import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IOutputModel } from '@jupyterlab/rendermime';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import type { KernelState } from '../base/payloads';
import type { Reading } from '../base/reading';
import { readPayload } from '../base/reading';
import { STALE_AFTER } from '../base/runState';
import type { PayloadStore } from '../base/store';

export class PayloadTracker implements IDisposable {
  constructor(panel: NotebookPanel, store: PayloadStore) {
    this._panel = panel;
    this._store = store;
    const { sessionContext, content } = panel;
    sessionContext.iopubMessage.connect(this._onMessage, this);
    sessionContext.statusChanged.connect(this._onStatus, this);
    sessionContext.connectionStatusChanged.connect(this._onStatus, this);
    sessionContext.kernelChanged.connect(this._onKernel, this);
    content.modelContentChanged.connect(this.scan, this);
    content.modelChanged.connect(this.scan, this);
    this._onStatus(sessionContext);
    this.scan();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._staleTimer);
    this._models.forEach((_, model) => this._forget(model));
    Signal.clearData(this);
  }

  /** Follows the cells that are there now. Moving a cell makes a new model with the same id. */
  scan(): void {
    const cells = [...(this._panel.content.model?.cells ?? [])];
    const present = new Set(cells.filter((cell) => cell.type === 'code') as ICodeCellModel[]);
    const ids = new Set(cells.map((cell) => cell.id));
    this._models.forEach((id, model) => {
      if (!present.has(model)) {
        this._forget(model);
        if (!ids.has(id)) {
          this._store.dispatch({ type: 'cell-removed', cellId: id });
        }
      }
    });
    for (const model of present) {
      if (!this._models.has(model)) {
        this._follow(model);
      }
    }
  }

  private _follow(model: ICodeCellModel): void {
    const read = (): void =>
      this._store.dispatch({ type: 'outputs', cellId: model.id, readings: this._readOutputs(model) });
    this._models.set(model, model.id);
    this._slots.set(model, read);
    model.outputs.changed.connect(read, this);
    read();
  }

  private _forget(model: ICodeCellModel): void {
    const slot = this._slots.get(model);
    this._models.delete(model);
    this._slots.delete(model);
    if (slot && !model.isDisposed) {
      model.outputs.changed.disconnect(slot, this);
    }
  }

  private _readOutputs(model: ICodeCellModel): Reading[] {
    const outputs = Array.from({ length: model.outputs.length }, (_, i) => model.outputs.get(i));
    return outputs.map((output) => this._read(output)).filter((reading) => reading !== null);
  }

  /** An output's model is replaced when its data is: each is read once. Null where it is no payload. */
  private _read(output: IOutputModel): Reading | null {
    const known = this._readings.get(output);
    const reading = known === undefined ? this._readData(output) : known;
    this._readings.set(output, reading);
    return reading;
  }

  /** JupyterLab copies an output's data whenever they are asked for; what was heard just now need not be checked again. */
  private _readData({ data }: IOutputModel): Reading | null {
    if (!(MIME_TYPE in data)) {
      return null;
    }
    const value = data[MIME_TYPE];
    return this._heard !== null && isOf(this._heard, value) ? this._heard : readPayload(value);
  }

  private _onMessage(_: ISessionContext, message: KernelMessage.IMessage): void {
    const { msg_type: type } = message.header;
    if (type !== 'display_data' && type !== 'update_display_data') {
      return;
    }
    const { data } = (message as KernelMessage.IDisplayDataMsg).content;
    if (MIME_TYPE in data) {
      const reading = readPayload(data[MIME_TYPE]);
      this._heard = reading;
      this._store.dispatch({ type: 'message', cellId: this._cellOf(message), reading, time: Date.now() });
      this._expectMore();
    }
  }

  /** The cell whose request a message answers; after a page reload no cell has one. */
  private _cellOf(message: KernelMessage.IMessage): string | null {
    const request = (message.parent_header as Partial<KernelMessage.IHeader>).msg_id;
    const cell = this._panel.content.widgets.find((widget) => requestOf(widget) === request);
    return request === undefined ? null : (cell?.model.id ?? null);
  }

  private _onStatus(session: ISessionContext): void {
    const state = kernelState(session);
    if (session.kernelDisplayStatus === 'restarting' || session.kernelDisplayStatus === 'autorestarting') {
      this._store.dispatch({ type: 'kernel-lost' });
    }
    this._store.dispatch({ type: 'kernel', state });
    this._expectMore();
  }

  private _onKernel(_: ISessionContext, change: { oldValue: Kernel.IKernelConnection | null }): void {
    if (change.oldValue !== null) {
      this._store.dispatch({ type: 'kernel-lost' });
    }
    this._onStatus(this._panel.sessionContext);
  }

  /** Looks again when a run would have gone stale. */
  private _expectMore(): void {
    clearTimeout(this._staleTimer);
    this._staleTimer = setTimeout(() => this._store.refresh(), STALE_AFTER + 100);
  }

  private _panel: NotebookPanel;
  private _store: PayloadStore;
  private _isDisposed = false;
  private _staleTimer?: ReturnType<typeof setTimeout>;
  /** Models followed, with their ids: a disposed model has none. */
  private _models = new Map<ICodeCellModel, string>();
  private _slots = new Map<ICodeCellModel, () => void>();
  private _readings = new WeakMap<IOutputModel, Reading | null>();
  /** Payload that the kernel sent last: its output is changed with it. */
  private _heard: Reading | null = null;
}

/** Whether a value is the snapshot that a reading was made from: a run numbers and dates its snapshots. */
function isOf(reading: Reading, value: unknown): boolean {
  if (!('payload' in reading) || typeof value !== 'object' || value === null) {
    return false;
  }
  const { runId, seq, source } = reading.payload;
  const { runId: id, seq: number, source: from } = value as Partial<Payload>;
  return id === runId && number === seq && from?.time === source.time;
}

/** The message that a cell's outputs answer. A cell that was not run in this page has no future, whatever its type says. */
function requestOf(cell: Cell): string | undefined {
  const future =
    cell instanceof CodeCell ? (cell.outputArea.future as CodeCell['outputArea']['future'] | undefined) : undefined;
  return future?.msg.header.msg_id;
}

function kernelState(session: ISessionContext): KernelState {
  const kernel = session.session?.kernel;
  const status = session.kernelDisplayStatus;
  if (kernel?.connectionStatus !== 'connected' || status === 'dead' || status === 'terminating') {
    return 'none';
  }
  return status === 'busy' ? 'busy' : 'idle';
}
