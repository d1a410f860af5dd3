import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { roleScores } from '../support/communities';
import { expectClose, expectNoLeak } from '../support/numeric';

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
    roleScores(1).forEach(({ identity, position }) => {
      expect(identity.role).toBeGreaterThan(0.8);
      expect(position.community).toBeGreaterThan(0.8);
      expect(identity.community).toBeLessThan(0.3);
      expect(position.role).toBeLessThan(0.5);
    });
  });
});
