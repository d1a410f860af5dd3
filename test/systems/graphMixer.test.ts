import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn, path } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const random = core.Random.fromSeed(1);
const network = (hidden = 6) => models.graphNetwork({ inputWidth: 2, hidden, outputWidth: hidden, layers: 2, layer: graph.gin(), seed: 1 }); // prettier-ignore
const mixer = (options: Partial<graph.PatchMixerOptions> = {}): graph.PatchMixer =>
  new graph.PatchMixer({ network: network(), width: 6, outputWidth: 1, patches: 4, random, ...options });

describe('ViT and MLP-Mixer on graphs', () => {
  test('[graph-vit-mlp-mixer] patches cover every node and edge, overlap by a step, and stay within their graph', () => {
    const g = graph.batch([path(9), drawnGraph(20, 0.15, core.Random.fromSeed(3)), path(2)]);
    const { graph: cut, nodes } = graph.patches(g, { parts: 3 });
    expect(cut.numGraphs).toBe(9);
    expect(new Set(nodes).size).toBe(g.numNodes);
    const edges = (of: graph.Graph, at: (node: number) => number): Set<string> => new Set(Array.from(of.sources, (source, e) => `${at(source)}>${at(of.targets[e])}`)); // prettier-ignore
    expect(edges(cut, (row) => nodes[row])).toEqual(edges(g, (node) => node));
    nodes.forEach((node, row) => expect(Math.floor(cut.graphOf![row] / 3)).toBe(g.graphOf![node]));
    // Of a path of nine three parts, at each of two cuts a node more on either side; without overlap its nodes once.
    const sizes = [0, 1, 2].map((part) => [...nodes].filter((_, row) => cut.graphOf![row] === part).length);
    expect(sizes.reduce((a, b) => a + b)).toBe(13);
    const bare = graph.patches(g, { parts: 3, overlap: 0 });
    expect([...bare.nodes].sort((a, b) => a - b)).toEqual([...Array(g.numNodes).keys()]);
    expect(() => graph.patches(g, { parts: 0 })).toThrow(
      'graph.patches: parts must be an integer of at least 1, got 0'
    );
  });

  test('[graph-vit-mlp-mixer] tokens are means of patches; every node is heard by the graph, of both mixers, and graphs do not hear each other', () => {
    const [one, two] = [path(12), drawnGraph(10, 0.3, core.Random.fromSeed(5))];
    for (const kind of ['mlp', 'attention'] as const) {
      const model = mixer({ mixer: kind, outputWidth: 3, blocks: 2 });
      tf.tidy(() => {
        const x = spread([22, 2]);
        const alone = [passOn(one, model, x.slice([0, 0], [12, 2])), passOn(two, model, x.slice([12, 0], [10, 2]))];
        expectClose(passOn(graph.batch([one, two]), model, x), tf.concat(alone), 1e-5);
        const heard = tf.grad((rows) =>
          passOn(one, model, rows)
            .mul(spread([1, 3]))
            .sum()
        )(x.slice([0, 0], [12, 2]));
        expect(heard.abs().sum(1).min().dataSync()[0]).toBeGreaterThan(0);
      });
      const x = spread([12, 2]);
      expectNoLeak(() => passOn(one, model, x).dispose());
      x.dispose();
      model.dispose();
    }
    expect(() => mixer({ mixer: 'mean' as never })).toThrow('graph.PatchMixer: mixer must be one of mlp, attention, got mean'); // prettier-ignore
    expect(() => passOn(one, mixer({ width: 5 }), tf.ones([12, 2]))).toThrow('network.network: expects shape [18, 5], got [18, 6]'); // prettier-ignore
  });

  test('[graph-vit-mlp-mixer] rows grow with nodes: of grids twice as large in area twice as many', () => {
    const rows = [8, 16, 32].map((side) => graph.patches(graph.generators.grid({ rows: side, columns: side }), { parts: side * 2 }).nodes.length); // prettier-ignore
    const slopes = rows.slice(1).map((count, i) => Math.log(count / rows[i]) / Math.log(4));
    slopes.forEach((slope) => expect(slope).toBeLessThan(1.2));
  });

  test('[graph-vit-mlp-mixer] whether the two ends of a path hold the same: messages and a sum are right three times in four at best, patches that are mixed always', () => {
    const cases = [[1, 1], [1, -1], [-1, 1], [-1, -1]]; // prettier-ignore
    const line = path(16);
    const g = graph.batch(cases.map(() => line));
    const features = cases.flatMap(([a, b]) => Array.from({ length: 16 }, (_, node) => [node === 0 ? a : node === 15 ? b : 0, 1])); // prettier-ignore
    const labels = cases.map(([a, b]) => Number(a === b));
    const right = (model: core.Module, steps: number): number => {
      const logits = (ctx: core.Context): tf.Tensor => {
        ctx.setState(GRAPH, g);
        return model.apply(tf.tensor2d(features), ctx).reshape([-1]);
      };
      minimise(model, (ctx) => tf.losses.sigmoidCrossEntropy(tf.tensor1d(labels), logits(ctx)), { steps, learningRate: 0.005 }); // prettier-ignore
      const ctx = core.Context.create();
      const found = tf.tidy(() => [...logits(ctx).dataSync()]);
      ctx.dispose();
      model.dispose();
      return found.filter((logit, i) => logit > 0 === (labels[i] === 1)).length / 4;
    };
    expect(right(mixer({ network: network(8), width: 8, blocks: 2 }), 120)).toBe(1);
    expect(right(models.graphNetwork({ inputWidth: 2, hidden: 6, outputWidth: 1, layers: 2, layer: graph.gin(), readout: 'sum', seed: 1 }), 120)).toBeLessThan(0.8); // prettier-ignore
  });
});
