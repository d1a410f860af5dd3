import { fail } from '../../../base/core';
import { assemble, type Attributes, type NamedGraph, type ReadOptions } from './assemble';

/**
 * A graph from node-link JSON as NetworkX writes it (`networkx.node_link_data`, with `edges` or `links`), as text or parsed.
 *
 * @throws {SwitchyardError} where nodes or edges are missing, an edge is of a node that is not listed, or an attribute that is asked for is no number.
 */
export function nodeLink(json: string | object, options: ReadOptions = {}): NamedGraph {
  const where = 'graph.read.nodeLink';
  const data = parsed(where, json);
  const directed = data.directed === true;
  const nodes = listOf(where, 'nodes', data.nodes).map((node) => ({ name: nameOf(where, 'id of a node', node.id), attributes: node })); // prettier-ignore
  const edges = listOf(where, 'edges (or links)', data.edges ?? data.links).map((edge) => ({
    source: nameOf(where, 'source of an edge', edge.source),
    target: nameOf(where, 'target of an edge', edge.target),
    attributes: edge,
    directed
  }));
  return assemble(where, { nodes, edges }, options);
}

/**
 * A graph from graphology: a live `Graph`, or what its `export` gives.
 *
 * @throws {SwitchyardError} as `graph.read.nodeLink`.
 */
export function graphology(graph: object, options: ReadOptions = {}): NamedGraph {
  const where = 'graph.read.graphology';
  const live = (graph as { export?: unknown }).export;
  const data = parsed(where, typeof live === 'function' ? (live.call(graph) as object) : graph);
  const type = (data.options as Attributes | undefined)?.type ?? 'mixed';
  const attributesOf = (item: Attributes): Attributes => (item.attributes ?? {}) as Attributes;
  const nodes = listOf(where, 'nodes', data.nodes).map((node) => ({ name: nameOf(where, 'key of a node', node.key), attributes: attributesOf(node) })); // prettier-ignore
  const edges = listOf(where, 'edges', data.edges).map((edge) => ({
    source: nameOf(where, 'source of an edge', edge.source),
    target: nameOf(where, 'target of an edge', edge.target),
    attributes: attributesOf(edge),
    directed: type !== 'undirected' && edge.undirected !== true
  }));
  return assemble(where, { nodes, edges }, options);
}

function parsed(where: string, json: string | object): Attributes {
  let value: unknown = json;
  if (typeof json === 'string') {
    try {
      value = JSON.parse(json);
    } catch {
      fail(where, 'expects JSON', json.slice(0, 40));
    }
  }
  return typeof value === 'object' && value !== null ? (value as Attributes) : fail(where, 'expects an object', value);
}

function listOf(where: string, what: string, value: unknown): Attributes[] {
  return Array.isArray(value) ? (value as Attributes[]) : fail(where, `there must be a list of ${what}`, value);
}

function nameOf(where: string, what: string, value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : fail(where, `${what} must be a text or a number`, value); // prettier-ignore
}
