import type { Evaluate, EvaluateFile, Measured, RunningTrial } from '../evaluator/evaluate';

/** A trial to run, as JSON. */
export type Job = Omit<RunningTrial, 'signal' | 'report'>;

/** How a trial ended: 'lost' where its machine did, so that it may run elsewhere; 'stopped' where the study was interrupted. */
export type Outcome =
  | { readonly kind: 'done'; readonly measured: Measured }
  | { readonly kind: 'failed' | 'lost' | 'stopped'; readonly error: string };

/** Runs trials. */
export interface Runner {
  /** Trials at a time. */
  readonly slots: number;
  run(job: Job, report: (step: number, value: number) => void): Promise<Outcome>;
  /** Ends what runs as soon as it can be ended. */
  stop(): void;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/** Where trials run. */
export interface Executor {
  readonly kind: string;
  /** @param evaluate - The evaluation, checked for what this executor needs. */
  start(evaluate: Evaluate | EvaluateFile): Promise<Runner>;
}
