import type { ExpertContext } from '../../../protocol';
import { legal } from '../../bounds/labels';
import { METRIC_DECIMALS, roundTo } from '../../bounds/rounding';

/** A context as a payload holds it. */
export function boundContext({ before, token, after, weight, domain, step }: ExpertContext): ExpertContext {
  return {
    ...{ before: legal(before), token: legal(token), after: legal(after) },
    ...{ weight: roundTo(weight, METRIC_DECIMALS), domain, step }
  };
}
