/** @file Writes what a kernel sends into outputs that JupyterLab does not bring up to date: those of a cell that another page started. */
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IOutputModel } from '@jupyterlab/rendermime';
import type { KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { lostLine } from '@switchyard/kernel-lib/protocol';
import type { Reading } from '../base/reading';

/** Milliseconds in which an output is brought up to date by whoever else does it: another reader's page of a shared notebook. */
const PATIENCE = 1000;

/** An output's forms by MIME type. */
export type MimeData = KernelMessage.IDisplayDataMsg['content']['data'];

/** One snapshot of a run, as an output. */
export interface IOffered {
  runId: string;
  seq: number;
  data: MimeData;
  /** The cell that gets an output, where none has the run yet; null where it gets none: who runs a cell adds its outputs. */
  cellId: string | null;
}

/** An output of a cell. */
interface IPlace {
  cell: ICodeCellModel;
  index: number;
  output: IOutputModel;
}

export class OutputWriter implements IDisposable {
  /** @param read - The payload of an output; null where it has none. */
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _read: (output: IOutputModel) => Reading | null
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Writes the snapshot, where after a while the run's output is still behind it. */
  offer(run: IOffered): void {
    if (this._isBehind(run)) {
      this._waiting.set(run.runId, run);
      this._timer ??= setTimeout(() => this._write(), PATIENCE);
    }
  }

  /** New data of an output that the library has named in its metadata: Jupyter saves no display ids. */
  refresh(displayId: string, data: MimeData): void {
    if (this._isShared) {
      return;
    }
    const place = this._find((output) => displayOf(output) === displayId);
    if (place !== null && JSON.stringify(place.output.data) !== JSON.stringify(data)) {
      replace(place, data);
    }
  }

  /** Says of lines of progress that still name a time left that their kernel is gone; of all cells, or of this one. */
  lose(word: string, cellId?: string): void {
    for (const cell of this._isShared ? [] : this._cells().filter(({ id }) => id === (cellId ?? id))) {
      for (let index = 0; index < cell.outputs.length; index++) {
        const output = cell.outputs.get(index);
        const { 'text/plain': text } = output.data;
        const line = typeof text === 'string' && displayOf(output) !== undefined ? lostLine(text, word) : null;
        if (line !== null) {
          replace({ cell, index, output }, { 'text/plain': line });
        }
      }
    }
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._waiting.clear();
  }

  private _write(): void {
    this._timer = undefined;
    const runs = this._isShared ? [] : [...this._waiting.values()].filter((run) => this._isBehind(run));
    this._waiting.clear();
    for (const { runId, data, cellId } of runs) {
      const place = this._placeOf(runId);
      if (place !== null) {
        replace(place, data);
      } else {
        this._cells()
          .find(({ id }) => id === cellId)
          ?.outputs.add({ output_type: 'display_data', data, metadata: {} });
      }
    }
  }

  /** Whether other pages may have the document open: who runs a cell writes already, and outputs that two write are there twice. */
  private get _isShared(): boolean {
    return this._panel.context.model.collaborative === true;
  }

  private _isBehind({ runId, seq }: IOffered): boolean {
    const place = this._placeOf(runId);
    return place === null || runOf(this._read(place.output))!.seq < seq;
  }

  private _placeOf(runId: string): IPlace | null {
    return this._find((output) => runOf(this._read(output))?.runId === runId);
  }

  private _find(matches: (output: IOutputModel) => boolean): IPlace | null {
    for (const cell of this._cells()) {
      for (let index = 0; index < cell.outputs.length; index++) {
        const output = cell.outputs.get(index);
        if (matches(output)) {
          return { cell, index, output };
        }
      }
    }
    return null;
  }

  private _cells(): ICodeCellModel[] {
    return [...(this._panel.content.model?.cells ?? [])].filter(({ type }) => type === 'code') as ICodeCellModel[];
  }

  private _waiting = new Map<string, IOffered>();
  private _timer?: ReturnType<typeof setTimeout>;
  private _isDisposed = false;
}

function replace({ cell, index, output }: IPlace, data: MimeData): void {
  cell.outputs.set(index, { ...output.toJSON(), data });
}

function runOf(reading: Reading | null): { runId: string; seq: number } | null {
  return reading !== null && 'payload' in reading ? reading.payload : null;
}

/** Name of an output of the library's; undefined for others. */
function displayOf({ metadata }: IOutputModel): unknown {
  return (metadata.switchyard as { display?: unknown } | undefined)?.display;
}
