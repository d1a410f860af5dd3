/** @file What outputs know of the runs that they show: the notebooks that hold them say. */
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { RunState } from './runState';

/** A notebook, as far as its outputs ask it. */
export interface IRunPlace {
  /** The state of the run of a snapshot. */
  stateOf: (payload: Payload) => RunState;
  /** Whether a panel beside a cell shows the run. */
  isBeside: (runId: string) => boolean;
}

/** The one of the application. */
export const IRunRegistry = new Token<RunRegistry>(
  'jupyterlab-switchyard:IRunRegistry',
  'The notebooks that hold runs, by their nodes.'
);

export class RunRegistry {
  /** Emits when a run, or a panel, may have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  add(node: HTMLElement, place: IRunPlace): IDisposable {
    this._places.set(node, place);
    return new DisposableDelegate(() => this._places.delete(node));
  }

  /** The notebook that a node stands in; undefined outside of notebooks. */
  of(node: HTMLElement): IRunPlace | undefined {
    return [...this._places].find(([around]) => around.contains(node))?.[1];
  }

  changes(): void {
    this._changed.emit();
  }

  private _places = new Map<HTMLElement, IRunPlace>();
  private _changed = new Signal<this, void>(this);
}
