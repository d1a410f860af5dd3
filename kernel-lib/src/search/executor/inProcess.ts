import { expectInteger } from '../../base/core';
import { theLibrary } from '../evaluator/library';
import type { Evaluate } from '../evaluator/evaluate';
import type { Executor, Job, Outcome, Runner } from './executor';
import { loadEvaluate } from './loadEvaluate';

/**
 * Trials in this process, one after the other; several at a time where evaluations wait for something else.
 *
 * @param options - `slots`: trials at a time; default 1.
 */
export function inProcess({ slots = 1 }: { slots?: number } = {}): Executor {
  expectInteger('nas.inProcess', 'slots', slots, 1);
  return {
    kind: 'in-process',
    start: async (evaluate) => new InProcess(typeof evaluate === 'function' ? evaluate : loadEvaluate(evaluate), slots)
  };
}

class InProcess implements Runner {
  private readonly abort = new AbortController();

  constructor(
    private readonly evaluate: Evaluate,
    readonly slots: number
  ) {}

  async run(job: Job, report: (step: number, value: number) => void): Promise<Outcome> {
    try {
      const measured = await this.evaluate({ ...job, signal: this.abort.signal, report }, theLibrary());
      return { kind: 'done', measured };
    } catch (error) {
      return { kind: this.abort.signal.aborted ? 'stopped' : 'failed', error: messageOf(error) };
    }
  }

  stop(): void {
    this.abort.abort();
  }

  async close(): Promise<void> {
    this.abort.abort();
  }
}

/** A line that says what an error is. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error);
}
