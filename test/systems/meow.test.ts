import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { library } from '../support/library';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(3);

describe('MEOW', () => {
  test('[meow] the coarse view is the mean of what a meta-path connects, each once; the fine one the mean over its instances of their contexts', () => {
    // 0 and 1 lead to 4 over 2 and 3: 0-2-4, 0-3-4 twice by a double edge, 1-3-4 twice.
    const g = graph.fromEdges({ numNodes: 6, edges: [[0, 2], [0, 3], [1, 3], [2, 4], [3, 4], [3, 4]], edgeTypes: [0, 0, 0, 1, 1, 1] }); // prettier-ignore
    const views = new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths: [[0, 1]], random });
    const x = spread([6, 2]) as tf.Tensor2D;
    tf.tidy(() => {
      const ctx = core.Context.create();
      ctx.setState(core.stateKey<graph.Graph>('graph'), g);
      const { coarse, fine } = views.states(x, ctx);
      const map = (name: string, of: number[]): tf.Tensor => tf.matMul(x.gather(tf.tensor1d(of, 'int32')).mean(0, true), views.parameters().get(`0.${name}.weight`)!.read() as tf.Tensor2D); // prettier-ignore
      const at = (rows: tf.Tensor2D, node: number): tf.Tensor => rows.slice([node, 0], [1, 3]);
      expectClose(at(coarse, 4), map('coarse', [0, 1]).tanh(), 1e-5);
      const context = map('place0', [0, 0, 0, 1, 1]).add(map('place1', [2, 3, 3, 3, 3]));
      expectClose(at(fine, 4), context.tanh(), 1e-5);
      expectClose(at(fine, 5), [0, 0, 0], 1e-6);
    });
    const two = new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths: [[0, 1], [1]], random }); // prettier-ignore
    expectGradients((rows) => passOn(g, two, rows), [x], 1e-2);
    expectNoLeak(() => passOn(g, two, x).dispose());
    [x, views, two].forEach((each) => each.dispose());
    expect(() => new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths: [[]], random })).toThrow('graph.MetaPathViews: a meta-path must have an edge, got [[]]'); // prettier-ignore
  });

  test('[meow] both views are trained without labels, the same numbers again, and nothing is left behind', () => {
    const { g, nodes } = library(1);
    const run = (options: Partial<Parameters<typeof graph.embed.metaPathContrast>[2]> = {}): number[] => [...graph.embed.metaPathContrast(g, nodes, { dim: 6, paths: [[0, 1]], steps: 2, seed: 2, ...options }).values]; // prettier-ignore
    const once = run();
    expect(run()).toEqual(once);
    expect(once).toHaveLength(g.numNodes * 6);
    for (const options of [
      { views: 'coarse' },
      { negativeWeights: 'learnt' },
      { negativeWeights: 'uniform' },
      { steps: 3 }
    ] as const) {
      expect(run(options)).not.toEqual(once);
    }
    // Where nothing is learnt the views are those of one network.
    const still = (views: 'both' | 'coarse'): number[] => run({ views, learningRate: 1e-9 });
    const [coarse, fine] = (['coarse', 'both'] as const).map(still);
    expect(Math.max(...coarse.map((value, i) => Math.abs(value - fine[i])))).toBeGreaterThan(0.01);
    expectNoLeak(() => void run());
    expect(() => graph.embed.metaPathContrast(g, [999], { dim: 2, paths: [[0]] })).toThrow('graph.embed.metaPathContrast: nodes must be an integer 0..179, got 999'); // prettier-ignore
  });
});
