import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { clustersOf } from '../support/clusters';
import { expectClose, expectNoLeak } from '../support/numeric';

/** Communities in a ring, each a clique of six and a star of six leaves, joined at the hub: roles are those of clique, hub and leaf in all of them. */
function communities(count: number) {
  const size = 13;
  const edges: [number, number][] = [];
  for (let c = 0; c < count; c++) {
    const [clique, hub] = [c * size, c * size + 6];
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < i; j++) {
        edges.push([clique + j, clique + i]);
      }
      edges.push([hub, hub + 1 + i]);
    }
    edges.push([clique, hub], [hub, ((c + 1) % count) * size + 6]);
  }
  const nodes = Array.from({ length: count * size }, (_, node) => node);
  const g = graph.fromEdges({ numNodes: nodes.length, edges, undirected: true });
  return { g, roles: nodes.map((node) => (node % size < 6 ? 0 : node % size === 6 ? 1 : 2)), of: nodes.map((node) => Math.floor(node / size)) }; // prettier-ignore
}

describe('IRWE', () => {
  test('[irwe] identities do not depend on where a node is, positions do; of a node alone both are finite', () => {
    const g = graph.fromEdges({ numNodes: 7, edges: [[0, 1], [1, 2], [3, 4], [4, 5]], undirected: true }); // prettier-ignore
    const statistics = graph.embed.walkStatistics(g, { walks: 400, length: 2, positions: 4 });
    const model = new graph.IdentityPosition({ anonymous: 2, degrees: 8, positions: 4, width: 3, random: core.Random.fromSeed(1) }); // prettier-ignore
    const run = (): Record<'identity' | 'position', number[][]> => tf.tidy(() => {
      const { identity, position } = model.states(statistics, core.Context.create());
      return { identity: identity.arraySync(), position: position.arraySync() } as never;
    }); // prettier-ignore
    const { identity, position } = run();
    expectClose(identity[1], identity[4], 0.02);
    expect(Math.hypot(...identity[1].map((value, i) => value - identity[0][i]))).toBeGreaterThan(0.05);
    expect(Math.hypot(...position[1].map((value, i) => value - position[4][i]))).toBeGreaterThan(0.05);
    expect([...identity[6], ...position[6]].every(Number.isFinite)).toBe(true);
    expectNoLeak(() => void run());
    model.dispose();
    expect(() => new graph.IdentityPosition({ anonymous: 2, degrees: 0, positions: 4, width: 3, random: core.Random.fromSeed(1) })).toThrow('graph.IdentityPosition: degrees must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[irwe] identities cluster by role and positions by community, each worse at the task of the other, on the graph of training and on another', () => {
    const [seen, unseen] = [communities(4), communities(6)];
    const trained = graph.embed.identityPosition(seen.g, { dim: 16, walks: 100, steps: 80, seed: 1 });
    for (const [data, count] of [
      [seen, 4],
      [unseen, 6]
    ] as const) {
      const { identity, position } = trained.of(data.g);
      const score = (of: graph.Features) => ({ role: graph.metrics.adjustedRand(clustersOf(of, 3), data.roles), community: graph.metrics.adjustedRand(clustersOf(of, count), data.of) }); // prettier-ignore
      const [own, place] = [score(identity), score(position)];
      expect(own.role).toBeGreaterThan(0.8);
      expect(place.community).toBeGreaterThan(0.8);
      expect(own.community).toBeLessThan(0.3);
      expect(place.role).toBeLessThan(0.5);
    }
    trained.dispose();
  });
});
