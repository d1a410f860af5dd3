/** @file Losses that each router adds to a training, under which names and with which coefficients by default; outside of training there are none. */
import { core, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { EXPERTS, MEMBERS, TOKENS, WIDTH } from './members';

const { Context, Random } = core;

const NAMES: Record<string, string[]> = {
  'top-k, sigmoid scores and selection bias': ['/zLoss'],
  'top-k, local': ['/locality'],
  'top-p': ['/switch', '/entropy'],
  relu: ['/l1'],
  'relu, normalised, with chunk losses': ['/l1', '/chunk', '/locality'],
  'expert choice': ['/zLoss'],
  'bi-level': ['/nodes', '/withinNodes'],
  'attention gate': ['/contrastive', '/switch'],
  'path, learning': ['/budget'],
  ...Object.fromEntries(
    ['threshold', 'expert choice, softmax over tokens', 'expert choice, in groups', 'sinkhorn', 'base', 'hash', 'fixed', 'soft', 'confidence gate', 'random partition', 'unified, of soft'].map((name) => [name, []]) // prettier-ignore
  ),
  ...Object.fromEntries(Object.keys(MEMBERS).filter((name) => /^test-time|^unified, of top-k/.test(name)).map((name) => [name, ['router/switch']])) // prettier-ignore
};

function losses(
  spec: routers.RouterSpec,
  training: boolean,
  state: (x: tf.Tensor2D) => Record<string, tf.Tensor> = () => ({})
) {
  const router = spec.build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
  const ctx = Context.create({ training, random: Random.fromSeed(5) });
  const found = tf.tidy(() => {
    const x = Random.fromSeed(2).normal([TOKENS, WIDTH]) as tf.Tensor2D;
    Object.entries(state(x)).forEach(([name, value]) => ctx.setState(core.stateKey(name), value));
    router.route(x, ctx);
    return Object.fromEntries([...ctx.losses].map(([name, loss]) => [name, loss.dataSync()[0]]));
  });
  ctx.dispose();
  router.dispose();
  return found;
}

test.each(Object.entries(MEMBERS))('%s', (name, member) => {
  const of = (training: boolean) => Object.keys(losses(member.spec(member.k, EXPERTS), training, (x) => member.state?.(x, EXPERTS) ?? {})); // prettier-ignore
  expect(of(true)).toEqual(NAMES[name] ?? ['/switch']);
  expect(of(false)).toEqual([]);
});

const balanceOf = (coefficient: number) => ({ loss: { convention: 'switch' as const, coefficient } });

test.each<[string, routers.RouterSpec, routers.RouterSpec]>([
  ['topK', routers.topK({ k: 2 }), routers.topK({ k: 2, balance: balanceOf(0.01) })],
  ['topP', routers.topP({ p: 0.5 }), routers.topP({ p: 0.5, balance: balanceOf(0.01), entropyLoss: 1e-4 })],
  ['switchTop1', routers.switchTop1({ jitter: 0 }), routers.switchTop1({ jitter: 0, balance: balanceOf(0.01) })],
  ['bilevel', routers.bilevel({ nodes: 2 }), routers.bilevel({ nodes: 2, balance: [0.01, 0.01] })],
  ['relu', routers.relu({ k: 2 }), routers.relu({ k: 2, l1: 1e-8, balance: true })]
])('%s: its default is the coefficient that its options say', (_name, plain, said) => {
  const found = losses(plain, true);
  expect(found).toEqual(losses(said, true));
  expect(Object.values(found).every((loss) => loss > 0)).toBe(true);
});

test('a token gate scores the token as well by default, and a router before which no layer was needs none', () => {
  const weights = (spec: routers.RouterSpec) => {
    const router = spec.build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
    const names = [...router.parameters().keys()];
    router.dispose();
    return names;
  };
  expect(weights(routers.task({ k: 2, tasks: 3 }))).toContain('weight');
  expect(weights(routers.task({ k: 2, tasks: 3, content: false }))).not.toContain('weight');
  expect(losses(routers.topK({ k: 2, gatingResidual: true }), false)).toEqual({});
});
