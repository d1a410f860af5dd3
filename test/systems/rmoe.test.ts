import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { choicesOf, Stack } from '../support/stack';

const { Context, Random } = core;

const WIDTH = 16;
const router = (carry = true) => routers.recurrent({ k: 2, dim: 8, carry });
const tokens = (seed = 3) => Random.fromSeed(seed).normal([40, WIDTH]) as tf.Tensor2D;

describe('[rmoe]', () => {
  test('zeroing the state that is carried gives the router that is local to its layer', () => {
    const shape = () => ({ width: WIDTH, numExperts: 8, random: Random.fromSeed(1) });
    const [carried, local] = [true, false].map((carry) => router(carry).build(shape()));
    const x = tokens();
    const logits = (of: routers.Router, state: (zeros: tf.Tensor) => tf.Tensor) => {
      const ctx = Context.create();
      tf.tidy(() => ctx.setState(core.stateKey('recurrent/state'), state(tf.zeros([40, 8]))));
      const values = tf.tidy(() => of.route(x, ctx).logits.dataSync());
      ctx.dispose();
      return values;
    };
    expect(logits(carried, (zeros) => zeros)).toEqual(logits(local, (zeros) => zeros.add(1)));
    expect(logits(carried, (zeros) => zeros.add(1))).not.toEqual(logits(local, (zeros) => zeros.add(1)));
    x.dispose();
    [carried, local].forEach((each) => each.dispose());
  });

  test('the state is that of a gated recurrent unit, by hand', () => {
    const built = routers.recurrent({ k: 1, dim: 2 }).build({ width: 3, numExperts: 2, random: Random.fromSeed(1) });
    for (const path of built.parameters().keys()) {
      setValue(built, path, (w) => Random.fromSeed(5).child(path).normal(w.shape));
    }
    const of = (path: string) => built.parameters().get(path)!.variable.arraySync() as number[][];
    const times = (x: readonly number[], w: number[][]) => w[0].map((_, j) => x.reduce((sum, xi, i) => sum + xi * w[i][j], 0)); // prettier-ignore
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const [x, before] = [[0.7, -1.2, 0.4], [0.9, -0.6]]; // prettier-ignore
    const input = times(x, of('input'));
    const [ofInput, ofState] = [times(input, of('gateInput')), times(before, of('gateState'))];
    const gates = ofInput.map((each, i) => sigmoid(each + ofState[i]));
    const [reset, update] = [gates.slice(0, 2), gates.slice(2)];
    const [newInput, newState] = [times(input, of('newInput')), times(before, of('newState'))];
    const after = before.map((h, i) => {
      const candidate = Math.tanh(newInput[i] + reset[i] * newState[i]);
      return (1 - update[i]) * candidate + update[i] * h;
    });
    const ctx = Context.create();
    tf.tidy(() => {
      const key = core.stateKey<tf.Tensor2D>('recurrent/state');
      ctx.setState(key, tf.tensor2d([before]));
      const { logits } = built.route(tf.tensor2d([x]), ctx);
      expectClose(logits, times(after, of('weight')), 1e-5);
      expectClose(ctx.getState(key)!, after, 1e-5);
    });
    // Neither gate is nearly open or shut, so that the values tell.
    gates.forEach((gate) => expect(Math.abs(gate - 0.5)).toBeLessThan(0.45));
    ctx.dispose();
    built.dispose();
  });

  test('the next layer hears of it, and nothing else of the layer before: tokens stay apart', () => {
    const stack = new Stack({ router: router(), layers: 2 });
    // Experts that add nothing: layers see the same tokens, and only the state goes on.
    ['0', '1'].forEach((i) => setValue(stack, `${i}.experts.w2`, tf.zerosLike));
    const x = tokens();
    const before = choicesOf(stack, x);
    const moved = tf.tidy(() => x.add(tf.oneHot(tf.scalar(7, 'int32'), 40).expandDims(1).mul(5)) as tf.Tensor2D);
    choicesOf(stack, moved).forEach((layer, l) =>
      layer.forEach((row, t) => t === 7 || expect(row, `layer ${l}, token ${t}`).toEqual(before[l][t]))
    );
    setValue(stack, '0.router.input', (old) => old.neg());
    const after = choicesOf(stack, x);
    expect(after[1].filter((row, t) => row.join() !== before[1][t].join()).length).toBeGreaterThan(10);
    tf.dispose([x, moved]);
    stack.dispose();
  });
});
