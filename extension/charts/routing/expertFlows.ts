/** @file How tokens go from expert to expert, layer after layer, by their first choices. */
import type { RoutingData } from '@switchyard/kernel-lib/protocol';
import { choicesOf } from '@switchyard/kernel-lib/protocol';

/** From an expert of one layer to an expert of the next. */
export interface IFlow {
  /** Index of the layer that it leaves. */
  layer: number;
  source: number;
  target: number;
  /** Share of the tokens at `source`. */
  share: number;
  /** Share of all tokens. */
  volume: number;
}

export interface IFlows {
  flows: IFlow[];
  /** Number of tokens in the sample that was counted; null where the kernel counted all tokens. */
  sampled: number | null;
}

/**
 * Flows between the layers from `first` to `last`, from the payload's transitions, or from its sample of tokens where it
 * has none. A volume is the share of tokens at `first`, carried on by the shares from layer to layer. What is at `first`
 * is known exactly from a sample; else it is taken to be that layer's load, which counts later choices too.
 * Null where the payload has neither.
 */
export function expertFlows(data: RoutingData, first: number, last: number): IFlows | null {
  const between = data.layers.slice(first, last);
  const known = between.map((layer) => layer.transitions ?? []);
  if (known.every((rows, i) => rows.length === between[i].numExperts)) {
    return { flows: carried(data.layers[first].load, known, first), sampled: null };
  }
  const { tokens } = data;
  if (tokens === null || tokens.text.length === 0) {
    return null;
  }
  const chosen = data.layers
    .slice(first, last + 1)
    .map((layer, i) => choicesOf(tokens.experts[first + i], layer.k).map((row) => row[0] ?? -1));
  const sizes = data.layers.slice(first, last + 1).map((layer) => layer.numExperts);
  const start = shares(chosen[0], sizes[0], tokens.text.length);
  const counted = between.map((_, i) => transitionsOf(chosen[i], chosen[i + 1], sizes[i], sizes[i + 1]));
  return { flows: carried(start, counted, first), sampled: tokens.text.length };
}

/** Carries volumes on from layer to layer; flows of nothing are left out. */
function carried(start: readonly number[], transitions: readonly (readonly number[])[][], first: number): IFlow[] {
  let volumes = start;
  return transitions.flatMap((rows, i) => {
    const flows = rows.flatMap((row, source) =>
      row.map((share, target): IFlow => ({ layer: first + i, source, target, share, volume: volumes[source] * share }))
    );
    const next = new Array<number>(Math.max(0, ...rows.map((row) => row.length))).fill(0);
    flows.forEach(({ target, volume }) => (next[target] += volume));
    volumes = next;
    return flows.filter(({ volume }) => volume > 0);
  });
}

function shares(experts: readonly number[], numExperts: number, total: number): number[] {
  const counts = new Array<number>(numExperts).fill(0);
  experts.filter((expert) => expert >= 0).forEach((expert) => counts[expert]++);
  return counts.map((count) => count / total);
}

/** Of the tokens at each expert, the share that goes to each of the next layer; a token that is dropped goes nowhere. */
function transitionsOf(from: readonly number[], to: readonly number[], sources: number, targets: number): number[][] {
  const counts = Array.from({ length: sources }, () => new Array<number>(targets).fill(0));
  const totals = new Array<number>(sources).fill(0);
  from.forEach((source, t) => {
    if (source >= 0) {
      totals[source]++;
      if (to[t] >= 0) {
        counts[source][to[t]]++;
      }
    }
  });
  return counts.map((row, source) => row.map((count) => (count === 0 ? 0 : count / totals[source])));
}
