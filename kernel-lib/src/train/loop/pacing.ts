import { expectInteger } from '../../base/core';
import type { RunControl } from './contract';

/** Lets a run go on, wait or end between its steps. Waiting takes no time of the processor. */
export class Pacing implements RunControl {
  onChange: (() => void) | null = null;
  private stepsLeft = Infinity;
  private ending = false;
  private wake: (() => void) | null = null;

  get paused(): boolean {
    return this.stepsLeft === 0 && !this.ending;
  }

  get stopping(): boolean {
    return this.ending;
  }

  pause(): void {
    this.change(() => (this.stepsLeft = 0));
  }

  resume(): void {
    this.change(() => (this.stepsLeft = Infinity));
  }

  advance(steps = 1): void {
    expectInteger('Run.advance', 'steps', steps, 1);
    this.change(() => (this.stepsLeft = steps));
  }

  stop(): void {
    this.change(() => (this.ending = true));
  }

  /** Fulfilled when the next step may be done, or the run is to end. */
  async turn(): Promise<void> {
    while (this.paused) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** A step was done. */
  stepped(): void {
    this.change(() => (this.stepsLeft = Math.max(0, this.stepsLeft - 1)));
  }

  private change(set: () => void): void {
    const before = this.paused;
    set();
    if (before !== this.paused) {
      this.wake?.();
      this.onChange?.();
    }
  }
}
