import { core, graph, models, sim, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { drawnGraph, path } from '../support/graphs';
import { spread } from '../support/gradients';
import { historyAccuracy } from '../support/historyAccuracy';
import { expectClose, expectNoLeak } from '../support/numeric';

const g = drawnGraph(12, 0.3, core.Random.fromSeed(2));
const CHUNKS = graph.partition(g, { parts: 3, seed: 1 });
const shape = { inputWidth: 3, hidden: 5, outputWidth: 2, layers: 4, layer: graph.gcn(), seed: 4 };

/** What a network makes of the nodes of a graph. */
function pass(of: graph.Graph, model: core.Module, x: tf.Tensor, training: boolean): tf.Tensor2D {
  const ctx = core.Context.create({ training });
  const y = tf.tidy(() => new graph.OnGraph(of, model).apply(x, ctx)) as tf.Tensor2D;
  ctx.dispose();
  return y;
}

describe('GNNPipe', () => {
  test('[gnnpipe] counted traffic: a graph that is split sends copies in each layer, layers that are split send all nodes once a device; the ratio is the number of layers where all hear all', () => {
    const whole = graph.generators.complete({ nodes: 8 });
    const parts = [0, 0, 1, 1, 2, 2, 3, 3];
    [4, 8, 12].forEach((layers) => {
      const { graphParallel, layerParallel, ratio } = sim.gnnTraffic(whole, { parts, layers, width: 16 });
      expect(graphParallel).toBe(2 * layers * 8 * 3 * 16);
      expect(layerParallel).toBe(2 * 3 * 8 * 16);
      expect(ratio).toBe(layers);
    });
    // A path that is cut once: one node goes either way.
    expect(sim.gnnTraffic(path(6), { parts: [0, 0, 0, 1, 1, 1], layers: 5, width: 2 })).toEqual({ graphParallel: 2 * 5 * 2 * 2, layerParallel: 2 * 6 * 2, ratio: 5 / 3 }); // prettier-ignore
    expect(() => sim.gnnTraffic(path(3), { parts: [0, 1], layers: 2, width: 1 })).toThrow('sim.gnnTraffic: parts of nodes must be an integer 3..3, got 2'); // prettier-ignore
    expect(() => sim.gnnTraffic(path(2), { parts: [0, 1], layers: 2, width: 1, devices: 3 })).toThrow('sim.gnnTraffic: devices must be an integer 1..2, got 3'); // prettier-ignore
  });

  test('[gnnpipe] one chunk is the exact network, which runs outside of training, too', () => {
    const [one, several] = [new Array<number>(12).fill(0), CHUNKS].map((chunks) => new graph.HistoricalPipeline({ ...shape, chunks })); // prettier-ignore
    const network = models.graphNetwork(shape);
    const x = spread([12, 3]);
    tf.tidy(() => {
      network.parameters().forEach(({ variable }, name) => [one, several].forEach((each) => each.parameters().get(name)!.assign(variable.clone()))); // prettier-ignore
      const wanted = pass(g, network, x, false);
      expectClose(pass(g, one, x, true), wanted, 1e-6);
      expectClose(pass(g, several, x, false), wanted, 1e-6);
      expect(pass(g, several, x, true).sub(wanted).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
    });
    [x, one, several, network].forEach((each) => each.dispose());
  });

  test('[gnnpipe] two layers by hand: a chunk hears later ones as they were in the pass before', () => {
    const chunks = [0, 1, 1, 0];
    const g = path(4);
    const model = new graph.HistoricalPipeline({ ...shape, layers: 2, chunks });
    const [first, second] = [0, 1].map((i) => new graph.GCN({ inputWidth: i === 0 ? 3 : 5, outputWidth: i === 0 ? 5 : 2, random: core.Random.fromSeed(9) })); // prettier-ignore
    tf.tidy(() => {
      [first, second].forEach((layer, i) => layer.parameters().forEach((parameter, name) => parameter.assign(model.parameters().get(`${i}.${name}`)!.read().clone()))); // prettier-ignore
      const [before, now] = [spread([4, 3]), spread([4, 3], 7)];
      pass(g, model, before, true);
      const held = [before, now].map((x) => pass(g, first, x, false).relu());
      const is = (of: number): tf.Tensor => tf.tensor2d(chunks.map((chunk) => [Number(chunk === of)]));
      const mixed = held[1].mul(is(0)).add(held[0].mul(is(1)));
      const wanted = pass(g, second, mixed, false)
        .mul(is(0))
        .add(pass(g, second, held[1], false).mul(is(1)));
      expectClose(pass(g, model, now, true), wanted, 1e-5);
    });
    [model, first, second].forEach((each) => each.dispose());
  });

  test('[gnnpipe] while nothing is learnt history becomes exact within as many passes as layers, and nothing is left behind', () => {
    const model = new graph.HistoricalPipeline({ ...shape, chunks: CHUNKS });
    const x = spread([12, 3]);
    tf.tidy(() => {
      const wanted = pass(g, model, x, false);
      const off = [1, 2, 3, 4].map(() => pass(g, model, x, true).sub(wanted).abs().max().dataSync()[0]);
      expect(off[0]).toBeGreaterThan(1e-3);
      expect(off[1]).toBeLessThan(off[0]);
      expect(off[3]).toBeLessThan(1e-6);
    });
    model.forget();
    expectNoLeak(() => {
      pass(g, model, x, true).dispose();
      model.forget();
    });
    [x, model].forEach((each) => each.dispose());
    expect(() => pass(path(3), new graph.HistoricalPipeline({ ...shape, chunks: [0] }), tf.ones([3, 3]), true)).toThrow('chunks must be of 3 nodes, got 1'); // prettier-ignore
  });

  test('[gnnpipe] trained on history in four chunks six layers are as right as trained exactly, within three in a hundred', () => {
    const [exact, late] = [1, 4].map((parts) => historyAccuracy({ parts, seed: 3, steps: 40 }));
    expect(exact).toBeGreaterThan(0.9);
    expect(late).toBeGreaterThan(exact - 0.03);
  });
});
