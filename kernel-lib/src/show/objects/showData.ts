import type { Bundle } from '../bundle';
import { DATA_KINDS } from './kinds';

/** The forms of a plain object or map of the library by MIME type; null for other objects. */
export function showData(value: object): Bundle | null {
  // Only plain objects and maps: a getter of another might do anything.
  if (![Object.prototype, Map.prototype].includes(Object.getPrototypeOf(value) as object)) {
    return null;
  }
  for (const kind of DATA_KINDS) {
    const bundle = kind(value);
    if (bundle !== null) {
      return bundle;
    }
  }
  return null;
}
