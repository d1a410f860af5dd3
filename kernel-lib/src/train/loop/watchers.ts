import { fail } from '../../base/core';
import type { Observer } from '../../base/core';
import type { Batch } from '../data';
import type { RunInfo, StepReport, Watcher } from './contract';

/** Several watchers as one. One that throws is reported once and watches no more: a picture must not end a training. */
export class Watchers implements Watcher {
  private active: readonly Watcher[];

  /** @throws {SwitchyardError} where a watcher has an `observer`, which was the name before there were several kinds of events. */
  constructor(watchers: readonly Watcher[]) {
    if (watchers.some((watcher) => 'observer' in watcher)) {
      fail('train.fit', "a watcher's observer is now observers, a list: [core.observer('routing', f)]", 'observer');
    }
    this.active = watchers.slice();
  }

  get observers(): readonly Observer[] {
    return this.active.flatMap((watcher) =>
      (watcher.observers ?? []).map((observer) => ({
        kinds: observer.kinds,
        observe: (event) => this.tell(watcher, () => observer.observe(event))
      }))
    );
  }

  start(run: RunInfo): void {
    this.each((watcher) => watcher.start(run));
  }

  batch(batch: Batch | null, step: number): void {
    this.each((watcher) => watcher.batch?.(batch, step));
  }

  step(report: StepReport): void {
    this.each((watcher) => watcher.step(report));
  }

  end(status: 'finished' | 'stopped' | 'failed', error: Error | null): void {
    this.each((watcher) => watcher.end(status, error));
  }

  private each(tell: (watcher: Watcher) => void): void {
    this.active.forEach((watcher) => this.tell(watcher, () => tell(watcher)));
  }

  private tell(watcher: Watcher, tell: () => void): void {
    if (!this.active.includes(watcher)) {
      return;
    }
    try {
      tell();
    } catch (error) {
      this.active = this.active.filter((other) => other !== watcher);
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning(`a watcher failed and watches no more: ${reason}`, { code: 'SWITCHYARD_WATCHER' });
    }
  }
}
