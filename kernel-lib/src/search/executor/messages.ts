import type { Measured } from '../evaluator/evaluate';
import type { EvaluateSource } from '../evaluator/evaluate';
import type { Job } from './executor';

/** Limits of one trial in a process of its own. */
export interface WorkerLimits {
  /** Bytes of memory of the process. */
  readonly memory?: number;
  /** Seconds of a trial. */
  readonly seconds?: number;
}

/** Message to a worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly evaluate: EvaluateSource; readonly limits: WorkerLimits }
  | { readonly type: 'job'; readonly job: Job };

/** Message from a worker; numbers that JSON has not are strings. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'report'; readonly step: number; readonly value: number | string }
  | { readonly type: 'done'; readonly measured: unknown }
  | { readonly type: 'failed'; readonly error: string }
  /** The guard ended the process. */
  | { readonly type: 'ended'; readonly error: string };

/** A measure as JSON: NaN and infinities as strings. */
export function packMeasured(measured: unknown): unknown {
  if (typeof measured === 'number') {
    return Number.isFinite(measured) ? measured : String(measured);
  }
  return typeof measured === 'object' && measured !== null
    ? Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, packMeasured(value)]))
    : null;
}

/** The inverse of {@link packMeasured}. */
export function unpackMeasured(packed: unknown): Measured {
  return typeof packed === 'object' && packed !== null
    ? Object.fromEntries(Object.entries(packed).map(([name, value]) => [name, Number(value ?? NaN)]))
    : Number(packed ?? NaN);
}
