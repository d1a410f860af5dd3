/** @file A sample of tokens, cut to what the reader wants to see. */
import type { RoutingPayload, TokenSample } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';

/** The payload with at most `max` tokens; the same object where it has no more. */
export function withFewerTokens(payload: RoutingPayload, max = Infinity): RoutingPayload {
  const { tokens, layers } = payload.data;
  if (tokens === null || tokens.text.length <= max) {
    return payload;
  }
  const cut = (experts: TokenSample['experts']): number[][][] =>
    experts.map((each, l) => choicesOf(each, layers[l].k).slice(0, max));
  const sample: TokenSample = {
    ...tokens,
    text: tokens.text.slice(0, max),
    domain: tokens.domain.slice(0, max),
    experts: cut(tokens.experts),
    weights: tokens.weights.map((rows) => rows.slice(0, max)),
    ...(tokens.loss && { loss: tokens.loss.slice(0, max) }),
    ...(tokens.ablation && { ablation: { ...tokens.ablation, loss: tokens.ablation.loss.slice(0, max) } }),
    ...(tokens.earlier && {
      earlier: tokens.earlier.map((earlier) => ({ ...earlier, experts: cut(earlier.experts) }))
    }),
    truncated: true
  };
  return { ...payload, data: { ...payload.data, tokens: sample } };
}
