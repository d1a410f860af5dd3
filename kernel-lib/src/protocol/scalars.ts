/** @file Steps and named series over them, which a run of any kind has. */
import { checkArray, checkInteger, checkNumeric, checkObject, checkText, refuse } from './checks';
import { MAX_SCALARS } from './limits';

/** Begin of the names of scalars that are of the machine and its load, such as speeds: another run of the same seed has others. */
export const OF_THE_MACHINE = 'machine/';

/** Step numbers, ascending; returns how many. */
export function checkSteps(value: unknown, path: string, max: number): number {
  let last = -1;
  const item = (step: unknown, at: string): void => {
    const next = checkInteger(step, at, 0);
    if (next <= last) {
      refuse(at, `must be greater than ${last}, the step before`, next);
    }
    last = next;
  };
  return checkArray(value, path, { max, item }).length;
}

/** Named series of `length` numbers each. */
export function checkScalars(value: unknown, path: string, length: number): void {
  const names = Object.keys(checkObject(value, path));
  if (names.length > MAX_SCALARS) {
    refuse(path, `must have at most ${MAX_SCALARS} names`, names.length);
  }
  for (const name of names) {
    const at = `${path}[${JSON.stringify(name)}]`;
    checkText(name, at);
    checkArray((value as Record<string, unknown>)[name], at, { length, item: (x, i) => checkNumeric(x, i) });
  }
}
