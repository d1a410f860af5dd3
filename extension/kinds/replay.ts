/** @file A run as it was: the snapshot that a payload's own history gives for an earlier step. */
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { lastAt } from '../charts/history';
import { kindOf } from './index';

/** Steps that can be replayed, ascending; the last is the payload's own. Empty where there is no history to replay. */
export function keptSteps(payload: Payload): readonly number[] {
  const steps = kindOf(payload).replay?.steps(payload.data) ?? [];
  const earlier = steps.filter((step) => step < payload.source.step);
  return earlier.length === 0 ? [] : [...earlier, payload.source.step];
}

/** The payload as it was at a kept step; where that step is not kept any more, at the last kept one before it. */
export function payloadAt(payload: Payload, step: number): Payload {
  const { replay } = kindOf(payload);
  const steps = keptSteps(payload);
  const at = Math.max(0, lastAt(steps, step));
  if (replay === undefined || steps.length === 0 || steps[at] === payload.source.step) {
    return payload;
  }
  const source = { ...payload.source, step: steps[at], final: false, status: 'running' as const };
  return { ...payload, source, data: replay.at(payload.data, steps[at]) } as Payload;
}
