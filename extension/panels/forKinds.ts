/** @file Charts of some kinds of payload as charts of any. */
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../charts/figure';

export type Chart = (payload: Payload, context: IChartContext) => IFigure | null;

/** A chart of some kinds of payload, as one that has nothing to say of the others. */
export function forKinds<K extends Payload['kind']>(
  kinds: readonly K[],
  chart: (payload: Extract<Payload, { kind: K }>, context: IChartContext) => IFigure | null
): Chart {
  return (payload, context) =>
    (kinds as readonly string[]).includes(payload.kind)
      ? chart(payload as Extract<Payload, { kind: K }>, context)
      : null;
}
