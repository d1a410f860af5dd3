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

  schedule(): void {
    if (this._handle === 0 && !this._isDisposed) {
      this._handle = requestAnimationFrame(() => {
        this._handle = 0;
        this._draw();
      });
    }
  }

  dispose(): void {
    this._isDisposed = true;
    cancelAnimationFrame(this._handle);
    this._handle = 0;
  }

  private _draw: () => void;
  private _handle = 0;
  private _isDisposed = false;
}
