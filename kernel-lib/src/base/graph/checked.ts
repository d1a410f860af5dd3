import { expectInteger, fail } from '../core';
import type { EdgeList, FeatureRows, Features } from './options';

/** Ends of edges of nodes 0..N-1. */
export function checkedEdges(
  where: string,
  numNodes: number,
  edges: EdgeList
): { sources: Int32Array; targets: Int32Array } {
  expectInteger(where, 'numNodes', numNodes, 0, 0x7fffffff);
  expectEdges(where, edges);
  const pairs = 'sources' in edges ? undefined : edges;
  const wrong = pairs?.findIndex((pair) => pair?.length !== 2) ?? -1;
  if (wrong >= 0) {
    fail(where, 'an edge must be a source and a target', pairs![wrong]);
  }
  const [from, to] =
    'sources' in edges
      ? [Array.from(edges.sources), Array.from(edges.targets)]
      : [edges.map(([source]) => source), edges.map(([, target]) => target)];
  if (from.length !== to.length) {
    fail(where, `there must be as many targets as sources (${from.length})`, to.length);
  }
  for (const ends of [from, to]) {
    const edge = ends.findIndex((node) => !(Number.isInteger(node) && node >= 0 && node < numNodes));
    if (edge >= 0) {
      fail(where, `edge ${edge} must be of nodes 0..${numNodes - 1}`, [from[edge], to[edge]]);
    }
  }
  return { sources: Int32Array.from(from), targets: Int32Array.from(to) };
}

/** Finite weights, one for each edge. */
export function checkedWeights(where: string, count: number, weights?: ArrayLike<number>): Float32Array | undefined {
  return weights && finite(where, 'weights', expectLength(where, 'weights', count, weights));
}

/** Types from 0, one for each. */
export function checkedTypes(
  where: string,
  name: string,
  count: number,
  types?: ArrayLike<number>
): Int32Array | undefined {
  if (types === undefined) {
    return undefined;
  }
  const all = Array.from(expectLength(where, name, count, types));
  const wrong = all.findIndex((type) => !Number.isInteger(type) || type < 0 || type > 0x7fffffff);
  return wrong < 0 ? Int32Array.from(all) : fail(where, `${name}[${wrong}] must be an integer of at least 0`, all[wrong]); // prettier-ignore
}

/** Finite features, a row of the same width for each. */
export function checkedFeatures(where: string, name: string, count: number, rows?: FeatureRows): Features | undefined {
  if (rows === undefined) {
    return undefined;
  }
  if ('width' in rows) {
    expectInteger(where, `${name}.width`, rows.width, 1);
    expectLength(where, `${name}.values`, count * rows.width, rows.values);
    return { values: finite(where, `${name}.values`, rows.values), width: rows.width };
  }
  expectLength(where, name, count, rows);
  const width = rows[0]?.length ?? 1;
  const wrong = rows.findIndex((row) => row.length !== width);
  if (width === 0 || wrong >= 0) {
    fail(where, `rows of ${name} must be of one width of at least 1 (${width})`, rows[Math.max(wrong, 0)]?.length);
  }
  return {
    values: finite(
      where,
      name,
      rows.flatMap((row) => Array.from(row))
    ),
    width
  };
}

/** Throws unless edges are of a form that is known: JavaScript may give anything. */
function expectEdges(where: string, edges: unknown): void {
  const { sources, targets } = (edges ?? {}) as { sources?: unknown; targets?: unknown };
  if (!Array.isArray(edges) && !(isList(sources) && isList(targets))) {
    fail(where, 'edges must be pairs of a source and a target, or { sources, targets }', edges);
  }
}

function isList(values: unknown): values is ArrayLike<number> {
  return Array.isArray(values) || ArrayBuffer.isView(values);
}

function expectLength<T>(where: string, name: string, count: number, values: ArrayLike<T>): ArrayLike<T> {
  return values.length === count ? values : fail(where, `${name} must be ${count} in number`, values.length);
}

function finite(where: string, name: string, values: ArrayLike<number>): Float32Array {
  const out = Float32Array.from(values);
  const wrong = out.findIndex((value) => !Number.isFinite(value));
  return wrong < 0 ? out : fail(where, `${name}[${wrong}] must be a finite number (of float32)`, values[wrong]);
}
