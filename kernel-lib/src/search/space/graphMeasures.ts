import type { RandomGraph } from './randomGraph';

/** Measures of an undirected graph. */
export interface GraphMeasures {
  /** Share of the possible edges that there are. */
  density: number;
  /** Mean over nodes of the share of their neighbours' pairs that are joined; 0 of a node with fewer than two. */
  clustering: number;
  /** Mean number of edges on the shortest way between two nodes, over pairs that have one. */
  pathLength: number;
  /** Standard deviation of the number of edges of a node. */
  degreeDeviation: number;
}

/** Density, clustering, mean shortest path and spread of degrees of a graph, whose edges are in it in both directions. */
export function graphMeasures({ nodes, edges }: RandomGraph): GraphMeasures {
  const joined = Array.from({ length: nodes }, () => new Set<number>());
  edges.forEach(([from, to]) => joined[from].add(to));
  const clustering = joined.map((own) => {
    const pairs = own.size * (own.size - 1);
    const closed = [...own].reduce((sum, a) => sum + [...own].filter((b) => joined[a].has(b)).length, 0);
    return pairs === 0 ? 0 : closed / pairs;
  });
  const lengths = joined.flatMap((_, from) => distancesFrom(joined, from).filter((each) => each > 0));
  const degrees = joined.map(({ size }) => size);
  const mean = meanOf(degrees);
  return {
    density: edges.length / (nodes * (nodes - 1)),
    clustering: meanOf(clustering),
    pathLength: meanOf(lengths),
    degreeDeviation: Math.sqrt(meanOf(degrees.map((degree) => (degree - mean) ** 2)))
  };
}

/** Edges on the shortest way from a node to each; -1 where there is none. */
function distancesFrom(joined: readonly Set<number>[], from: number): number[] {
  const distances = joined.map((_, node): number => (node === from ? 0 : -1));
  for (const queue = [from]; queue.length > 0;) {
    const node = queue.shift()!;
    joined[node].forEach((other) => {
      if (distances[other] < 0) {
        distances[other] = distances[node] + 1;
        queue.push(other);
      }
    });
  }
  return distances;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}
