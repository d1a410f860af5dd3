/** Why a payload is refused: each reason has its own words in a panel. */
export type PayloadRefusal = 'malformed' | 'too-new' | 'too-large' | 'unknown-kind';

/** A payload that does not follow the contract: `$.data.layers[0].load: must have 4 entries, got 3`. */
export class PayloadError extends Error {
  /**
   * @param path - JSON path of the value that is refused; `$` is the payload.
   * @param rule - What must hold, as a clause.
   * @param got - What came instead, for people; at most 80 characters are kept.
   */
  constructor(
    readonly reason: PayloadRefusal,
    readonly path: string,
    readonly rule: string,
    got: unknown
  ) {
    super(`${path}: ${rule}, got ${describe(got)}`);
    this.name = 'PayloadError';
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) {
    return `an array of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  if (typeof value === 'function') {
    return 'a function';
  }
  const text = typeof value === 'string' ? `"${value}"` : String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
