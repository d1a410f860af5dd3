/** Text of each example by file name. */
export function examples(): Record<string, string>;
