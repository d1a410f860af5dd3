/** A small graph as a kernel tells it, and a snapshot that holds a part of it. */
import type { GraphRewiringPayload, WholeGraph } from '@switchyard/kernel-lib/protocol';
import { filled } from '../../../extension/charts/graphRewiring/whole';
import { kind } from './payloads';

/** A square 0-1-2-3 whose edge 3-0 was removed and whose diagonal 0-2 was added; node 4 is alone and of no class. */
export function square(): WholeGraph {
  return {
    of: { nodes: 5, edges: 5 },
    labels: ['a', 'b', 'c', 'd', 'e'],
    classes: Int8Array.of(0, 0, 1, 1, -1),
    x: Float32Array.of(0, 10, 10, 0, 5),
    y: Float32Array.of(0, 0, 10, 10, 20),
    from: Uint16Array.of(0, 1, 0, 2, 3),
    to: Uint16Array.of(1, 2, 2, 3, 0),
    curvature: Float32Array.of(1, -2, 0, 2, NaN),
    before: Float32Array.of(1, 0, NaN, 2, -2),
    states: Uint8Array.of(0, 0, 2, 0, 1)
  };
}

/** A snapshot of two of its nodes and one edge. */
export function part(): GraphRewiringPayload {
  const payload = kind('graph-rewiring');
  payload.data = {
    measure: 'curvature',
    classes: ['left', 'right'],
    nodes: [
      { label: 'a', class: 0, x: 0, y: 0 },
      { label: 'b', class: 0, x: 10, y: 0 }
    ],
    edges: [{ from: 0, to: 1, curvature: 1, state: 'kept' }],
    omitted: 4,
    of: { nodes: 5, edges: 5 }
  };
  return payload;
}

/** The snapshot with a whole graph beside it. */
export function withWhole(graph = square()): GraphRewiringPayload {
  return filled(part(), { type: 'details', layer: '', graph });
}
