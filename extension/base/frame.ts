/** @file At most one call per animation frame. */
import type { IDisposable } from '@lumino/disposable';

/** Calls `draw` in the next frame, once however often it was asked for. */
export class FrameScheduler implements IDisposable {
  constructor(draw: () => void) {
    this._draw = draw;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Asks for a call after so many milliseconds; of several that wait the soonest counts, for all of them. */
  schedule(wait = 0): void {
    const due = performance.now() + Math.max(0, wait);
    if (due >= this._due || this._isDisposed) {
      return;
    }
    clearTimeout(this._timer);
    this._due = due;
    if (wait <= 0) {
      this._ask();
    } else {
      this._timer = setTimeout(() => this._ask(), wait);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    cancelAnimationFrame(this._handle);
  }

  private _ask(): void {
    this._due = -Infinity;
    this._handle = requestAnimationFrame(() => {
      this._due = Infinity;
      this._draw();
    });
  }

  private _draw: () => void;
  private _handle = 0;
  private _timer?: ReturnType<typeof setTimeout>;
  /** When the call is to be; -Infinity where its frame is asked for, Infinity where none waits. */
  private _due = Infinity;
  private _isDisposed = false;
}
