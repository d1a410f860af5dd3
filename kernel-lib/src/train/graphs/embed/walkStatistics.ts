import { expectInteger, given, Random } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';
import { normals } from '../../../base/graph/generators/random';
import type { WalkStatistics } from '../../../nn/graph/identityPosition';
import { walkFrom } from './walkFrom';

/** Options of `graph.embed.walkStatistics`. */
export interface WalkStatisticsOptions {
  /** Walks from each node. Default 40. */
  walks?: number;
  /** Steps of a walk. Default 4. */
  length?: number;
  /** Width of the encoding of positions, P. Default 16. */
  positions?: number;
  /** Default 0. */
  seed?: number;
}

/** Buckets of degrees, 0, 1, 2-3, 4-7, ..., the last without end. */
const BUCKETS = 8;

/**
 * Statistics of random walks from each node, by the weights of edges, without attributes (IRWE, arXiv 2401.00651): how often its walks are each anonymous walk (which nodes are the same, not which they are), the degrees that they pass, in powers of two, and where
 * they are, projected by a normal matrix. All but the last mean the same in any graph.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function walkStatistics(graph: Graph, options: WalkStatisticsOptions = {}): WalkStatistics {
  const where = 'graph.embed.walkStatistics';
  const { walks = 40, length = 4, positions = 16, seed = 0 } = given(where, options);
  Object.entries({ walks, positions }).forEach(([name, value]) => expectInteger(where, name, value, 1));
  expectInteger(where, 'length', length, 1, 8);
  const { numNodes, outgoing } = graph;
  const patterns = new Map(anonymousWalks(length).map((each, i) => [each, i]));
  const random = Random.fromSeed(seed).child(where);
  const next = random.child('walks').generator();
  const normal = normals(random.child('positions').generator());
  const places = Float64Array.from({ length: numNodes * positions }, normal);
  const features = (width: number): Features => ({ values: new Float32Array(numNodes * width), width });
  const [anonymous, degrees, position] = [features(patterns.size), features(BUCKETS), features(positions)];
  const [sources, targets, counts]: number[][] = [[], [], []];
  for (let node = 0; node < numNodes; node++) {
    const met = new Map<number, number>();
    for (let walk = 0; walk < walks; walk++) {
      const path = walkFrom(graph, node, length, next);
      const pattern = patterns.get(anonymousOf(path));
      if (pattern !== undefined) {
        anonymous.values[node * patterns.size + pattern] += 1 / walks;
      }
      path.forEach((at) => {
        met.set(at, (met.get(at) ?? 0) + 1);
        const degree = outgoing.starts[at + 1] - outgoing.starts[at];
        degrees.values[node * BUCKETS + Math.min(BUCKETS - 1, Math.ceil(Math.log2(degree + 1)))] += 1 / (walks * path.length); // prettier-ignore
        for (let f = 0; f < positions; f++) {
          position.values[node * positions + f] += places[at * positions + f] / (walks * path.length);
        }
      });
    }
    met.forEach((count, at) => {
      sources.push(at);
      targets.push(node);
      counts.push(count);
    });
  }
  return { anonymous, degrees, position, met: { sources, targets, counts } };
}

/** The walk by when each of its nodes was first passed: "0 1 0 2". */
function anonymousOf(path: readonly number[]): string {
  const seen = [...new Set(path)];
  return path.map((node) => seen.indexOf(node)).join(' ');
}

/** All anonymous walks of so many steps, none of which stays. */
function anonymousWalks(length: number): string[] {
  let all = [[0]];
  for (let step = 0; step < length; step++) {
    all = all.flatMap((walk) => {
      const most = Math.max(...walk) + 1;
      return Array.from({ length: most + 1 }, (_, at) => at).filter((at) => at !== walk[walk.length - 1]).map((at) => [...walk, at]); // prettier-ignore
    });
  }
  return all.map((walk) => walk.join(' '));
}
