/** @file The battery: every router is listed once and passes all of it. */
import { core, routers, tf } from '@switchyard/kernel-lib';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../support/numeric';

const WIDTH = 6;
const EXPERTS = 4;
const TOKENS = 12;

interface Member {
  /** File in kernel-lib/src/routers. */
  file: string;
  spec: (k: number) => routers.RouterSpec;
  /** Choices of a token that the battery asks for. */
  k: number;
}

const MEMBERS: Record<string, Member> = {
  'top-k': { file: 'topK', spec: (k) => routers.topK({ k }), k: 2 },
  'top-k, sigmoid scores and selection bias': {
    file: 'topK',
    spec: (k) => routers.topK({ k, scores: 'sigmoid', balance: { bias: { rate: 0.01 }, zLoss: 1e-3 } }),
    k: 2
  },
  'top-k, not renormalised': {
    file: 'topK',
    spec: (k) => routers.topK({ k, renormalize: false }),
    k: 3
  },
  'switch top-1': { file: 'switchTop1', spec: () => routers.switchTop1(), k: 1 },
  'noisy top-k': { file: 'noisyTopK', spec: (k) => routers.noisyTopK({ k }), k: 2 },
  'top-p': { file: 'topP', spec: (k) => routers.topP({ p: 0.6, kMax: k }), k: 3 },
  relu: { file: 'relu', spec: (k) => routers.relu({ k, l1: 0.1 }), k: 2 },
  'expert choice': { file: 'expertChoice', spec: (k) => routers.expertChoice({ k, zLoss: 1e-3 }), k: 2 },
  sinkhorn: { file: 'sinkhorn', spec: (k) => routers.sinkhorn({ k }), k: 2 }
};

/** Files of the folder that are not routers. */
const PARTS = ['balance', 'index', 'losses', 'projection', 'router', 'selectTopK', 'sparsify'];

const { Context, Random } = core;

function build(member: Member, { numExperts = EXPERTS, seed = 1, k = member.k } = {}): routers.Router {
  return member.spec(k).build({ width: WIDTH, numExperts, random: Random.fromSeed(seed) });
}

function tokens(seed = 2, numTokens = TOKENS): tf.Tensor2D {
  return Random.fromSeed(seed).normal([numTokens, WIDTH]) as tf.Tensor2D;
}

/** The weight of each expert for each token, whichever form the routing has; [T * E]. */
function denseWeights(routing: routers.Routing): Float32Array {
  const weights = routing.weights.dataSync<'float32'>();
  if (routing.form === 'dense') {
    return weights;
  }
  const out = new Float32Array(routing.numTokens * routing.numExperts);
  routing.indices.dataSync().forEach((expert, choice) => {
    if (expert >= 0) {
      out[Math.floor(choice / routing.k) * routing.numExperts + expert] += weights[choice];
    }
  });
  return out;
}

function route(router: routers.Router, x: tf.Tensor2D, options: core.ContextOptions = {}): Float32Array {
  const ctx = Context.create(options);
  const weights = tf.tidy(() => denseWeights(router.route(x, ctx)));
  ctx.dispose();
  return weights;
}

function expectSound(routing: routers.Routing): void {
  const { numTokens, numExperts, probs, logits, weights } = routing;
  expect(probs.shape).toEqual([numTokens, numExperts]);
  expect(logits.shape).toEqual([numTokens, numExperts]);
  expectClose(probs.sum(1), new Float32Array(numTokens).fill(1), 1e-5);
  expect(Array.from(weights.dataSync()).every((w) => Number.isFinite(w) && w >= 0)).toBe(true);
  if (routing.form === 'dense') {
    expect(weights.shape).toEqual([numTokens, numExperts]);
    return;
  }
  expect(weights.shape).toEqual([numTokens, routing.k]);
  expect(routing.indices.shape).toEqual([numTokens, routing.k]);
  expect(routing.indices.dtype).toBe('int32');
  const all = Array.from(routing.indices.dataSync());
  for (let token = 0; token < numTokens; token++) {
    const row = all.slice(token * routing.k, (token + 1) * routing.k);
    const used = row.filter((expert) => expert >= 0);
    expect(new Set(used).size).toBe(used.length);
    expect(used.every((expert) => expert < numExperts)).toBe(true);
  }
  const values = weights.dataSync();
  all.forEach((expert, choice) => expert >= 0 || expect(values[choice]).toBe(0));
}

