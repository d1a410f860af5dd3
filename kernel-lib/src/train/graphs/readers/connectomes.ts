import { readdirSync } from 'fs';
import * as path from 'path';
import { fail } from '../../../base/core';
import { fromEdges } from '../../../base/graph';
import type { NamedGraph } from './assemble';
import { linesOf, numbersOf, recordsOf } from './textLines';
import type { LabelledGraphs } from './tuDataset';

/**
 * Connectome of a half of a fruit fly larva's mushroom body, of two files: synapses between any two neurons, a row for each that they come from, and the kind of each neuron.
 *
 * @throws {SwitchyardError} where the matrix is not square, or kinds are not as many.
 */
export function flyConnectome(where: string, matrix: string, kinds: string): NamedGraph {
  const rows = numbersOf(where, matrix);
  const own = linesOf(kinds).map((line) => line.trim());
  if (rows[0]?.length !== rows.length || own.length !== rows.length) {
    fail(where, 'there must be as many rows, columns and kinds of neurons', [rows.length, rows[0]?.length, own.length]);
  }
  const edges = rows.flatMap((row, source) => row.flatMap((count, target) => (count === 0 ? [] : [{ source, target, count }]))); // prettier-ignore
  const nodeTypeNames = [...new Set(own)].sort();
  const graph = fromEdges({
    numNodes: rows.length,
    edges: edges.map(({ source, target }) => [source, target] as const),
    weights: edges.map(({ count }) => count),
    nodeTypes: own.map((kind) => nodeTypeNames.indexOf(kind))
  });
  return { graph, names: own.map((kind, i) => `${kind}${i}`), nodeTypeNames, edgeTypeNames: [] };
}

/**
 * Connectomes of mice, fibres between regions of their brains, from a folder of an edge list for each, `participants.csv` (whose genotype is the class) and `blocks.csv` (regions by structure and half).
 *
 * @throws {SwitchyardError} where a mouse has no edge list, or a region lies in no block.
 */
export function mouseConnectomes(where: string, folder: string): LabelledGraphs & { nodeTypeNames: string[] } {
  const blocks = recordsOf(where, path.join(folder, 'blocks.csv'), ['block', 'hemisphere', 'i', 'j']);
  const nodeTypeNames = blocks.map(({ block, hemisphere }) => `${block} ${hemisphere}`);
  const nodeTypes = blocks.flatMap(({ i, j }, type) => new Array<number>(Number(j) - Number(i)).fill(type));
  const mice = recordsOf(where, path.join(folder, 'participants.csv'), ['participant_id', 'genotype']);
  const files = readdirSync(path.join(folder, 'edgelists'));
  const graphs = mice.map(({ participant_id: id }) => {
    const file = files.find((each) => each.startsWith(`${id}_`)) ?? fail(where, `edgelists must have one of ${id}`, files.length); // prettier-ignore
    const rows = numbersOf(where, path.join(folder, 'edgelists', file));
    return fromEdges({
      numNodes: nodeTypes.length,
      edges: rows.map(([source, target]) => [source, target] as const),
      weights: rows.map(([, , weight]) => weight),
      undirected: true,
      nodeTypes
    });
  });
  const labelNames = [...new Set(mice.map(({ genotype }) => genotype))].sort();
  const labels = Int32Array.from(mice, ({ genotype }) => labelNames.indexOf(genotype));
  return { graphs, labels, labelNames, nodeTypeNames };
}
