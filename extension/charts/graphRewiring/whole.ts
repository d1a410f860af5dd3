/** @file The whole graph of a snapshot that holds a part of it, as its kernel told it. */
import type { ControlDetails, GraphRewiringPayload, WholeGraph } from '@switchyard/kernel-lib/protocol';

/** Beside the snapshots and not in them: what is saved as JSON is the snapshot. */
const wholes = new WeakMap<GraphRewiringPayload, WholeGraph>();

/** "" where the snapshot holds a part of its graph, which its kernel may know; else null. */
export function lacking({ data }: GraphRewiringPayload): string | null {
  return data.of === undefined ? null : '';
}

/** The snapshot with the whole graph beside it; the same object where that is of another. */
export function filled(payload: GraphRewiringPayload, details: ControlDetails): GraphRewiringPayload {
  if (!('graph' in details) || details.graph.states.length <= payload.data.edges.length) {
    return payload;
  }
  const full = { ...payload };
  wholes.set(full, details.graph);
  return full;
}

/** The whole graph; null where it is not known. */
export function wholeOf(payload: GraphRewiringPayload): WholeGraph | null {
  return wholes.get(payload) ?? null;
}
