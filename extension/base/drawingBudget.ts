/** @file How much of the page's time drawings of snapshots may take: a training on the same machine wants the rest. */

/** However long a drawing took, the next one waits no longer than this, in milliseconds. */
const MOST_WAIT = 4000;

/**
 * A drawing is taken to cost the least of the latest so many: what else runs on the machine lengthens one, and nothing
 * shortens it.
 */
const LATEST = 8;

/** Budget of time that all live drawings share: the dearer one was, the later the next may come. */
export class DrawingBudget {
  /** @param share - The part of the time that may be spent, asked after each drawing. */
  constructor(share: () => number) {
    this._share = share;
  }

  /** Milliseconds until the next drawing; 0 where it may be done now. */
  get wait(): number {
    return Math.max(0, this._next - performance.now());
  }

  /** Draws, and counts what it costs: with the frame that shows it, which is laid out and painted before the next task. */
  run(draw: () => void): void {
    const started = performance.now();
    draw();
    setTimeout(() => this._spend(started, performance.now() - started), 0);
  }

  /** Drawings of one frame count once: each has waited for the others. */
  private _spend(started: number, cost: number): void {
    this._costs = [...this._costs, cost].slice(-LATEST);
    const usual = Math.min(...this._costs);
    this._next = Math.max(this._next, started + Math.min(usual / this._share(), MOST_WAIT));
  }

  private _share: () => number;
  /** Of the latest drawings, in milliseconds. */
  private _costs: number[] = [];
  private _next = -Infinity;
}
