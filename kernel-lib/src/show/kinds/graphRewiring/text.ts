import type { GraphEdge, GraphRewiringData } from '../../../protocol';
import { significant } from '../../format';
import { textTable } from '../../texts/textTable';

const STATES: readonly GraphEdge['state'][] = ['kept', 'added', 'removed'];

/** How many edges were kept, added and removed, with their curvature. */
export function graphRewiringText({ measure, nodes, edges, omitted = 0, of }: GraphRewiringData): string[] {
  const rows = STATES.map((state) => row(state, edges));
  const left = omitted > 0 ? `, ${omitted} more edges not shown` : '';
  return [
    `${partOf(nodes.length, of?.nodes)} nodes, ${edges.length} edges${left}; ${measure}`,
    ...textTable([['edges', 'count', 'least', 'mean', 'most'], ...rows], 1)
  ];
}

function partOf(count: number, all: number = count): string {
  return all === count ? String(count) : `${count} of ${all}`;
}

function row(state: GraphEdge['state'], edges: readonly GraphEdge[]): string[] {
  const own = edges.filter((edge) => edge.state === state);
  const values = own.flatMap(({ curvature }) => (curvature === null ? [] : [curvature]));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const numbers = values.length === 0 ? [null, null, null] : [Math.min(...values), mean, Math.max(...values)];
  return [state, String(own.length), ...numbers.map(significant)];
}
