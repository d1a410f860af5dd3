import { core, graph } from '@switchyard/kernel-lib';
import { accuracyOf } from './trainNodes';

const BLOCK = 50;
/** Block of each node. */
export const LABELS = Array.from({ length: 3 * BLOCK }, (_, node) => Math.floor(node / BLOCK));

/** Blocks with features, and edges of an attacker between blocks: two for each three that there are. */
export function blocks(seed: number, attacked: boolean): graph.Graph {
  const p = [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 0.12 : 0.01)));
  const g = graph.generators.stochasticBlockModel({ sizes: [BLOCK, BLOCK, BLOCK], probabilities: p, features: { width: 12, signal: 2.5 }, seed }); // prettier-ignore
  const next = core.Random.fromSeed(seed).child('attack').generator();
  const edges = pairsOf(g);
  const known = new Set(edges.map(keyOf));
  for (let i = 0; attacked && i < Math.round(0.2 * g.numEdges);) {
    // All between the first two: what a node there hears is then as often of the other as of its own.
    const [a, b] = [next(), next()].map((u) => Math.floor(u * 2 * BLOCK));
    if (LABELS[a] !== LABELS[b] && known.size !== known.add(keyOf([a, b])).size) {
      edges.push([a, b]);
      i++;
    }
  }
  return graph.fromEdges({ numNodes: 3 * BLOCK, edges, undirected: true, nodeFeatures: g.nodeFeatures });
}
/** Name of an edge, whichever way. */
export const keyOf = ([a, b]: readonly [number, number]): string => `${Math.min(a, b)} ${Math.max(a, b)}`;
/** Edges, each once. */
export const pairsOf = (g: graph.Graph): [number, number][] =>
  Array.from(g.sources, (source, e): [number, number] => [source, g.targets[e]]).filter(([a, b]) => a < b);

/** Share of pairs of two blocks. */
const across = (pairs: readonly (readonly [number, number])[]): number => pairs.filter(([a, b]) => LABELS[a] !== LABELS[b]).length / pairs.length; // prettier-ignore

/** Three labelled nodes of each block; all others are tested. */
const KNOWN = [0, 1, 2].flatMap((block) => [0, 1, 2].map((i) => block * BLOCK + i));
const TESTED = LABELS.map((_, node) => node).filter((node) => !KNOWN.includes(node));
const refined = (g: graph.Graph, seed: number): graph.rewire.Rewiring =>
  graph.rewire.similarity(g, { representation: graph.embed.contrastive(g, { dim: 16, doubt: 0, steps: 30, seed }), drop: 0.2, addK: 2 }); // prettier-ignore

/** Shares of pairs of two blocks among edges and among what is dropped, and accuracy of a network on the attacked graph, the refined one, the clean one and that refined. */
export function refinedAccuracy(seed: number) {
  const [poisoned, clean] = [blocks(seed, true), blocks(seed, false)];
  const { report, graph: output } = refined(poisoned, seed);
  const accuracy = (g: graph.Graph): number => accuracyOf(graph.fromEdges({ ...g.directedOptions, nodeFeatures: clean.nodeFeatures }), { labels: LABELS, known: KNOWN, tested: TESTED, seed: 1 }); // prettier-ignore
  return {
    ...{
      dropped: across(report.removed.map(({ source, target }) => [source, target])),
      there: across(pairsOf(poisoned))
    },
    ...{ poisoned: accuracy(poisoned), refined: accuracy(output) },
    ...{ clean: accuracy(clean), cleanRefined: accuracy(refined(clean, seed).graph) }
  };
}
