import type { Payload } from '../protocol';
import { shownKind } from './kinds';

/**
 * The payload rounded, and thinned where needed, so that its JSON is at most 64 kB: histories are averaged over
 * neighbouring steps, the sample of tokens is cut (and says so), co-activation, domains, importance, labels and at last
 * whole layers are left out; other kinds lose what they can best do without, and say how much. The payload that came is not changed.
 */
export function bound<P extends Payload>(payload: P): P {
  return shownKind(payload).bound(payload) as P;
}
