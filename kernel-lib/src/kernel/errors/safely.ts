import { inspect } from 'util';

/** A property of a value that may be anything; undefined where it cannot be read. */
export function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    // A getter or a proxy that throws has no value to show.
    return undefined;
  }
}

/** The text that shows a value, whatever the value does when it is looked at. */
export function describe(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return `a ${typeof value} that cannot be shown`;
  }
}

/** A text as it is, another value as it is shown; `missing` for undefined. */
export function asText(value: unknown, missing: string): string {
  return typeof value === 'string' ? value : value === undefined ? missing : describe(value);
}

/** True for errors of this realm and of others. */
export function isError(value: unknown): boolean {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch {
    // A proxy that throws.
    return false;
  }
}
