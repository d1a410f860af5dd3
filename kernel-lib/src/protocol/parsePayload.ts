import { checkBoolean, checkInteger, checkNumber, checkObject, checkOneOf, checkText, refuse } from './checks';
import { jsonBytes } from './jsonBytes';
import { MAX_CONFIGURATION } from './limits';
import { MAX_PAYLOAD_BYTES, SCHEMA_VERSION } from './mime';
import { PayloadError } from './payloadError';
import { DATA_CHECKS } from './kinds';
import type { Payload } from './kinds';

const MAJOR = majorOf(SCHEMA_VERSION);
const STATUSES = ['running', 'finished', 'stopped', 'failed'];

/** Options of `protocol.parsePayload`. */
export interface ParseOptions {
  /** Bytes of JSON that the payload may have. Default 64 kB, as of an output. */
  maxBytes?: number;
}

/**
 * Reads what a kernel sent. Every length, range and size of the contract is checked; unknown keys are left alone, so
 * that a later minor version can add some. The value itself is returned, not a copy.
 *
 * @param value - The payload, or its JSON text.
 * @throws {PayloadError} with `reason` "too-large" (over `maxBytes`), "too-new" (a later major version),
 *   "unknown-kind", or "malformed"; its message gives the JSON path, the rule, and what came.
 */
export function parsePayload(value: unknown, { maxBytes = MAX_PAYLOAD_BYTES }: ParseOptions = {}): Payload {
  const payload = checkObject(read(value, maxBytes), '$');
  checkVersion(payload.schemaVersion);
  const kind = checkKind(payload.kind);
  if (checkText(payload.runId, '$.runId') === '') {
    refuse('$.runId', 'must not be empty', '');
  }
  checkInteger(payload.seq, '$.seq', 0);
  checkSource(payload.source);
  DATA_CHECKS[kind](payload.data, '$.data');
  return payload as unknown as Payload;
}

function read(value: unknown, maxBytes: number): unknown {
  const bytes =
    typeof value !== 'string'
      ? jsonBytes(value, maxBytes)
      : value.length > maxBytes
        ? value.length
        : new TextEncoder().encode(value).length;
  if (bytes > maxBytes) {
    throw new PayloadError('too-large', '$', `must be at most ${maxBytes} bytes of JSON`, bytes);
  }
  if (typeof value !== 'string') {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return refuse('$', 'must be JSON', value);
  }
}

function checkVersion(value: unknown): void {
  if (typeof value !== 'string' || !/^\d{1,4}\.\d{1,4}$/.test(value)) {
    refuse('$.schemaVersion', 'must be a version like "1.0"', value);
  }
  if (majorOf(value) > MAJOR) {
    throw new PayloadError('too-new', '$.schemaVersion', `must be at most ${MAJOR}.x`, value);
  }
  if (majorOf(value) < MAJOR) {
    refuse('$.schemaVersion', `must be ${MAJOR}.x`, value);
  }
}

function checkKind(value: unknown): Payload['kind'] {
  const kind = checkText(value, '$.kind');
  if (!Object.hasOwn(DATA_CHECKS, kind)) {
    throw new PayloadError('unknown-kind', '$.kind', `must be one of ${Object.keys(DATA_CHECKS).join(', ')}`, kind);
  }
  return kind as Payload['kind'];
}

function checkSource(value: unknown): void {
  const source = checkObject(value, '$.source');
  checkText(source.producer, '$.source.producer');
  checkText(source.title, '$.source.title');
  checkInteger(source.step, '$.source.step', 0);
  if (source.totalSteps !== null) {
    checkInteger(source.totalSteps, '$.source.totalSteps', 0);
  }
  checkNumber(source.time, '$.source.time', 0);
  checkBoolean(source.final, '$.source.final');
  checkOneOf(source.status, '$.source.status', STATUSES);
  if (source.problem !== undefined) {
    checkText(source.problem, '$.source.problem');
  }
  if (source.configuration !== undefined) {
    checkConfiguration(source.configuration, '$.source.configuration');
  }
}

function checkConfiguration(value: unknown, path: string): void {
  const settings = Object.entries(checkObject(value, path));
  if (settings.length > MAX_CONFIGURATION) {
    refuse(path, `must have at most ${MAX_CONFIGURATION} names`, settings.length);
  }
  for (const [name, setting] of settings) {
    const at = `${path}[${JSON.stringify(name)}]`;
    checkText(name, at);
    if (typeof setting === 'number') {
      checkNumber(setting, at);
    } else if (typeof setting !== 'boolean') {
      checkText(setting, at);
    }
  }
}

function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}
