/** @file Feeds a notebook's payloads into its store: from saved outputs, and from the kernel's messages. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Cell, ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IOutputModel } from '@jupyterlab/rendermime';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ControlRun, Payload } from '@switchyard/kernel-lib/protocol';
import { MIME_TYPE } from '@switchyard/kernel-lib/protocol';
import type { IRun } from '../base/payloads';
import { holders } from '../base/payloads';
import type { Reading } from '../base/reading';
import { readPayload } from '../base/reading';
import { RUN_STATES, runState, STALE_AFTER, stateLabel } from '../base/runState';
import type { PayloadStore } from '../base/store';
import { HeldRuns } from '../control';
import type { MimeData } from './outputWriter';
import { OutputWriter } from './outputWriter';

export class PayloadTracker implements IDisposable {
  constructor(panel: NotebookPanel, store: PayloadStore, trans: TranslationBundle) {
    this._panel = panel;
    this._store = store;
    this._lost = stateLabel('stale', trans);
    this._writer = new OutputWriter(panel, (output) => this._read(output));
    const { sessionContext, content } = panel;
    sessionContext.iopubMessage.connect(this._onMessage, this);
    sessionContext.statusChanged.connect(this._onStatus, this);
    sessionContext.connectionStatusChanged.connect(this._onStatus, this);
    sessionContext.kernelChanged.connect(this._onKernel, this);
    content.modelContentChanged.connect(this.scan, this);
    content.modelChanged.connect(this.scan, this);
    store.changed.connect(this._onChange, this);
    this._onStatus(sessionContext);
    this.scan();
    this._held = new HeldRuns({
      session: sessionContext,
      store,
      mayHave: () => mayHaveRuns(content.model?.cells ?? [], store),
      take: (run) => this._take(run)
    });
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
    this._held.dispose();
    this._writer.dispose();
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
    // The notebook's text may come after its kernel.
    this._held?.ask();
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
    const request = (message.parent_header as Partial<KernelMessage.IHeader>).msg_id;
    if (type === 'display_data' || type === 'update_display_data') {
      this._onDisplay(message as KernelMessage.IDisplayDataMsg, request);
    } else if (type === 'status' && request !== undefined && isIdle(message as KernelMessage.IStatusMsg)) {
      this._store.dispatch({ type: 'answered', request, time: Date.now() });
    }
  }

  private _onDisplay({ content, metadata }: KernelMessage.IDisplayDataMsg, request: string | undefined): void {
    const { data, transient } = content;
    if (MIME_TYPE in data) {
      const reading = readPayload(data[MIME_TYPE]);
      const cellId = this._cellOf(request) ?? this._cellNamed(metadata.cellId);
      this._heard = reading;
      this._store.dispatch({ type: 'message', cellId, reading, time: Date.now(), request });
      this._write(reading, data, cellId);
      this._expectMore();
    } else if (transient?.display_id !== undefined) {
      this._writer.refresh(transient.display_id as string, data);
    }
  }

  /** A run that the kernel has, and this page did not see. */
  private _take({ data, cellId, state }: ControlRun): void {
    if (MIME_TYPE in data) {
      const reading = readPayload(data[MIME_TYPE]);
      const known = this._cellNamed(cellId);
      if ('payload' in reading) {
        this._taken.add(reading.payload.runId);
      }
      this._store.dispatch({ type: 'message', cellId: known, reading, time: Date.now() });
      if ('payload' in reading) {
        this._store.dispatch({ type: 'told', runId: reading.payload.runId, state });
      }
      this._write(reading, data as MimeData, known);
    }
  }

  private _write(reading: Reading, data: MimeData, cellId: string | null): void {
    if ('payload' in reading) {
      const { runId: key, seq } = reading.payload;
      const own = holders(this._store.state, key).at(0) ?? cellId;
      this._writer.offer({ runId: key, seq, data, cellId: this._taken.has(key) ? own : null });
    }
  }

  /** The cell that a kernel names with what it sends for it, where it is here. */
  private _cellNamed(id: unknown): string | null {
    return [...this._models.values()].find((known) => known === id) ?? null;
  }

  /** The cell whose request a message answers; after a page reload no cell has one. */
  private _cellOf(request: string | undefined): string | null {
    const cell = this._panel.content.widgets.find((widget) => requestOf(widget) === request);
    return request === undefined ? null : (cell?.model.id ?? null);
  }

  private _onStatus(session: ISessionContext): void {
    const state = kernelState(session);
    const { kernelDisplayStatus: status } = session;
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this._loseKernel();
    }
    this._store.dispatch({ type: 'kernel', state });
    this._expectMore();
  }

  private _onKernel(_: ISessionContext, change: { oldValue: Kernel.IKernelConnection | null }): void {
    if (change.oldValue !== null) {
      this._loseKernel();
    }
    this._onStatus(this._panel.sessionContext);
  }

  private _loseKernel(): void {
    this._store.dispatch({ type: 'kernel-lost' });
    this._writer.lose(this._lost);
  }

  /** After a reload nothing but its runs tells whether what a cell's line of progress says is still to come. */
  private _onChange({ state }: PayloadStore, cells: readonly string[]): void {
    const now = Date.now();
    for (const id of cells) {
      const runs = state.cells.get(id) ?? [];
      const isOver = (run: IRun): boolean =>
        'payload' in run.reading && !RUN_STATES[runState(run.reading.payload, run, state.kernel, now)].timeLeft;
      if (runs.length > 0 && runs.every(isOver)) {
        this._writer.lose(this._lost, id);
      }
    }
  }

  /** Looks again when a run would have gone stale. */
  private _expectMore(): void {
    clearTimeout(this._staleTimer);
    this._staleTimer = setTimeout(() => this._store.refresh(), STALE_AFTER + 100);
  }

  private _panel: NotebookPanel;
  private _writer: OutputWriter;
  /** Runs that were under way when this page came: the page that began them may be gone. */
  private _taken = new Set<string>();
  private _held: HeldRuns;
  /** The word for what a kernel that is gone has not ended. */
  private _lost: string;
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

function kernelState(session: ISessionContext): 'none' | 'connected' {
  const kernel = session.session?.kernel;
  const status = session.kernelDisplayStatus;
  return kernel?.connectionStatus !== 'connected' || status === 'dead' || status === 'terminating'
    ? 'none'
    : 'connected';
}

/** Whether the kernel is done with an execute request. */
function isIdle({ content, parent_header: parent }: KernelMessage.IStatusMsg): boolean {
  return content.execution_state === 'idle' && (parent as { msg_type?: string }).msg_type === 'execute_request';
}

/** Whether a notebook speaks of this library, or shows runs. */
function mayHaveRuns(cells: Iterable<ICellModel>, store: PayloadStore): boolean {
  return (
    store.state.cells.size > 0 || [...cells].some(({ sharedModel }) => /switchyard/i.test(sharedModel.getSource()))
  );
}
