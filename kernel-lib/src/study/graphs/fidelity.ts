import { expectInteger, expectNumber, fail, given, Random } from '../../base/core';
import { type Graph, keepEdges } from '../../base/graph';

/** Options of `graph.probes.fidelity`. */
export interface FidelityOptions {
  /** Probability of the class that is explained, of any subgraph with all of its nodes. */
  predict: (graph: Graph) => number;
  /** Whether each edge belongs to the explanation, [M]; the two directions of an edge alike. */
  explanation: ArrayLike<boolean | number>;
  /** Probability that an edge of the explanation is removed, alpha1, 0..1. Default 0.1. */
  alpha1?: number;
  /** Probability that an edge beside the explanation is removed, alpha2, 0..1. Default 0.1. */
  alpha2?: number;
  /** Draws that are averaged. Default 20. */
  samples?: number;
  /** Default 0. */
  seed?: number;
}

/** How an explanation is judged. */
export interface Fidelity {
  /** How far the probability falls where edges of the explanation are removed, Fid+: high of a good one. */
  plus: number;
  /** How far it falls where others are, Fid-: near 0 of a good one. */
  minus: number;
}

/**
 * Robust fidelity of an explanation of a graph network (arXiv 2310.01820): edges are removed by chance, a few of them, so that the graphs that the network is asked about stay near those that it was trained on; probabilities of 1 remove all,
 * which are the fidelities Fid+ and Fid- as they are usually measured, in one draw. The two directions of an edge go together.
 *
 * @throws {SwitchyardError} where the explanation does not say of each edge, or tells the directions of one apart, or an option is out of range.
 */
export function fidelity(graph: Graph, options: FidelityOptions): Fidelity {
  const where = 'graph.probes.fidelity';
  const { predict, explanation, alpha1 = 0.1, alpha2 = 0.1, samples = 20, seed = 0 } = given(where, options);
  expectNumber(where, 'alpha1', alpha1, 0, 1);
  expectNumber(where, 'alpha2', alpha2, 0, 1);
  expectInteger(where, 'samples', samples, 1);
  expectInteger(where, 'edges of the explanation', explanation.length, graph.numEdges, graph.numEdges);
  const pairs = pairsOf(where, graph, explanation);
  const whole = predict(graph);
  const random = Random.fromSeed(seed).child(where);
  const fall = (name: string, explained: boolean, alpha: number): number => {
    const draws = alpha === 0 || alpha === 1 ? 1 : samples;
    let sum = 0;
    for (let draw = 0; draw < draws; draw++) {
      const next = random.child(name).child(draw).generator();
      const gone = Array.from(pairs.of, (own) => own === explained && next() < alpha);
      sum += predict(keepEdges(where, graph, (edge) => !gone[pairs.pair[edge]]));
    }
    return whole - sum / draws;
  };
  return { plus: fall('plus', true, alpha1), minus: fall('minus', false, alpha2) };
}

/** Undirected pair of each edge, and whether each is of the explanation. */
function pairsOf(
  where: string,
  graph: Graph,
  explanation: ArrayLike<boolean | number>
): { pair: Int32Array; of: boolean[] } {
  const known = new Map<number, number>();
  const of: boolean[] = [];
  const pair = Int32Array.from(graph.sources, (source, edge) => {
    const [a, b] = [Math.min(source, graph.targets[edge]), Math.max(source, graph.targets[edge])];
    const found = known.get(a * graph.numNodes + b) ?? of.push(Boolean(explanation[edge])) - 1;
    known.set(a * graph.numNodes + b, found);
    return of[found] === Boolean(explanation[edge]) ? found : fail(where, `the explanation must hold both directions of edge ${a} - ${b}, or none`, edge); // prettier-ignore
  });
  return { pair, of };
}
