/** @file Holds the payloads of one notebook and tells who listens which cells changed. */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Action, IPayloads, IRun } from './payloads';
import { NO_PAYLOADS, reduce } from './payloads';

export class PayloadStore implements IDisposable {
  get state(): IPayloads {
    return this._state;
  }

  /** Emits the ids of the cells whose pictures may have changed; none where only runs without a cell have. */
  get changed(): ISignal<this, readonly string[]> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  runs(cellId: string): readonly IRun[] {
    return this._state.cells.get(cellId) ?? [];
  }

  dispatch(action: Action): void {
    const before = this._state;
    this._state = reduce(before, action);
    if (this._state === before) {
      return;
    }
    const ids = new Set([...before.cells.keys(), ...this._state.cells.keys()]);
    const all = before.kernel !== this._state.kernel;
    const changed = [...ids].filter((id) => all || before.cells.get(id) !== this._state.cells.get(id));
    if (changed.length > 0 || before.heard !== this._state.heard) {
      this._changed.emit(changed);
    }
  }

  /** Emits for every cell: time passed and a run may have gone stale. */
  refresh(): void {
    this._changed.emit([...this._state.cells.keys()]);
  }

  dispose(): void {
    this._isDisposed = true;
    this._state = NO_PAYLOADS;
    Signal.clearData(this);
  }

  private _state = NO_PAYLOADS;
  private _isDisposed = false;
  private _changed = new Signal<this, readonly string[]>(this);
}
