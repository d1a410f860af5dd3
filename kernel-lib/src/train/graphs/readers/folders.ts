import { existsSync, readdirSync } from 'fs';
import * as path from 'path';
import { expectInteger, fail } from '../../../base/core';
import { fromEdges, type Graph } from '../../../base/graph';
import type { NamedGraph } from './assemble';
import { linesOf } from './textLines';

/**
 * A citation network from a folder in the text form of Cora, CiteSeer and PubMed's diabetes set before it was pickled (LINQS): `NAME.content`, lines of an id, features and a class, and `NAME.cites`, lines of the cited and the
 * citing id. Edges lead from the citing paper to the cited one unless they are made undirected. Planetoid's `ind.NAME.*` are Python pickles and are not read: write them out with Python.
 *
 * @throws {SwitchyardError} where files are missing or have other lines; citations of papers that are not there are left out, as all do, and counted.
 */
export function planetoid(folder: string, options: { undirected?: boolean } = {}): NamedGraph & { leftOut: number } {
  const where = 'graph.read.planetoid';
  const files = existsSync(folder) ? readdirSync(folder) : fail(where, 'the folder must be there', folder);
  const content = files.find((file) => file.endsWith('.content'));
  if (content === undefined) {
    const pickles = files.filter((file) => /^ind\..*\.(x|tx|allx|y|ty|ally|graph)$/.test(file));
    return fail(where, 'the folder must have a .content file', pickles.length > 0 ? `Python pickles: ${pickles[0]}` : folder); // prettier-ignore
  }
  const rows = linesOf(path.join(folder, content)).map((line) => line.trim().split(/\s+/));
  const width = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== width || row.length < 3);
  if (odd >= 0) {
    fail(
      where,
      `line ${odd + 1} of ${content} must be an id, features and a class (${width} columns)`,
      rows[odd].length
    );
  }
  const names = rows.map(([id]) => id);
  const numbers = new Map(names.map((id, i) => [id, i]));
  const classes = [...new Set(rows.map((row) => row[width - 1]))].sort();
  const cites = linesOf(path.join(folder, content.replace(/\.content$/, '.cites'))).map((line) =>
    line.trim().split(/\s+/)
  );
  const known = cites.filter((ends) => ends.length === 2 && ends.every((id) => numbers.has(id)));
  const graph = fromEdges({
    numNodes: names.length,
    edges: known.map(([cited, citing]): [number, number] => [numbers.get(citing)!, numbers.get(cited)!]),
    undirected: options.undirected,
    nodeFeatures: rows.map((row) => row.slice(1, -1).map(Number)),
    nodeTypes: rows.map((row) => classes.indexOf(row[width - 1]))
  });
  return { graph, names, nodeTypeNames: classes, edgeTypeNames: [], leftOut: cites.length - known.length };
}

/** A data set of the Open Graph Benchmark. */
export interface OgbData {
  /** All graphs, batched (`graphOf`) where there are several. */
  graph: Graph;
  /** Labels of nodes, or of graphs, a row each; null is a label that is missing. Undefined where there are none. */
  labels?: { of: 'nodes' | 'graphs'; values: (number | null)[][] };
  /** Numbers of the nodes, graphs or edges of each part, by the folder of `split` that was asked for. */
  split?: { train: Int32Array; validation: Int32Array; test: Int32Array };
}

/**
 * A data set of the Open Graph Benchmark from its folder of CSV files (`raw/edge.csv.gz`, `num-node-list.csv.gz`, ...), zipped or not.
 *
 * @param options.split - Folder within `split`, "time" or "scaffold" for example.
 * @throws {SwitchyardError} where a file is missing or counts do not agree.
 */
export function ogb(folder: string, options: { undirected?: boolean; split?: string } = {}): OgbData {
  const where = 'graph.read.ogb';
  const table = (name: string): (number | null)[][] | undefined => tableOf(where, path.join(folder, name));
  const edges = table('raw/edge.csv') ?? fail(where, 'the folder must have raw/edge.csv(.gz)', folder);
  const numbers = (rows?: (number | null)[][]): number[] | undefined => rows?.map(([value]) => value ?? NaN);
  const counts = numbers(table('raw/num-node-list.csv')) ?? fail(where, 'the folder must have raw/num-node-list.csv(.gz)', folder); // prettier-ignore
  const ofEdges = numbers(table('raw/num-edge-list.csv')) ?? [edges.length];
  if (ofEdges.length !== counts.length || ofEdges.reduce((a, b) => a + b, 0) !== edges.length) {
    fail(where, `num-edge-list must be of ${counts.length} graphs with ${edges.length} edges together`, [ofEdges.length, ofEdges.reduce((a, b) => a + b, 0)]); // prettier-ignore
  }
  counts.forEach((count) => expectInteger(where, 'numbers of nodes', count, 0));
  const starts = [0];
  counts.forEach((count, g) => starts.push(starts[g] + count));
  const graphOfEdge = ofEdges.flatMap((count, g) => new Array<number>(count).fill(g));
  const several = counts.length > 1;
  edges.forEach((ends, e) => {
    const own = counts[graphOfEdge[e]];
    if (!ends.every((node) => node !== null && node >= 0 && node < own)) {
      fail(where, `edge ${e} must be of nodes 0..${own - 1} of its graph`, ends);
    }
  });
  const rows = (name: string): number[][] | undefined => table(name)?.map((row) => row.map((value) => value ?? NaN));
  const graph = fromEdges({
    numNodes: counts.reduce((a, b) => a + b, 0),
    edges: edges.map(([source, target], e): [number, number] => [source! + starts[graphOfEdge[e]], target! + starts[graphOfEdge[e]]]), // prettier-ignore
    undirected: options.undirected,
    nodeFeatures: rows('raw/node-feat.csv'),
    edgeFeatures: rows('raw/edge-feat.csv'),
    graphOf: several ? counts.flatMap((count, g) => new Array<number>(count).fill(g)) : undefined,
    numGraphs: several ? counts.length : undefined
  });
  const [ofNodes, ofGraphs] = [table('raw/node-label.csv'), table('raw/graph-label.csv')];
  const labels = ofNodes !== undefined ? { of: 'nodes' as const, values: ofNodes } : ofGraphs && { of: 'graphs' as const, values: ofGraphs }; // prettier-ignore
  const { split } = options;
  const part = (name: string): Int32Array => Int32Array.from(numbers(table(`split/${split}/${name}.csv`)) ?? fail(where, `the folder must have split/${split}/${name}.csv(.gz)`, folder)); // prettier-ignore
  return { graph, labels, split: split === undefined ? undefined : { train: part('train'), validation: part('valid'), test: part('test') } }; // prettier-ignore
}

/** Rows of numbers of a CSV file, zipped or not; an empty cell or "nan" is null. */
function tableOf(where: string, file: string): (number | null)[][] | undefined {
  const found = [`${file}.gz`, file].find((each) => existsSync(each));
  if (found === undefined) {
    return undefined;
  }
  return linesOf(found).map((line, i) =>
    line.split(',').map((cell) => {
      const value = cell.trim() === '' || cell.trim().toLowerCase() === 'nan' ? null : Number(cell);
      return Number.isNaN(value)
        ? fail(where, `line ${i + 1} of ${path.basename(found)} must be numbers`, cell)
        : value;
    })
  );
}
