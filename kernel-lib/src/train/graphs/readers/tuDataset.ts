import { existsSync, readdirSync } from 'fs';
import * as path from 'path';
import { fail } from '../../../base/core';
import { fromEdges, type Graph } from '../../../base/graph';
import { numbersOf } from './textLines';

/** Graphs with a class each, as `train.tasks.graphClassification` takes them. */
export interface LabelledGraphs {
  graphs: Graph[];
  /** Class of each graph, from 0. */
  labels: Int32Array;
  /** Name of each class, as the files have it. */
  labelNames: string[];
}

/**
 * Labelled graphs from a folder of the collection of TU Dortmund (arXiv 2007.08663): `NAME_A.txt`, `NAME_graph_indicator.txt`, `NAME_graph_labels.txt`, and where they are there labels and attributes of nodes and edges. Features are the
 * attributes and, behind them, a one for the label, of each column of labels; where there is one column it is the type as well. Edges are as the files have them, which is both ways.
 *
 * @throws {SwitchyardError} where a file is missing, lines are too few or many, an edge leads from one graph to another, or a number is none.
 */
export function tuDataset(folder: string): LabelledGraphs {
  const where = 'graph.read.tuDataset';
  const files = existsSync(folder) ? readdirSync(folder) : fail(where, 'the folder must be there', folder);
  const list = files.find((file) => file.endsWith('_A.txt')) ?? fail(where, 'the folder must have a NAME_A.txt', folder); // prettier-ignore
  const has = (part: string): boolean => files.includes(list.replace(/A\.txt$/, `${part}.txt`));
  const table = (part: string, count?: number): number[][] => {
    const name = list.replace(/A\.txt$/, `${part}.txt`);
    const rows = has(part) ? numbersOf(where, path.join(folder, name)) : fail(where, `the folder must have ${name}`, folder); // prettier-ignore
    return count === undefined || rows.length === count ? rows : fail(where, `${name} must have ${count} lines`, rows.length); // prettier-ignore
  };
  const graphOf = table('graph_indicator').map(([graph]) => graph - 1);
  const classes = table('graph_labels').map(([label]) => label);
  const edges = table('A').map(([source, target]) => [source - 1, target - 1] as const);
  graphOf.forEach((graph, node) => {
    if (!Number.isInteger(graph) || graph < (graphOf[node - 1] ?? 0) || graph >= classes.length) {
      fail(where, `graph of node ${node + 1} must be 1..${classes.length}, ascending`, graph + 1);
    }
  });
  const features = (of: 'node' | 'edge', count: number): { rows?: number[][]; types?: number[] } => {
    const [attributes, labels] = [`${of}_attributes`, `${of}_labels`].map((part) => (has(part) ? table(part, count) : null)); // prettier-ignore
    const known = labels?.[0]?.map((_, column) => [...new Set(labels.map((row) => row[column]))].sort((a, b) => a - b)) ?? []; // prettier-ignore
    const ones = (i: number): number[] => known.flatMap((values, column) => values.map((value) => Number(labels![i][column] === value))); // prettier-ignore
    const rows = Array.from({ length: count }, (_, i) => [...(attributes?.[i] ?? []), ...ones(i)]);
    return { rows: rows[0]?.length > 0 ? rows : undefined, types: known.length === 1 ? labels!.map(([label]) => known[0].indexOf(label)) : undefined }; // prettier-ignore
  };
  const [ofNodes, ofEdges] = [features('node', graphOf.length), features('edge', edges.length)];
  const parts = classes.map(() => ({ nodes: [] as number[], edges: [] as number[] }));
  graphOf.forEach((graph, node) => parts[graph].nodes.push(node));
  edges.forEach(([source, target], edge) => {
    const graph = graphOf[source];
    if (graph === undefined || graph !== graphOf[target]) {
      fail(where, `edge ${edge} must be of nodes 1..${graphOf.length} of one graph`, [source + 1, target + 1]);
    }
    parts[graph].edges.push(edge);
  });
  const graphs = parts.map((part) => {
    const take = <T>(all: T[] | undefined, rows: number[]): T[] | undefined => all && rows.map((row) => all[row]);
    const [first] = part.nodes;
    return fromEdges({
      numNodes: part.nodes.length,
      edges: part.edges.map((edge) => [edges[edge][0] - first, edges[edge][1] - first] as const),
      nodeFeatures: widened(take(ofNodes.rows, part.nodes), ofNodes.rows),
      nodeTypes: take(ofNodes.types, part.nodes),
      edgeFeatures: widened(take(ofEdges.rows, part.edges), ofEdges.rows),
      edgeTypes: take(ofEdges.types, part.edges)
    });
  });
  const names = [...new Set(classes)].sort((a, b) => a - b);
  return { graphs, labels: Int32Array.from(classes, (each) => names.indexOf(each)), labelNames: names.map(String) }; // prettier-ignore
}

/** Rows with the width of all: a graph without edges has features of edges as wide as the others'. */
function widened(
  rows: number[][] | undefined,
  all: number[][] | undefined
): { values: number[]; width: number } | undefined {
  // prettier-ignore
  return rows && { values: rows.flat(), width: all![0].length };
}
