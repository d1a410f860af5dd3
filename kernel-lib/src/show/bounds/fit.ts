import { jsonBytes, MAX_PAYLOAD_BYTES } from '../../protocol';
import type { Payload } from '../../protocol';

/** A way to make data smaller: with `count` of its items, 0..max. */
export interface Cut<Data> {
  max: number;
  /** Fewer than this say too little: the next cut is tried. */
  least: number;
  keep: (count: number) => Data;
}

/** The payload with as much of its data as fits, by the first cut that keeps enough; the last one must be able to. */
export function fit<P extends Payload>(payload: P, cuts: readonly Cut<P['data']>[]): P {
  const { data: _, ...around } = payload;
  const room = MAX_PAYLOAD_BYTES - jsonBytes({ ...around, data: 0 });
  const fits = (data: P['data']): boolean => jsonBytes(data, room) <= room;
  const fitted = cuts.map((cut) => most(cut, fits)).find((data) => data !== null) ?? cuts[cuts.length - 1].keep(0);
  return { ...payload, data: fitted };
}

/** The data with the most items that fit, by bisection; null where that is fewer than `least`. */
function most<Data>({ max, least, keep }: Cut<Data>, fits: (data: Data) => boolean): Data | null {
  const all = keep(max);
  if (fits(all)) {
    return all;
  }
  let kept: Data | null = null;
  let [low, high] = [least - 1, max];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const data = keep(middle);
    if (fits(data)) {
      [low, kept] = [middle, data];
    } else {
      high = middle;
    }
  }
  return kept;
}
