import 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped, for the last lines of `npm test`. */
    because?: string;
  }
}

/** Options of a test, or of a group of tests, that may be skipped: the reason why it is. */
export function because(reason: string): { meta: { because: string } } {
  return { meta: { because: reason } };
}
