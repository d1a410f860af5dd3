import { StudyDrive } from './driveStudy';
import { openLedger } from './ledger';
import { resolveStudy } from './options';
import type { ResolvedStudy, StudyOptions } from './options';
import { studyProgress } from './progress';
import { resultOf } from './result';
import type { StudyResult } from './result';
import type { StudyWatcher } from './watchers';

/** A search under way: `await` it for its result; it goes on without that too. */
export class Study implements PromiseLike<StudyResult> {
  /** Fulfilled when the study is over or stopped; rejected where it cannot go on. */
  readonly result: Promise<StudyResult>;
  private drive: StudyDrive | null = null;
  private stopping = false;

  /** @internal Use `nas.study`. */
  constructor(
    private readonly study: ResolvedStudy,
    watchers: readonly StudyWatcher[]
  ) {
    this.result = this.run(watchers);
  }

  get name(): string {
    return this.study.name;
  }

  /** Ends the study: trials that cannot be ended at once are waited for. The same name goes on with it. */
  stop(): void {
    this.stopping = true;
    this.drive?.stop();
  }

  /** As `result.then`. */
  then<A = StudyResult, B = never>(
    onFulfilled?: ((result: StudyResult) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null
  ): Promise<A | B> {
    return this.result.then(onFulfilled, onRejected);
  }

  private async run(watchers: readonly StudyWatcher[]): Promise<StudyResult> {
    const stop = (): void => this.stop();
    const { signal } = this.study;
    const { name, objectives, trials: totalTrials, strategy, space } = this.study;
    // Watchers make their output while the cell's own code runs.
    watchers.forEach((watcher) =>
      watcher.start({ name, objectives, totalTrials, strategy: strategy.kind, space, stop })
    );
    try {
      // A listener that is added while tslab runs the cell's script is deaf afterwards, and the signal then ends the process.
      await Promise.resolve();
      process.once('SIGINT', stop);
      signal?.addEventListener('abort', stop);
      if (signal?.aborted === true) {
        this.stop();
      }
      const result = await this.search(watchers);
      watchers.forEach((watcher) => watcher.end(result.status === 'stopped' ? 'stopped' : 'finished', null));
      return result;
    } catch (error) {
      watchers.forEach((watcher) => watcher.end('failed', error instanceof Error ? error : new Error(String(error))));
      throw error;
    } finally {
      process.removeListener('SIGINT', stop);
      signal?.removeEventListener('abort', stop);
    }
  }

  private async search(watchers: readonly StudyWatcher[]): Promise<StudyResult> {
    const { storage } = this.study;
    try {
      const result = await this.searchOpened(watchers);
      await storage.close();
      return result;
    } catch (error) {
      // What came first is what went wrong.
      await storage.close().catch(() => undefined);
      throw error;
    }
  }

  private async searchOpened(watchers: readonly StudyWatcher[]): Promise<StudyResult> {
    const { study } = this;
    const ledger = await openLedger(study);
    ledger.ended.forEach((trial) => watchers.forEach((watcher) => watcher.trial(trial)));
    const runner = await study.executor.start(study.evaluate);
    try {
      this.drive = new StudyDrive(study, ledger, runner, watchers);
      if (this.stopping) {
        this.drive.stop();
      }
      const status = await this.drive.run();
      return resultOf(study, status, this.drive.trials);
    } finally {
      await runner.close();
    }
  }
}

/**
 * A search: a strategy proposes candidates of a space, an evaluation tries them, and a database keeps what came of it. It begins in the next
 * turn of the event loop. Killed at any moment, it loses no trial that had ended; run again under its name it goes on with the same
 * candidates as without. An interrupt of the notebook ends it, and it goes on later.
 *
 * A trial fails, and the study goes on, where its evaluation throws, gives a measure that is not finite, or its process ends.
 *
 * @throws {SwitchyardError} for options that do not fit. The study is rejected where it was begun with another space, strategy, objectives
 * or seed, where another process runs it, where its database cannot be written, and where no candidate meets the constraints.
 */
export function study(options: StudyOptions): Study {
  const resolved = resolveStudy(options);
  return new Study(resolved, [
    ...[options.watch ?? []].flat(),
    ...(options.progress === false ? [] : [studyProgress()])
  ]);
}
