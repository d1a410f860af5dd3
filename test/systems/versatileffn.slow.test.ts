import { adaptive, core, layers, ops, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { mean, minimise } from '../support/regression';

const { Context, Random } = core;

const SHAPE = { width: 24, hidden: 32, subExperts: 4, k: 2, maxSteps: 3 };
const [EXPLORE, LEARN] = [200, 100];

const COLUMNS = 22;

/** Half of the tokens ask for their first digit, half for the last digit of the sum of both. */
function digitsBatch(seed: number, step: number, count: number) {
  const next = Random.fromSeed(seed).child('digits').child(step).generator();
  const values = new Float32Array(count * COLUMNS);
  const answers = Int32Array.from({ length: count }, (_, t) => {
    const [a, b] = [0, 0].map(() => Math.floor(next() * 10));
    [a, 10 + b, 20 + (t % 2)].forEach((column) => (values[t * COLUMNS + column] = 1));
    return t % 2 === 0 ? a : (a + b) % 10;
  });
  return { x: tf.tensor2d(values, [count, COLUMNS]), y: tf.tensor1d(answers, 'int32') };
}

/** `x + middle(norm(x))` between two linear maps. */
class Reader extends core.Module {
  readonly kind = 'reader';

  constructor(seed: number, middle: core.Module) {
    super();
    const random = Random.fromSeed(seed).child('reader');
    const { width } = SHAPE;
    this.addChild(
      'input',
      new layers.Linear({ inputWidth: COLUMNS, outputWidth: width, random: random.child('input') })
    );
    this.addChild('norm', new layers.RMSNorm({ width }));
    this.addChild('middle', middle);
    this.addChild('output', new layers.Linear({ inputWidth: width, outputWidth: 10, random: random.child('output') }));
  }

  apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    const run = (name: string, y: tf.Tensor) => this.children.get(name)!.apply(y, ctx.within(name));
    return tf.tidy(() => {
      const tokens = run('input', x);
      return run('output', tokens.add(run('middle', run('norm', tokens))));
    });
  }
}

function train(model: core.Module, seed: number, from: number, steps: number, learningRate: number): void {
  const loss = (ctx: core.Context, step: number): tf.Tensor => {
    const { x, y } = digitsBatch(seed, from + step, 128);
    return ops.crossEntropy(model.apply(x, ctx) as tf.Tensor2D, y).mean();
  };
  minimise(model, loss, { steps, learningRate, seed: seed + from });
}

/** Loss of all tokens and of those that sum, and the steps of tokens that copy and of those that sum. */
function measure(model: core.Module, seed: number) {
  const { x, y } = digitsBatch(seed, 1e6, 1000);
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  const losses = Array.from(tf.tidy(() => ops.crossEntropy(model.apply(x, ctx) as tf.Tensor2D, y).dataSync()));
  ctx.dispose();
  tf.dispose([x, y]);
  const chosen = Array.from(records.find(({ path }) => path === 'middle.deep')?.indices ?? []);
  const steps = [0, 1].map((task) => chosen.filter((_, t) => t % 2 === task).map((index) => index + 1));
  return { loss: mean(losses), summing: mean(losses.filter((_, t) => t % 2 === 1)), copy: steps[0], sum: steps[1] };
}

/** Loss of tokens that sum where each takes one step, which is the network itself, and the gate blends by the steps that it would have taken. */
function summingAtOneStep(model: core.Module, { base, deep }: adaptive.VersatileFFN, seed: number): number {
  const undo = deep.intercept((inner, x) => {
    inner(x).dispose();
    return base.apply(x, Context.create());
  });
  const { summing } = measure(model, seed);
  undo();
  return summing;
}

test('[versatileffn] on tokens that copy a digit and tokens that sum two: steps more of those that sum, what their further steps save, and loss over that of a dense network', async () => {
  const { deeper, saved, behind } = await overTenSeeds('versatileffn', (seed) => {
    const random = Random.fromSeed(seed).child('middle');
    // As many parameters, and a few more: 3.5 hidden units are the routers'.
    const dense = new Reader(seed, new layers.FeedForward({ width: 24, hidden: 36, bias: false, random }));
    train(dense, seed, 0, EXPLORE, 0.01);
    train(dense, seed, EXPLORE, LEARN, 0.003);
    const middle = adaptive.versatileFFN({ ...SHAPE, budget: 0, budgetLoss: 0.1, random });
    const model = new Reader(seed, middle);
    train(model, seed, 0, EXPLORE, 0.01);
    adaptive.trainOnlyRouters(model)();
    train(model, seed, EXPLORE, LEARN, 0.003);
    const { loss, summing, copy, sum } = measure(model, seed);
    const oneStep = summingAtOneStep(model, middle, seed);
    const plain = measure(dense, seed).loss;
    [dense, model].forEach((module) => module.dispose());
    // Both are learnt.
    expect(Math.max(loss, plain)).toBeLessThan(0.3);
    return { deeper: mean(sum) - mean(copy), saved: oneStep - summing, behind: loss - plain };
  });
  expect([deeper.verdict, saved.verdict, behind.verdict]).toEqual(['above', 'above', 'above']);
});
