/** @file Checks of one JSON value at a path; each returns the value typed, or throws a PayloadError. */
import { MAX_TEXT } from './limits';
import { PayloadError } from './payloadError';
import type { Numeric } from './numbers';

/** A check of one value, to be applied to each item of an array. */
export type Check = (value: unknown, path: string) => void;

export function refuse(path: string, rule: string, got: unknown): never {
  throw new PayloadError('malformed', path, rule, got);
}

export function checkObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(path, 'must be an object', value);
  }
  return value as Record<string, unknown>;
}

/** An array of exactly `length` items, or of `min` to `max` where `length` is null; each item passes `item`. */
export function checkArray(
  value: unknown,
  path: string,
  { length = null, min = 0, max = Infinity, item }: { length?: number | null; min?: number; max?: number; item?: Check }
): unknown[] {
  if (!Array.isArray(value)) {
    refuse(path, 'must be an array', value);
  }
  if (length !== null && value.length !== length) {
    refuse(path, `must have ${length} entries`, value.length);
  }
  if (value.length < min) {
    refuse(path, `must have at least ${min} entries`, value.length);
  }
  if (value.length > max) {
    refuse(path, `must have at most ${max} entries`, value.length);
  }
  if (item !== undefined) {
    for (let i = 0; i < value.length; i++) {
      item(value[i], `${path}[${i}]`);
    }
  }
  return value;
}

export function checkText(value: unknown, path: string): string {
  if (typeof value !== 'string') {
    refuse(path, 'must be a string', value);
  }
  if (value.length > MAX_TEXT) {
    refuse(path, `must have at most ${MAX_TEXT} characters`, value.length);
  }
  return value;
}

export function checkBoolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') {
    refuse(path, 'must be true or false', value);
  }
  return value;
}

/** A finite number in `low..high`. */
export function checkNumber(value: unknown, path: string, low = -Infinity, high = Infinity): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < low || value > high) {
    refuse(path, `must be a finite number${range(low, high)}`, value);
  }
  return value;
}

/** As {@link checkNumber}, or null. */
export function checkNumeric(value: unknown, path: string, low = -Infinity, high = Infinity): Numeric {
  if (value !== null && (typeof value !== 'number' || !Number.isFinite(value) || value < low || value > high)) {
    refuse(path, `must be null or a finite number${range(low, high)}`, value);
  }
  return value;
}

export function checkInteger(value: unknown, path: string, low: number, high = Infinity): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    refuse(path, `must be an integer${range(low, high)}`, value);
  }
  return value;
}

export function checkOneOf(value: unknown, path: string, allowed: readonly string[]): string {
  if (typeof value !== 'string' || !allowed.includes(value)) {
    refuse(path, `must be one of ${allowed.join(', ')}`, value);
  }
  return value;
}

function range(low: number, high: number): string {
  if (high !== Infinity) {
    return low === -Infinity ? ` of at most ${high}` : ` in ${low}..${high}`;
  }
  return low === -Infinity ? '' : ` of at least ${low}`;
}
