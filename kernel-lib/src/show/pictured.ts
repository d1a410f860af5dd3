import type { Payload } from '../protocol';

/** By payload, so that who lets go of one lets go of what it was made from. */
const larger = new WeakMap<Payload, () => Payload['data']>();

/** Has the saved picture of a payload drawn from more than the payload holds. */
export function drawFrom<P extends Payload>(payload: P, data: () => P['data']): void {
  larger.set(payload, data);
}

/** Data that the picture of a payload is drawn from. */
export function pictured(payload: Payload): Payload['data'] {
  return larger.get(payload)?.() ?? payload.data;
}
