/** An error that says where, the rule, and what came: `topK: k must be 1..numExperts (8), got 9`. */
export class SwitchyardError extends Error {
  /**
   * @param where - Function or module path that refuses.
   * @param rule - What must hold, as a clause.
   * @param got - What came instead.
   */
  constructor(
    readonly where: string,
    readonly rule: string,
    readonly got: unknown
  ) {
    super(`${where}: ${rule}, got ${show(got)}`);
    this.name = 'SwitchyardError';
  }
}

/** Throws a {@link SwitchyardError}. */
export function fail(where: string, rule: string, got: unknown): never {
  throw new SwitchyardError(where, rule, got);
}

/** The value, or what was left out as an error: JavaScript calls without what TypeScript asks for. */
export function given<T>(where: string, value: T, name = 'options'): NonNullable<T> {
  return value ?? fail(where, `${name} must be given`, value);
}

/** Throws unless `value` is an integer in `low..high`. */
export function expectInteger(where: string, name: string, value: number, low: number, high = Infinity): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    fail(where, `${name} must be an integer${range(low, high)}`, value);
  }
}

/** Throws unless `value` is a finite number in `low..high`. */
export function expectNumber(where: string, name: string, value: number, low = -Infinity, high = Infinity): void {
  if (!Number.isFinite(value) || value < low || value > high) {
    fail(where, `${name} must be a number${range(low, high)}`, value);
  }
}

/** Throws unless `value` is one of `allowed`. */
export function expectOneOf<T extends string>(
  where: string,
  name: string,
  value: string,
  allowed: readonly T[]
): asserts value is T {
  if (!(allowed as readonly string[]).includes(value)) {
    fail(where, `${name} must be one of ${allowed.join(', ')}`, value);
  }
}

/** With the space before it; nothing where there are no bounds. */
function range(low: number, high: number): string {
  if (low === -Infinity) {
    return high === Infinity ? '' : ` of at most ${high}`;
  }
  return high === Infinity ? ` of at least ${low}` : ` ${low}..${high}`;
}

function show(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || value === null || value === undefined) {
    return String(value).slice(0, 200);
  }
  const text = JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) ?? typeof value;
  return text.slice(0, 200);
}
