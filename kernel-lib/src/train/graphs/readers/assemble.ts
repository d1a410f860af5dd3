import { fail } from '../../../base/core';
import { fromEdges, type Graph } from '../../../base/graph';

/** Values that nodes and edges of a file carry, by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Which of what a file says of nodes and edges a graph takes over. */
export interface ReadOptions {
  /** Attribute of edges that is their weight. Default 'weight', where each edge has it. */
  weight?: string;
  /** Attributes of nodes that are numbers: their features, in this order. Default: none. */
  features?: readonly string[];
  /** Attribute of nodes that says their type or class. Default: none. */
  nodeType?: string;
  /** Attribute of edges that says their type or relation. Default: none. */
  edgeType?: string;
}

/** A graph that was read, and what its numbers stand for. */
export interface NamedGraph {
  graph: Graph;
  /** Name of each node. */
  names: string[];
  /** Name of each type of node; empty where they have none. */
  nodeTypeNames: string[];
  /** Name of each type of edge; empty where they have none. */
  edgeTypeNames: string[];
}

/** A graph as files have it. */
export interface NamedParts {
  nodes: readonly { name: string; attributes: Attributes }[];
  edges: readonly { source: string; target: string; attributes: Attributes; directed: boolean }[];
}

/** The graph of nodes by name and edges between names; undirected where each edge is. */
export function assemble(where: string, { nodes, edges }: NamedParts, options: ReadOptions): NamedGraph {
  const numbers = new Map(nodes.map(({ name }, i) => [name, i]));
  if (nodes.length === 0) {
    fail(where, 'there must be a node', 'none');
  }
  if (numbers.size !== nodes.length) {
    const twice = nodes.find(({ name }, i) => numbers.get(name) !== i)!;
    fail(where, 'each node must be listed once', twice.name);
  }
  const undirected = edges.every(({ directed }) => !directed);
  // An undirected edge among directed ones leads both ways.
  const ways = undirected ? edges : edges.flatMap((edge) => (edge.directed || edge.source === edge.target ? [edge] : [edge, { ...edge, source: edge.target, target: edge.source }])); // prettier-ignore
  const numberOf = (name: string, edge: number): number => numbers.get(name) ?? fail(where, `edge ${edge} must be of nodes that are listed`, name); // prettier-ignore
  const { features, nodeType, edgeType, weight } = options;
  const nodeTypes = nodeType === undefined ? undefined : typesOf(where, 'nodes', nodes, nodeType);
  const edgeTypes = edgeType === undefined ? undefined : typesOf(where, 'edges', ways, edgeType);
  const weights = weightsOf(where, ways, weight);
  const graph = fromEdges({
    numNodes: nodes.length,
    edges: {
      sources: ways.map(({ source }, edge) => numberOf(source, edge)),
      targets: ways.map(({ target }, edge) => numberOf(target, edge))
    },
    undirected,
    weights,
    nodeFeatures: features && nodes.map(({ name, attributes }) => features.map((of) => numberIn(where, attributes, of, `node ${name}`))), // prettier-ignore
    nodeTypes: nodeTypes?.types,
    edgeTypes: edgeTypes?.types
  });
  const names = nodes.map(({ name }) => name);
  return { graph, names, nodeTypeNames: nodeTypes?.names ?? [], edgeTypeNames: edgeTypes?.names ?? [] };
}

/** Weights where they are named, or where each edge has one. */
function weightsOf(where: string, edges: NamedParts['edges'], weight?: string): number[] | undefined {
  const name = weight ?? 'weight';
  const all = edges.length > 0 && edges.every(({ attributes }) => attributes[name] !== undefined);
  if (weight === undefined && !all) {
    return undefined;
  }
  return edges.map(({ attributes }, edge) => numberIn(where, attributes, name, `edge ${edge}`));
}

function numberIn(where: string, attributes: Attributes, name: string, of: string): number {
  const value = attributes[name];
  const number = typeof value === 'string' ? ofText(value.trim()) : Number(value ?? NaN);
  return Number.isFinite(number) ? number : fail(where, `${name} of ${of} must be a finite number`, value);
}

/** A number, or a truth as XML and Python write it. */
function ofText(text: string): number {
  return /^(true|false)$/i.test(text) ? Number(text.toLowerCase() === 'true') : text === '' ? NaN : Number(text);
}

function typesOf(
  where: string,
  what: string,
  items: readonly { attributes: Attributes }[],
  name: string
): { types: number[]; names: string[] } {
  const names = new Map<string, number>();
  const types = items.map(({ attributes }, i) => {
    const value = attributes[name] ?? fail(where, `each of the ${what} must have ${name}, as number ${i} has not`, undefined); // prettier-ignore
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return names.get(text) ?? names.set(text, names.size).size - 1;
  });
  return { types, names: [...names.keys()] };
}
