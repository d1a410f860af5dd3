import { MAX_DEPTH_TOKENS } from '../../../protocol';
import type { DepthSample, DepthUsageData, DepthUsagePayload } from '../../../protocol';
import { roundNumber, roundScalar, roundTo } from '../../bounds/rounding';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';

const SHARE_DECIMALS = 4;
/** Fewer tokens say less than the operations that they would cost. */
const FEW_TOKENS = 32;

/** Tokens go first, then the operations, then layers. */
export function boundDepthUsage(payload: DepthUsagePayload): DepthUsagePayload {
  const data = rounded(payload.data, legal);
  const tokens = Math.min(MAX_DEPTH_TOKENS, data.tokens?.text.length ?? 0);
  const least = Math.min(tokens, FEW_TOKENS);
  return fit(payload, [
    { max: tokens, least, keep: (count) => withTokens(data, count) },
    { max: tokens, least, keep: (count) => withTokens({ ...data, flops: [] }, count) },
    { max: data.layers.length, least: 1, keep: (count) => withLayers(data, count) },
    { max: data.layers.length, least: 0, keep: (count) => withLayers(rounded(data, short), count) }
  ]);
}

function rounded(data: DepthUsageData, text: (label: string) => string): DepthUsageData {
  const { tokens } = data;
  return {
    ...data,
    layers: data.layers.map(text),
    modules: data.modules.map(text),
    domains: data.domains.map(text),
    usage: data.usage.map((row) => row.map((share) => roundNumber(share, SHARE_DECIMALS))),
    flops: data.flops.map((row) => row.map(roundScalar)),
    cost: roundTo(data.cost, SHARE_DECIMALS),
    budget: roundTo(data.budget, SHARE_DECIMALS),
    tokens: tokens && { ...tokens, text: tokens.text.map(text), difficulty: tokens.difficulty.map(roundScalar) }
  };
}

function withTokens(data: DepthUsageData, count: number): DepthUsageData {
  return { ...data, tokens: count === 0 ? null : data.tokens && firstTokens(data.tokens, count) };
}

function firstTokens(tokens: DepthSample, count: number): DepthSample {
  return {
    text: tokens.text.slice(0, count),
    domain: tokens.domain.slice(0, count),
    executed: tokens.executed.map((row) => row.slice(0, count)),
    difficulty: tokens.difficulty.slice(0, count),
    truncated: tokens.truncated || count < tokens.text.length
  };
}

function withLayers(data: DepthUsageData, count: number): DepthUsageData {
  const kept = evenly(data.layers.length, count);
  const layers = kept.map((i) => data.layers[i]);
  const usage = kept.map((i) => data.usage[i]);
  return { ...data, layers, ...omitted(data.omitted, data.layers.length - count), usage, flops: [], tokens: null };
}
