import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { matrixProducts } from '../../../support/matrixProducts';
import { MEMBERS, TOKENS, WIDTH } from './members';

const { Context, Random } = core;

/** What each spends on a token at D = 32, E = 8, worked out by hand; those that make something once a pass say the tokens of it. */
const BY_HAND: [string, routers.RouterSpec, number, { tokens?: number }?][] = [
  ['a linear one: 2 D E', routers.topK({ k: 2 }), 512],
  ['a mixture of 4: 4 times 2 D E, and 2 D 4 to weigh them', routers.mixture({ k: 2, sub: 4 }), 2304],
  ['uncertainty of 8 samples: 8 times 2 D E', routers.uncertainty({ k: 2, samples: 8 }), 4096],
  ['4 slots: 2 D E 4, and as much to dispatch and to combine', routers.soft({ slots: 4 }), 2048 + 4096],
  ['random partition: nothing', routers.randomPartition(), 0],
  ['confidence gate: nothing', routers.confidence({ threshold: 0.5 }), 0],
  ['recurrent: P, six products of R x R, and R E', routers.recurrent({ k: 2, dim: 32 }), 14_848],
  ['attention gate: D x D and D E', routers.attention({ k: 2 }), 2560],
  ['bi-level over 4 nodes: 2 D 4 and 2 D E', routers.bilevel({ nodes: 4, k: 2 }), 768],
  ['hyper: 2 D E, and the matrix once for 64 tokens', routers.hyper({ k: 2 }), 784, { tokens: 64 }],
  ['task gate by task alone: 2 x 16 E', routers.task({ k: 2, tasks: 3, content: false }), 256],
  ['task gate: 2 D E as well', routers.task({ k: 2, tasks: 3 }), 768],
  ['top-k with gating residuals: 2 E E as well', routers.topK({ k: 2, gatingResidual: true }), 640]
];

describe('what a router spends on a token', () => {
  test.each(BY_HAND)('%s', (_, spec, flops, { tokens } = {}) => {
    const router = spec.build({ width: 32, numExperts: 8, random: Random.fromSeed(1) });
    expect(router.cost({ length: tokens ?? 1, tokens }).flops).toBe(flops);
    router.dispose();
  });

  test("a shared expert's gate: 2 D", () => {
    const options = { router: routers.topK({ k: 2 }), experts: 8, width: 32, hidden: 16, sharedExperts: 1 };
    const [plain, gated] = [false, true].map((sharedGate) =>
      moe.layer({ ...options, sharedGate, random: Random.fromSeed(1) })
    );
    const costs = [plain, gated].map((layer) => layer.cost({ length: 1 }).flops!);
    expect(costs[1] - costs[0]).toBe(64);
    [plain, gated].forEach((layer) => layer.dispose());
  });
});

/** Choices with which a pass is as even as the cost says: all experts, for those that pad each to the fullest. */
const EVEN: Record<string, number> = { 'unified, of top-k': 4 };

describe.each(Object.entries(MEMBERS))('%s', (name, member) => {
  test('costs the matrix products that a layer with it executes, which are counted', () => {
    const k = EVEN[name] ?? member.k;
    // Experts that pass tokens on spend nothing: all that is counted is the router's, and the mixing that it asks for.
    const options = { width: WIDTH, hidden: 1, experts: 4, expertKind: moe.copyExperts() };
    const layer = moe.layer({ ...options, router: member.spec(k, 4), random: Random.fromSeed(1) });
    const x = Random.fromSeed(2).normal([TOKENS, WIDTH]) as tf.Tensor2D;
    const ctx = Context.create();
    const state = tf.tidy(() => member.state?.(x, 4) ?? {});
    Object.entries(state).forEach(([key, value]) => ctx.setState(core.stateKey(key), value));
    const counted = matrixProducts(() => tf.tidy(() => void layer.apply(x, ctx)));
    expect(layer.cost({ length: TOKENS }).flops).toBeCloseTo(counted / TOKENS, 6);
    ctx.dispose();
    tf.dispose([x, ...Object.values(state)]);
    layer.dispose();
  });
});
