import { MAX_POINTS } from '../../../protocol';
import type { GraphEdge, GraphRewiringData, GraphRewiringPayload } from '../../../protocol';
import { roundTo } from '../../bounds/rounding';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';
import { boundSensitivity } from './sensitivity';

/** Positions are for a picture of a thousand pixels. */
const POSITION_DIGITS = 5;

/** Kept edges go first, the flattest of them; what was rewired stays. Then labels are cut. */
export function boundGraphRewiring(given: GraphRewiringPayload): GraphRewiringPayload {
  const { edges, sensitivity } = given.data;
  const payload = sensitivity
    ? { ...given, data: { ...given.data, sensitivity: boundSensitivity(sensitivity) } }
    : given;
  const max = Math.min(MAX_POINTS, edges.length);
  const rewired = edges.filter(({ state }) => state !== 'kept').length;
  const order = byWeight(payload.data);
  const cut = (least: number, text: (label: string) => string) => ({
    max,
    least: Math.min(max, least),
    keep: (count: number) => withEdges(payload.data, order.slice(0, count), text)
  });
  return fit(payload, [cut(rewired, legal), cut(rewired, short), cut(0, () => '')]);
}

/** Edges that were rewired, then the others by how far they are from flat. */
function byWeight({ edges }: GraphRewiringData): number[] {
  const weight = edges.map(({ state, curvature }) => (state === 'kept' ? Math.abs(curvature ?? 0) : Infinity));
  return edges.map((_, i) => i).sort((a, b) => (weight[a] === weight[b] ? a - b : weight[b] - weight[a]));
}

function withEdges(data: GraphRewiringData, kept: readonly number[], text: (label: string) => string) {
  const position = (value: number): number => Number(value.toPrecision(POSITION_DIGITS));
  const edges = [...kept].sort((a, b) => a - b).map((i) => rounded(data.edges[i]));
  return {
    measure: legal(data.measure),
    classes: data.classes.map(text),
    nodes: data.nodes.map((node) => ({
      ...{ label: text(node.label), class: node.class },
      ...{ x: position(node.x), y: position(node.y) }
    })),
    edges,
    ...omitted(data.omitted, data.edges.length - kept.length),
    ...(data.sensitivity ? { sensitivity: data.sensitivity } : {}),
    ...(data.of && (data.nodes.length < data.of.nodes || kept.length < data.of.edges) ? { of: data.of } : {})
  };
}

function rounded(edge: GraphEdge): GraphEdge {
  const { curvature, before } = edge;
  return { ...edge, curvature: roundTo(curvature, 4), ...(before === undefined ? {} : { before: roundTo(before, 4) }) };
}
