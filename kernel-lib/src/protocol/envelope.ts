import type { Count, Name, Text } from './numbers';

/** Envelope that every payload has round its data. */
export interface Envelope<Kind extends string, Data> {
  /**
   * Major and minor version of this contract, for example "1.0". A reader accepts every minor of the majors it knows.
   * @pattern ^1\.\d{1,4}$
   */
  schemaVersion: string;
  kind: Kind;
  /** One run is one display: later snapshots of the same run replace earlier ones. */
  runId: Name;
  /** Grows by one with each snapshot of a run. */
  seq: Count;
  source: Source;
  data: Data;
}

/** Value of a setting: a word, a number or a switch. */
export type Setting = Text | number | boolean;

/** Whether it is a picture of something that has no steps, and was never under way. */
export function isStill({ step, totalSteps, status }: Source): boolean {
  return totalSteps === null && step === 0 && status === 'finished';
}

/** Where a snapshot comes from. */
export interface Source {
  /** Program and version that wrote it, for example "@switchyard/kernel-lib 0.1.0". */
  producer: Text;
  /** A title for people, for example "MoE transformer, top-2 of 16". */
  title: Text;
  /** Training step the snapshot was taken at; 0 before the first. */
  step: Count;
  /** Steps the run will take; null where it is open. */
  totalSteps: Count | null;
  /**
   * Milliseconds since the Unix epoch.
   * @minimum 0
   */
  time: number;
  /** True for the last snapshot of a run. */
  final: boolean;
  /** Why the run is no longer going, where it is not: "finished", "stopped", "failed". */
  status: 'running' | 'finished' | 'stopped' | 'failed';
  /** Cause of a run that failed; absent where it did not, or it is not known. */
  problem?: Text;
  /**
   * Settings of the run by name, for example "router": "topK", "seed": 1; at most 32, the ones that matter most first. Absent where
   * they are not known.
   * @maxProperties 32
   */
  configuration?: Record<string, Setting>;
}
