import { randomUUID } from 'crypto';
import { MAX_TEXT, parsePayload, SCHEMA_VERSION } from '../protocol';
import type { Payload, PayloadOf, Source } from '../protocol';
import { bound } from './bound';

const { version } = require('../../package.json') as { version: string };

/** Facts about the run that a payload is of. */
export interface RunState {
  runId: string;
  seq: number;
  title: string;
  step: number;
  totalSteps: number | null;
  status: Source['status'];
  /** Cause, where it failed. */
  problem?: string;
  /** Its settings, where they are known. */
  configuration?: Source['configuration'];
}

/** Envelope of every payload, round its kind and data. */
export function envelope({ runId, seq, title, step, totalSteps, status, problem, configuration }: RunState): {
  schemaVersion: string;
  runId: string;
  seq: number;
  source: Source;
} {
  const producer = `@switchyard/kernel-lib ${version}`;
  const failure = problem === undefined ? {} : { problem: problem.slice(0, MAX_TEXT) };
  const final = status !== 'running';
  const settings = configuration === undefined ? {} : { configuration };
  const source = { producer, title, step, totalSteps, time: Date.now(), final, status, ...failure, ...settings };
  return { schemaVersion: SCHEMA_VERSION, runId, seq, source };
}

/**
 * A payload of something that is over, rounded and cut to fit: a run of one snapshot.
 *
 * @throws {PayloadError} where the data does not follow the contract.
 */
export function still<Kind extends Payload['kind']>(
  kind: Kind,
  data: PayloadOf<Kind>['data'],
  { title, step = 0 }: { title: string; step?: number }
): PayloadOf<Kind> {
  const around = envelope({ runId: randomUUID(), seq: 0, title, step, totalSteps: null, status: 'finished' });
  return parsePayload(bound<Payload>({ ...around, kind, data } as Payload)) as PayloadOf<Kind>;
}
