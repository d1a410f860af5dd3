import { graph } from '@switchyard/kernel-lib';

/** A way to rewire, by the name of its file. */
export interface Member {
  file: string;
  rewire: (g: graph.Graph, seed: number) => graph.rewire.Rewiring;
  /** Undirected edges it adds to a barbell of two K6, whose only bottleneck is the bridge. */
  adds: number;
  removes?: number;
  /** Whether it needs a connected graph. */
  connected?: true;
  /** Whether types of edges must not be given. */
  untyped?: true;
  /** Nodes that it adds to a graph of 12. */
  newNodes?: number;
}

const { rewire } = graph;

/** Angles that tell the first four nodes of a clique from its others. */
function angles(g: graph.Graph): { values: Float32Array; width: number } {
  const at = Array.from({ length: g.numNodes }, (_, node) => (node % 6 < 4 ? 0.1 : 1.3) + node / 100);
  return { values: Float32Array.from(at.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])), width: 2 };
}

export const MEMBERS: readonly Member[] = [
  { file: 'sdrf', rewire: (g, seed) => rewire.sdrf(g, { steps: 4, temperature: 5, seed }), adds: 4 },
  { file: 'borf', rewire: (g) => rewire.borf(g, { batches: 2, add: 3, remove: 2 }), adds: 3, removes: 4 },
  { file: 'fosr', rewire: (g, seed) => rewire.fosr(g, { edges: 4, seed }), adds: 4 },
  { file: 'effectiveResistance', rewire: (g) => rewire.effectiveResistance(g, { edges: 4 }), adds: 4, connected: true }, // prettier-ignore
  { file: 'expander', rewire: (g) => rewire.expander(g), adds: 6 },
  { file: 'laser', rewire: (g, seed) => rewire.laser(g, { snapshots: 2, density: 1, seed }), adds: 35 },
  { file: 'delay', rewire: (g) => rewire.delay(g, { layers: 3 }), adds: 35, untyped: true },
  { file: 'probabilistic', rewire: (g, seed) => rewire.probabilistic(g, { k: 4, seed }), adds: 4 },
  { file: 'similarity', rewire: (g) => rewire.similarity(g, { representation: angles(g), drop: 0.5, addK: 1 }), adds: 10, removes: 17 }, // prettier-ignore
  { file: 'densify', rewire: (g) => rewire.densify(g, { representation: angles(g), below: 6, k: 1 }), adds: 10 },
  { file: 'insertNodes', rewire: (g) => rewire.insertNodes(g, { features: g.nodeFeatures && [[7]], scores: [Array.from({ length: g.numNodes }, (_, node) => (5 * node) % 7)], perNode: Math.min(3, g.numNodes) }), adds: 3, newNodes: 1 }, // prettier-ignore
  { file: 'judged', rewire: (g) => rewire.judged(g, { judge: (all) => all.map(([i, j]) => (i + j === 3 ? 0.1 : 0.9)), candidates: ([[0, 7], [1, 8]] as const).filter(([, j]) => j < g.numNodes) }), adds: 2, removes: 2 }, // prettier-ignore
  { file: 'virtualNode', rewire: (g) => rewire.virtualNode(g), adds: 12, newNodes: 1 }
];
