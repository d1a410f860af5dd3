import { adaptive, core, tf, type routers } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

const [WIDTH, CHOICES, TOKENS] = [6, 3, 300];

function build(options: Partial<adaptive.PathRouterOptions> = {}): adaptive.PathRouter {
  const spec = adaptive.pathRouter({ block: 1, costs: [0, 0, 1], ...options });
  const shape = { width: WIDTH, numExperts: CHOICES, random: Random.fromSeed(1) };
  return spec.build(shape) as adaptive.PathRouter;
}

const tokens = (): tf.Tensor2D => Random.fromSeed(2).normal([TOKENS, WIDTH]) as tf.Tensor2D;

const pass = (seed: number): core.Context => Context.create({ training: true, random: Random.fromSeed(seed) });

/** What a pass in training chooses; [T]. */
function drawn(router: adaptive.PathRouter, seed: number): Int32Array {
  const ctx = pass(seed);
  const indices = tf.tidy(() => (router.route(tokens(), ctx) as routers.SparseRouting).indices.dataSync<'int32'>());
  ctx.dispose();
  return indices;
}

// The battery of routers has it while it learns; this is the rest.
describe('adaptive.pathRouter', () => {
  test('while it explores, training draws lots: all choices alike, by the seed, whatever the tokens; nothing is learnt', () => {
    const router = build();
    const indices = drawn(router, 3);
    for (let choice = 0; choice < CHOICES; choice++) {
      const share = indices.filter((each) => each === choice).length / TOKENS;
      // Four deviations of a share of a third.
      expect(Math.abs(share - 1 / CHOICES)).toBeLessThan(0.11);
    }
    expect(drawn(router, 3)).toEqual(indices);
    expect(drawn(router, 4)).not.toEqual(indices);
    const ctx = pass(3);
    tf.tidy(() => {
      const { weights } = router.route(tokens(), ctx) as routers.SparseRouting;
      expect(weights.dataSync()).toEqual(new Float32Array(TOKENS).fill(1));
    });
    expect(ctx.losses.size).toBe(0);
    ctx.dispose();
    router.dispose();
  });

  test('when it learns, a weight of exactly one module is 1, and what is above the budget is lost, squared', () => {
    const router = build({ budget: 0.25, budgetLoss: 4 });
    router.exploring = false;
    const ctx = pass(5);
    tf.tidy(() => {
      const routing = router.route(tokens(), ctx) as routers.SparseRouting;
      expectClose(routing.weights.max(1), new Float32Array(TOKENS).fill(1), 1e-6);
      expectClose(routing.weights.sum(1), new Float32Array(TOKENS).fill(1), 1e-6);
      const spent = routing.probs.slice([0, 2], [-1, 1]).mean().dataSync()[0];
      expect(spent).toBeGreaterThan(0.25);
      expect(ctx.losses.get('/budget')!.dataSync()[0]).toBeCloseTo(4 * (spent - 0.25) ** 2, 6);
    });
    ctx.dispose();
    router.dispose();
  });

  test('otherwise, and where it is sure, it takes the module of highest logit', () => {
    const router = build();
    const weight = router.parameters().get('weight')!;
    tf.tidy(() => weight.assign(weight.variable.mul(1000)));
    const best = tf.tidy(() => (router.route(tokens(), Context.create()) as routers.SparseRouting).logits.argMax(1).dataSync()); // prettier-ignore
    const plain = Context.create();
    const chosen = tf.tidy(() => (router.route(tokens(), plain) as routers.SparseRouting).indices.dataSync());
    expect(chosen).toEqual(best);
    router.exploring = false;
    const ctx = pass(6);
    const learning = tf.tidy(() => (router.route(tokens(), ctx) as routers.SparseRouting).weights.argMax(1).dataSync());
    // Lots of a Gumbel softmax still move a few whose logits are near.
    const moved = learning.filter((choice, t) => choice !== best[t]).length;
    expect(moved).toBeLessThan(0.05 * TOKENS);
    [plain, ctx].forEach((each) => each.dispose());
    router.dispose();
  });

  test('in a pass that holds paths it takes its column of them, in training or not', () => {
    const router = build();
    for (const training of [false, true]) {
      const ctx = Context.create({ training });
      tf.tidy(() => {
        ctx.setState(adaptive.PATHS, tf.tensor2d([[0, 2, 1], [1, 0, 2]], [2, 3], 'int32')); // prettier-ignore
        const { indices, weights } = router.route(tf.ones([2, WIDTH]), ctx) as routers.SparseRouting;
        expect(Array.from(indices.dataSync())).toEqual([2, 0]);
        expect(Array.from(weights.dataSync())).toEqual([1, 1]);
        ctx.setState(adaptive.PATHS, tf.zeros([3, 3], 'int32'));
        expect(() => router.route(tf.ones([2, WIDTH]), ctx)).toThrow('expects shape [2, L], got [3, 3]');
      });
      ctx.dispose();
    }
    router.dispose();
  });

  test('refuses costs that are not one for each choice', () => {
    expect(() => build({ costs: [0, 1] })).toThrow('a cost for each of 3 choices, got 2');
    expect(() => build({ costs: [0, 0, 2] })).toThrow('costs must be a number 0..1, got 2');
  });
});
