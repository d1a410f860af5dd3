import { OF_THE_MACHINE } from '../protocol';
import type { Batch } from '../train/data';

/**
 * A meter of what each step of a run costs this machine: steps and tokens a second, by the time of the step alone (not of evaluations, nor of
 * waits between steps), and the memory of the process. These are the only scalars of a run that another one of the same seed does not repeat.
 */
export class MachineMeter {
  private begun: number | null = null;
  private tokens = 0;

  /** A step begins. */
  batch(batch: Batch | null): void {
    this.tokens = batch === null ? 0 : batch.batchSize * batch.length;
    this.begun = performance.now();
  }

  /** Scalars of the step that ends, by name; speeds where its begin is known, of tokens where it is of text. */
  step(): Record<string, number> {
    const measured: Record<string, number> = { 'memory [MB]': process.memoryUsage.rss() / 1e6 };
    if (this.begun !== null) {
      const seconds = (performance.now() - this.begun) / 1000;
      measured['steps per second'] = 1 / seconds;
      if (this.tokens > 0) {
        measured['tokens per second'] = this.tokens / seconds;
      }
    }
    return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${OF_THE_MACHINE}${name}`, value]));
  }
}
