import { sensitivityByDistance } from '../../../protocol';
import type { GraphEdge, GraphRewiringData } from '../../../protocol';
import { significant } from '../../format';
import { textTable } from '../../texts/textTable';

const STATES: readonly GraphEdge['state'][] = ['kept', 'added', 'removed'];

/** How many edges were kept, added and removed, with their curvature. */
export function graphRewiringText(data: GraphRewiringData): string[] {
  const { measure, nodes, edges, omitted = 0, of } = data;
  const rows = STATES.map((state) => row(state, edges));
  const left = omitted > 0 ? `, ${omitted} more edges not shown` : '';
  return [
    `${partOf(nodes.length, of?.nodes)} nodes, ${edges.length} edges${left}; ${measure}`,
    ...textTable([['edges', 'count', 'least', 'mean', 'most'], ...rows], 1),
    ...sensitivityTable(data)
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

function sensitivityTable(data: GraphRewiringData): string[] {
  const rows = sensitivityByDistance(data).map(({ distance, pairs, mean, most }) => [
    ...[String(distance), String(pairs), significant(mean), significant(most)]
  ]);
  return rows.length === 0 ? [] : textTable([['edges in between', 'pairs', 'mean sensitivity', 'most'], ...rows], 1);
}