describe.each(Object.entries(MEMBERS))('%s', (_name, member) => {
  test('shapes, rows of probabilities, no weight where unused', () => {
    const router = build(member);
    tf.tidy(() => expectSound(router.route(tokens(), Context.create())));
    router.dispose();
  });

  test.each([
    { what: 'one expert', numExperts: 1, k: 1 },
    { what: 'k = experts', numExperts: EXPERTS, k: EXPERTS }
  ])('$what', ({ numExperts, k }) => {
    const router = build(member, { numExperts, k });
    tf.tidy(() => expectSound(router.route(tokens(), Context.create())));
    router.dispose();
  });

  test.each([
    { what: 'all tokens equal', x: () => tf.ones([TOKENS, WIDTH]) },
    { what: 'huge logits', x: () => tokens().mul(1e6) },
    { what: 'one token', x: () => tokens(3, 1) },
    { what: 'zeros', x: () => tf.zeros([TOKENS, WIDTH]) }
  ])('$what', ({ x }) => {
    const router = build(member);
    tf.tidy(() => expectSound(router.route(x() as tf.Tensor2D, Context.create())));
    router.dispose();
  });

  test('gradients reach every parameter', () => {
    const router = build(member);
    const ctx = Context.create({ training: true, random: Random.fromSeed(5) });
    const x = tokens();
    const targets = Random.fromSeed(6).normal([TOKENS * EXPERTS]);
    const variables = [...router.parameters().values()].map((parameter) => parameter.variable);
    const { value, grads } = tf.variableGrads(() => {
      const routing = router.route(x, ctx);
      const used = routing.weights.flatten();
      return used
        .mul(targets.slice(0, used.size))
        .sum()
        .add(tf.addN([tf.scalar(0), ...ctx.losses.values()])) as tf.Scalar;
    }, variables);
    for (const [path, parameter] of router.parameters()) {
      const size = tf.tidy(() => grads[parameter.variable.name].abs().max().dataSync()[0]);
      expect(size, path).toBeGreaterThan(1e-6);
      expect(Number.isFinite(size), path).toBe(true);
    }
    tf.dispose([value, grads, x, targets]);
    ctx.dispose();
    router.dispose();
  });

  test('permuting tokens permutes the routing', () => {
    const router = build(member);
    const x = tokens();
    const order = Random.fromSeed(9).shuffle(Array.from({ length: TOKENS }, (_, i) => i));
    const permuted = tf.gather(x, tf.tensor1d(order, 'int32'));
    const [plain, moved] = [route(router, x), route(router, permuted)];
    const expected = order.flatMap((token) => Array.from(plain.slice(token * EXPERTS, (token + 1) * EXPERTS)));
    expectClose(moved, expected, 1e-6);
    tf.dispose([x, permuted]);
    router.dispose();
  });

  test('the same seed gives the same, in building and in training', () => {
    const x = tokens();
    const [a, b, other] = [build(member), build(member), build(member, { seed: 7 })];
    const pass = (router: routers.Router) => route(router, x, { training: true, random: Random.fromSeed(3) });
    expect(pass(a)).toEqual(pass(b));
    expect(pass(a)).toEqual(pass(a));
    expect(pass(other)).not.toEqual(pass(a));
    x.dispose();
    [a, b, other].forEach((router) => router.dispose());
  });

  test('parameters and buffers carry all of its state', () => {
    const x = tokens();
    const [trained, fresh] = [build(member), build(member, { seed: 8 })];
    expect(route(fresh, x)).not.toEqual(route(trained, x));
    for (const [path, parameter] of trained.parameters()) {
      fresh.parameters().get(path)?.assign(parameter.variable, path);
    }
    for (const [path, buffer] of trained.buffers()) {
      fresh.buffers().get(path)?.assign(buffer);
    }
    expect([...fresh.parameters().keys()]).toEqual([...trained.parameters().keys()]);
    expect(route(fresh, x)).toEqual(route(trained, x));
    tf.dispose(x);
    trained.dispose();
    fresh.dispose();
  });

  test('leaves no tensor behind', () => {
    expectNoLeak(() => {
      const router = build(member);
      const x = tokens();
      expectNoLeak(() => {
        for (let step = 0; step < 3; step++) {
          const ctx = Context.create({ training: true, random: Random.fromSeed(step) });
          tf.tidy(() => void router.route(x, ctx));
          ctx.finish();
          ctx.dispose();
        }
      });
      x.dispose();
      router.dispose();
    });
  });
});

describe('the folder', () => {
  const folder = join(__dirname, '../../../kernel-lib/src/routers');
  const files = readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));
  const index = readFileSync(join(folder, 'index.ts'), 'utf8');

  test('lists every router in the index and in this battery', () => {
    const listed = new Set(Object.values(MEMBERS).map((member) => member.file));
    for (const file of files.filter((name) => !PARTS.includes(name))) {
      expect(index, file).toContain(`export { ${file} } from './${file}'`);
      expect(listed, file).toContain(file);
    }
  });

  test('parts are there', () => {
    expect(files).toEqual(expect.arrayContaining(PARTS));
  });
});
