import { jsonBytes } from '../../../protocol';
import type { ExpertContext } from '../../../protocol';
import { legal } from '../../bounds/labels';
import { METRIC_DECIMALS, roundTo } from '../../bounds/rounding';

/** A context as a payload holds it, and its bytes there. A recorder tells the same ones again with every snapshot. */
interface Bound {
  context: ExpertContext;
  bytes: number;
}

const known = new WeakMap<ExpertContext, Bound>();

export function boundContext(context: ExpertContext): ExpertContext {
  return bound(context).context;
}

export function contextBytes(context: ExpertContext): number {
  return bound(context).bytes;
}

function bound(of: ExpertContext): Bound {
  let found = known.get(of);
  if (found === undefined) {
    const context = rounded(of);
    found = { context, bytes: jsonBytes(context) };
    known.set(of, found);
  }
  return found;
}

function rounded({ before, token, after, weight, domain, step }: ExpertContext): ExpertContext {
  return {
    ...{ before: legal(before), token: legal(token), after: legal(after) },
    ...{ weight: roundTo(weight, METRIC_DECIMALS), domain, step }
  };
}
