import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { drawnGraph } from '../support/graphs';
import { spread } from '../support/gradients';
import { localAccuracy } from '../support/localLearning';
import { expectClose, expectNoLeak } from '../support/numeric';

const GRAPH = core.stateKey<graph.Graph>('graph');
const g = drawnGraph(10, 0.3, core.Random.fromSeed(1));
const [NODES, LABELS] = [Int32Array.of(0, 3, 5, 8), Int32Array.of(0, 1, 2, 1)];

const passOf = (of: graph.Graph): core.Context => {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, of);
  return ctx;
};
const network = (options: Partial<graph.LayerLocalOptions> = {}): graph.LayerLocal =>
  new graph.LayerLocal({ inputWidth: 4, hidden: 6, classes: 3, layers: 3, layer: graph.gcn(), seed: 2, ...options });

describe('ForwardGNN', () => {
  test('[forwardgnn] the loss of a layer has a gradient in its own parameters, and none in those of any other', () => {
    const model = network({ activation: 'gelu' });
    const x = spread([10, 4]);
    [0, 1, 2].forEach((own) => {
      const { grads, value } = tf.variableGrads(() => model.losses(model.states(x, passOf(g)), NODES, LABELS)[own]);
      model.parameters().forEach(({ variable }, path) => {
        const slope = grads[variable.name] === undefined ? 0 : tf.tidy(() => grads[variable.name].abs().max().dataSync()[0]); // prettier-ignore
        expect(slope > 0, path).toBe(path.startsWith(`${own}.`) || path.startsWith(`classes${own}.`));
      });
      tf.dispose([grads, value]);
    });
    [x, model].forEach((each) => each.dispose());
  });

  test('[forwardgnn] likeness to virtual nodes of classes by hand; what is handed on has length 1', () => {
    const model = network({ layers: 1 });
    tf.tidy(() => {
      const [{ nodes, logits }] = model.states(spread([10, 4]), passOf(g));
      const lengths = nodes.square().sum(1).sqrt();
      expectClose(lengths, lengths.greater(0.5).toFloat(), 1e-5);
      const prototypes = (model.parameters().get('classes0.weight')!.read() as tf.Tensor2D).arraySync();
      const rows = nodes.arraySync();
      const wanted = rows.flatMap((row) => [0, 1, 2].map((c) => (8 * row.reduce((sum, value, f) => sum + value * prototypes[f][c], 0)) / Math.hypot(...prototypes.map((each) => each[c])))); // prettier-ignore
      expectClose(logits, wanted, 1e-5);
      const [loss] = model.losses([{ nodes, logits }], NODES, LABELS);
      const picked = [...NODES].map((node, i) => {
        const own = wanted.slice(3 * node, 3 * node + 3);
        return Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0)) - own[LABELS[i]];
      });
      expectClose(loss, [picked.reduce((a, b) => a + b) / 4], 1e-5);
    });
    model.dispose();
  });

  test('[forwardgnn] from above a layer hears what was said the pass before, without a gradient to it', () => {
    const model = network({ topDown: true, layers: 2 });
    const x = spread([10, 4]);
    tf.tidy(() => {
      const first = model.states(x, passOf(g));
      const second = model.states(x, passOf(g), first);
      expect(first[0].logits.sub(second[0].logits).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
      const without = network({ layers: 2 });
      const same = without.states(x, passOf(g));
      expectClose(without.states(x, passOf(g), same)[0].logits, same[0].logits, 1e-6);
      without.dispose();
    });
    const { grads, value } = tf.variableGrads(() => {
      const first = model.states(x, passOf(g));
      return model.losses(model.states(x, passOf(g), first), NODES, LABELS)[0];
    });
    const above = grads[model.parameters().get('1.map.weight')!.variable.name];
    expect(above === undefined ? 0 : tf.tidy(() => above.abs().max().dataSync()[0])).toBe(0);
    tf.dispose([grads, value]);
    const ctx = passOf(g);
    expectNoLeak(() => model.apply(x, ctx).dispose());
    [x, model].forEach((each) => each.dispose());
    expect(() => network({ layers: 0 })).toThrow('graph.LayerLocal: layers must be an integer of at least 1, got 0');
  });

  test('[forwardgnn] what is said of a node is the mean logarithm over all layers but the first; from above a layer hears the one above it', () => {
    const model = network({ topDown: true });
    const x = spread([10, 4]);
    tf.tidy(() => {
      const states = model.states(x, passOf(g));
      const wanted = states[1].logits.logSoftmax().add(states[2].logits.logSoftmax()).div(2);
      expectClose(model.apply(x, passOf(g)), wanted, 1e-5);
      // Of two layers the first hears what the second said, and not what it said itself.
      const two = network({ topDown: true, layers: 2 });
      const before = two.states(x, passOf(g));
      const first = (turned: number): tf.Tensor => {
        const said = before.map((state, i) => (i === turned ? { ...state, logits: state.logits.mul<tf.Tensor2D>(-1) } : state)); // prettier-ignore
        return two.states(x, passOf(g), said)[0].logits;
      };
      expectClose(first(0), first(-1), 1e-6);
      expect(first(1).sub(first(-1)).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
      two.dispose();
    });
    [x, model].forEach((each) => each.dispose());
  });

  test('[forwardgnn] on blocks of 300 nodes layers that learn each by itself are as right as 0.95 of backpropagation', () => {
    const { local, backpropagated } = localAccuracy(1);
    expect(local).toBeGreaterThanOrEqual(0.95 * backpropagated);
    expect(backpropagated).toBeGreaterThan(0.8);
  });
});
