import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { passOn, path, rings } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const random = core.Random.fromSeed(1);
const scan = (direction: layers.SelectiveStateSpaceOptions['direction']): layers.SelectiveStateSpace =>
  new layers.SelectiveStateSpace({ width: 3, inner: 2, states: 2, direction, random });
const apply = (module: core.Module, x: tf.Tensor): tf.Tensor => {
  const ctx = core.Context.create();
  const y = module.apply(x, ctx);
  ctx.dispose();
  return y;
};

describe('graph Mamba', () => {
  test('[graph-mamba] a selective scan by hand, step by step; what comes later is not heard, and gradients are those of differences', () => {
    const layer = scan('forward');
    const large = (module: core.Module): void => [...module.parameters().keys()].forEach((path) => setValue(module, path, (old) => (path.endsWith('stepBias') ? tf.fill(old.shape, 0.4) : old.mul(path.endsWith('weight') ? 4 : 1)))); // prettier-ignore
    large(layer);
    const x = spread([2, 4, 3]);
    tf.tidy(() => {
      const read = (name: string): number[][] => layer.parameters().get(name)!.read().arraySync() as number[][];
      const silu = (v: number): number => v / (1 + Math.exp(-v));
      const times = (row: number[], name: string): number[] => read(name)[0].map((_, j) => row.reduce((sum, v, i) => sum + v * read(name)[i][j], 0)); // prettier-ignore
      const [bias, skip] = ['forward.stepBias', 'forward.skip'].map((name) => read(name) as unknown as number[]);
      const wanted = (x.arraySync() as number[][][]).flatMap((rows) => {
        const state = [[0, 0], [0, 0]]; // prettier-ignore
        return rows.flatMap((row) => {
          const both = times(row, 'enter.weight');
          const [inputs, gate] = [both.slice(0, 2).map(silu), both.slice(2).map(silu)];
          const steps = times(inputs, 'forward.step.weight').map((v, i) => Math.log1p(Math.exp(v + bias[i])));
          const [enter, out] = [times(inputs, 'forward.enter.weight'), times(inputs, 'forward.read.weight')];
          const y = inputs.map((u, i) => {
            state[i] = state[i].map((h, s) => Math.exp(-steps[i] * Math.exp(read('forward.logDecay')[i][s])) * h + steps[i] * enter[s] * u); // prettier-ignore
            return state[i].reduce((sum, h, s) => sum + h * out[s], 0) + u * skip[i];
          });
          return times(y.map((v, i) => v * gate[i]), 'leave.weight'); // prettier-ignore
        });
      });
      expectClose(apply(layer, x), wanted, 1e-5);
      const early = apply(layer, x.mul(tf.tensor3d([1, 1, 1, 0], [1, 4, 1]))).slice([0, 0, 0], [-1, 3, -1]);
      expectClose(early, apply(layer, x).slice([0, 0, 0], [-1, 3, -1]), 1e-6);
    });
    expectGradients((rows) => apply(layer, rows), [x], 1e-2);
    const both = scan('both');
    large(both);
    expectGradients((rows) => apply(both, rows), [x], 1e-2);
    expectNoLeak(() => apply(both, x).dispose());
    [x, layer, both].forEach((each) => each.dispose());
  });

  test('[graph-mamba] with tied directions tokens the other way round are the same the other way round; with one direction not', () => {
    const x = spread([1, 5, 3]);
    const gap = (direction: 'forward' | 'tied'): number => tf.tidy(() => {
      const layer = scan(direction);
      const pooled = [x, tf.reverse(x, 1)].map((each) => apply(layer, each).mean(1));
      layer.dispose();
      return pooled[0].sub(pooled[1]).abs().max().dataSync()[0] / pooled[0].abs().max().dataSync()[0];
    }); // prettier-ignore
    expect(gap('tied')).toBeLessThan(1e-5);
    expect(gap('forward')).toBeGreaterThan(1e-4);
    x.dispose();
    expect(() => scan('back' as never)).toThrow('layers.SelectiveStateSpace: direction must be one of forward, both, tied, got back'); // prettier-ignore
  });

  test('[graph-mamba] tokens are what walks pass, from the widest to the node itself; graphs of a batch are sequences of their own', () => {
    const tokens = graph.neighbourhoodTokens(path(4), { hops: 2, walks: 50, seed: 1 });
    const of = (node: number, hop: number): number[] => Array.from(tokens.sources).filter((_, e) => tokens.targets[e] === 3 * node + 2 - hop); // prettier-ignore
    expect([of(0, 0), of(0, 1), of(0, 2), of(1, 2), of(2, 1)]).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [1, 2, 3]]); // prettier-ignore
    const lone = graph.neighbourhoodTokens(graph.fromEdges({ numNodes: 2, edges: [[0, 1]] }), { hops: 1 }); // prettier-ignore
    expect([...lone.sources]).toEqual([0, 1, 0, 1, 1]);
    expect(() => graph.neighbourhoodTokens(path(2), { hops: -1 })).toThrow('graph.neighbourhoodTokens: hops must be an integer of at least 0, got -1'); // prettier-ignore
    for (const hops of [0, 2]) {
      const model = new graph.Mamba({ inputWidth: 2, width: 4, outputWidth: 2, hops, walks: 40, states: 2, layers: 2, random }); // prettier-ignore
      const [one, two] = [path(3), rings([5])];
      tf.tidy(() => {
        const x = spread([8, 2]);
        const alone = [passOn(one, model, x.slice([0, 0], [3, 2])), passOn(two, model, x.slice([3, 0], [5, 2]))];
        // Walks are drawn for each graph anew, but many: what they pass is all that is near.
        expectClose(passOn(graph.batch([one, two]), model, x), tf.concat(alone), 1e-5);
        expectClose(alone[0].shape, [3, 2]);
      });
      expectNoLeak(() => passOn(one, model, tf.ones([3, 2])).dispose(), 1);
      model.dispose();
    }
    // One way, from the least degree on: the ends of a path in their order, then its middle.
    const forward = new graph.Mamba({
      inputWidth: 2,
      width: 4,
      outputWidth: 2,
      states: 2,
      direction: 'forward',
      random
    });
    const heard = tf.tidy(() => [0, 1, 2].map((node) => {
      const slope = tf.grad((rows) => passOn(path(3), forward, rows).slice([node, 0], [1, 2]).mul(spread([1, 2])).sum())(spread([3, 2]));
      return slope.abs().sum(1).greater(0).arraySync();
    })); // prettier-ignore
    expect(heard).toEqual([[1, 0, 0], [1, 1, 1], [1, 0, 1]]); // prettier-ignore
    forward.dispose();
    expect(() => new graph.Mamba({ inputWidth: 1, width: 1, outputWidth: 1, layers: 0, random })).toThrow('graph.Mamba: layers must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[graph-mamba] operations of a token are the same however many there are, those of attention are not', () => {
    const flops = (layer: core.Module): number[] =>
      [16, 32, 64].map((length) => length * layer.cost({ length }).flops!);
    const [a, b, c] = flops(scan('both'));
    expect([b / a, c / b]).toEqual([2, 2]);
    const [, d, e] = flops(new layers.SelfAttention({ width: 3, heads: 1, random }));
    expect(e / d).toBeGreaterThan(2.5);
  });

  test('[graph-mamba] ring transfer over 20 steps: right above 0.95, where five convolutions hear nothing of the answer', () => {
    const tasks = (from: number, count: number) => Array.from({ length: count }, (_, i) => graph.generators.ringTransfer({ distance: 20, classes: 5, seed: from + i })); // prettier-ignore
    const batchOf = (all: ReturnType<typeof tasks>) => ({ g: graph.batch(all.map(({ graph: g }) => g)), labels: all.map(({ label }) => label), targets: all.map((_, i) => 40 * i) }); // prettier-ignore
    const model = new graph.Mamba({ inputWidth: 7, width: 8, outputWidth: 5, states: 4, random });
    const seen = batchOf(tasks(0, 12));
    const logits = (of: typeof seen, ctx: core.Context): tf.Tensor => {
      ctx.setState(GRAPH, of.g);
      const y = model.apply(tf.tensor2d(of.g.nodeFeatures!.values, [of.g.numNodes, 7]), ctx);
      return tf.gather(y, tf.tensor1d(of.targets, 'int32'));
    };
    minimise(model, (ctx) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(seen.labels, 'int32'), 5), logits(seen, ctx)), { steps: 60, learningRate: 0.02 }); // prettier-ignore
    const unseen = batchOf(tasks(1000, 40));
    const ctx = core.Context.create();
    const found = tf.tidy(() => [...logits(unseen, ctx).argMax(1).dataSync()]);
    ctx.dispose();
    expect(found.filter((answer, i) => answer === unseen.labels[i]).length / 40).toBeGreaterThan(0.95);
    model.dispose();
    const gcns = new layers.Sequential(Array.from({ length: 5 }, () => new graph.GCN({ inputWidth: 7, outputWidth: 7, random }))); // prettier-ignore
    const far = tf.tidy(() => tf.grad((x) => passOn(tasks(0, 1)[0].graph, gcns, x).slice([0, 0], [1, 7]).sum())(tf.ones([40, 7])).slice([20, 0], [1, 7]).abs().max().dataSync()[0]); // prettier-ignore
    expect(far).toBe(0);
    gcns.dispose();
  });
});
