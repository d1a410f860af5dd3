import { expectInteger, fail } from '../core';
import type { Graph } from '../graph';

/** Options of `graph.probes.wlColours`. */
export interface WlOptions {
  /** Rounds of refinement at most; it ends where nothing changes. Default: until then. */
  rounds?: number;
  /** Whether nodes begin with a colour of their type and features, else all with one, and edges count by their weights and features. Default true. */
  features?: boolean;
}

/** Colours that nodes of graphs have after refinement; equal colours mean the same across the graphs. */
export interface WlColours {
  /** Colour of each node of each graph, from 0. */
  colours: Int32Array[];
  /** Number of different colours. */
  count: number;
  /** Rounds that changed something. */
  rounds: number;
}

/**
 * Colour refinement of Weisfeiler and Leman (1-WL) over several graphs at once: in each round a node's colour takes in the colours of the nodes that lead to it, as often as they do, with the types, weights and features of the edges. Exact:
 * colours are numbered, not hashed. No message passing on the same features tells apart what these colours do not.
 */
export function wlColours(graphs: readonly Graph[], options: WlOptions = {}): WlColours {
  const where = 'graph.probes.wlColours';
  const { rounds = Infinity, features = true } = options;
  if (rounds !== Infinity) {
    expectInteger(where, 'rounds', rounds, 0);
  }
  const table = new Map<string, number>();
  const number = (key: string): number => table.get(key) ?? table.set(key, table.size).size - 1;
  let colours = graphs.map((graph) =>
    Int32Array.from({ length: graph.numNodes }, (_, node) => number(features ? beginning(graph, node) : ''))
  );
  let count = table.size;
  let round = 0;
  for (; round < rounds; round++) {
    table.clear();
    const next = graphs.map((graph, g) =>
      colours[g].map((own, node) => number(`${own}<${incomingColours(graph, node, colours[g], features)}`))
    );
    // A round refines: as many colours as before are the same ones.
    if (table.size === count) {
      break;
    }
    colours = next;
    count = table.size;
  }
  return { colours, count, rounds: round };
}

/** Whether refinement gives two graphs different colours, so that message passing may tell them apart. */
export function wlDistinguishes(a: Graph, b: Graph, options: WlOptions = {}): boolean {
  const { colours } = wlColours([a, b], options);
  return signature(colours[0]) !== signature(colours[1]);
}

/**
 * Best accuracy that a function of 1-WL colours can have on graphs with these classes: of graphs whose nodes have the same colours, only the most frequent class can be right (arXiv 2202.10156). 0..1.
 *
 * @throws {SwitchyardError} where there is not a class for each graph.
 */
export function wlAccuracyBound(graphs: readonly Graph[], classes: ArrayLike<number>, options: WlOptions = {}): number {
  if (classes.length !== graphs.length || graphs.length === 0) {
    fail('graph.probes.wlAccuracyBound', `there must be a class for each of the ${graphs.length} graphs, one at least`, classes.length); // prettier-ignore
  }
  const groups = new Map<string, Map<number, number>>();
  wlColours(graphs, options).colours.forEach((colours, g) => {
    const key = signature(colours);
    const group = groups.get(key) ?? groups.set(key, new Map()).get(key)!;
    group.set(classes[g], (group.get(classes[g]) ?? 0) + 1);
  });
  const right = [...groups.values()].reduce(
    (sum, group) => sum + [...group.values()].reduce((a, b) => Math.max(a, b)),
    0
  );
  return right / graphs.length;
}

function beginning(graph: Graph, node: number): string {
  const { values, width } = graph.nodeFeatures ?? { values: [] as unknown as Float32Array, width: 0 };
  return `${graph.nodeTypes?.[node] ?? ''}|${Array.from(values.slice(node * width, (node + 1) * width)).join()}`;
}

function incomingColours(graph: Graph, node: number, colours: Int32Array, features: boolean): string {
  const { starts, neighbours } = graph.incoming;
  const { values, width } = graph.edgeFeatures ?? { values: new Float32Array(), width: 0 };
  const of: string[] = [];
  for (let e = starts[node]; e < starts[node + 1]; e++) {
    const carried = features ? `:${graph.weightOf(e)}:${values.subarray(e * width, (e + 1) * width).join('/')}` : '';
    of.push(`${colours[neighbours[e]]}:${graph.edgeTypes?.[e] ?? ''}${carried}`);
  }
  return of.sort().join();
}

/** How often there is each colour. */
function signature(colours: Int32Array): string {
  return [...colours].sort((a, b) => a - b).join();
}
