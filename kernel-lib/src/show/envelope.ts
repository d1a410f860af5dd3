import { SCHEMA_VERSION } from '../protocol';
import type { Source } from '../protocol';

const { version } = require('../../package.json') as { version: string };

/** What is known of the run that a payload is of. */
export interface RunState {
  runId: string;
  seq: number;
  title: string;
  step: number;
  totalSteps: number | null;
  status: Source['status'];
}

/** What every payload carries around its kind and data. */
export function envelope({ runId, seq, title, step, totalSteps, status }: RunState): {
  schemaVersion: string;
  runId: string;
  seq: number;
  source: Source;
} {
  const producer = `@switchyard/kernel-lib ${version}`;
  const source = { producer, title, step, totalSteps, time: Date.now(), final: status !== 'running', status };
  return { schemaVersion: SCHEMA_VERSION, runId, seq, source };
}
