import type { RoutingObserver } from '../../base/core';
import type { Batch } from '../data';
import type { RunInfo, StepReport, Watcher } from './contract';

/** Several watchers as one. One that throws is reported once and watches no more: a picture must not end a training. */
export class Watchers implements Watcher {
  private active: readonly Watcher[];

  constructor(watchers: readonly Watcher[]) {
    this.active = watchers.slice();
  }

  get observer(): RoutingObserver | null {
    const observers = this.active.filter((watcher) => watcher.observer !== null);
    if (observers.length === 0) {
      return null;
    }
    return { observe: (record) => this.each((watcher) => watcher.observer?.observe(record)) };
  }

  start(run: RunInfo): void {
    this.each((watcher) => watcher.start(run));
  }

  batch(batch: Batch, step: number): void {
    this.each((watcher) => watcher.batch?.(batch, step));
  }

  step(report: StepReport): void {
    this.each((watcher) => watcher.step(report));
  }

  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void {
    this.each((watcher) => watcher.end(status, error));
  }

  private each(tell: (watcher: Watcher) => void): void {
    for (const watcher of this.active) {
      try {
        tell(watcher);
      } catch (error) {
        this.active = this.active.filter((other) => other !== watcher);
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.emitWarning(`a watcher failed and watches no more: ${reason}`, { code: 'SWITCHYARD_WATCHER' });
      }
    }
  }
}
