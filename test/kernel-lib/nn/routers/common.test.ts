/** @file The battery: every router is listed once and passes all of it. */
import { core, routers, tf } from '@switchyard/kernel-lib';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { describe, expect, test } from 'vitest';
import { because } from '../../../support/because';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectShrinks, type SizeOf } from '../../../support/shrinking';
import { EXPERTS, MEMBERS, type Member, TOKENS, WIDTH } from './members';

/** What is in the folder and is not a router. */
const OTHERS = ['index', 'parts', 'router', 'specs'];

const { Context, Random } = core;

function build(member: Member, { numExperts = EXPERTS, seed = 1, k = member.k } = {}): routers.Router {
  return member.spec(k, numExperts).build({ width: WIDTH, numExperts, random: Random.fromSeed(seed) });
}

function tokens(seed = 2, numTokens = TOKENS, width = WIDTH): tf.Tensor2D {
  return Random.fromSeed(seed).normal([numTokens, width]) as tf.Tensor2D;
}

/** A pass that holds what the member needs to know of `x`. */
function makePass(
  member: Member,
  x: tf.Tensor2D,
  options: core.ContextOptions = {},
  numExperts = EXPERTS
): core.Context {
  const ctx = Context.create(options);
  tf.tidy(() =>
    Object.entries(member.state?.(x, numExperts) ?? {}).forEach(([name, value]) =>
      ctx.setState(core.stateKey(name), value)
    )
  );
  return ctx;
}

function route(
  member: Member,
  router: routers.Router,
  x: tf.Tensor2D,
  options: core.ContextOptions = {}
): Float32Array {
  const ctx = makePass(member, x, options);
  const weights = tf.tidy(() => routers.denseWeights(router.route(x, ctx)).dataSync<'float32'>());
  ctx.dispose();
  return weights;
}

function check(member: Member, x: () => tf.Tensor, shape: { numExperts?: number; k?: number } = {}): void {
  const router = build(member, shape);
  tf.tidy(() => {
    const tokens = x() as tf.Tensor2D;
    const ctx = makePass(member, tokens, {}, router.numExperts);
    expectSound(router.route(tokens, ctx));
    ctx.dispose();
  });
  router.dispose();
}

function expectSound(routing: routers.Routing): void {
  const { numTokens, numExperts, probs, logits } = routing;
  expect(probs.shape).toEqual([numTokens, numExperts]);
  expect(logits.shape).toEqual([numTokens, numExperts]);
  expectClose(probs.sum(1), new Float32Array(numTokens).fill(1), 1e-5);
  const of = routing.form === 'slots' ? [routing.dispatch, routing.combine] : [routing.weights];
  const values = of.flatMap((each) => Array.from(each.dataSync()));
  expect(values.every((w) => Number.isFinite(w) && w >= 0)).toBe(true);
  if (routing.form === 'slots') {
    of.forEach((each) => expect(each.shape).toEqual([numTokens, numExperts, routing.slots]));
    return;
  }
  if (routing.form === 'dense') {
    expect(routing.weights.shape).toEqual([numTokens, numExperts]);
    return;
  }
  const { weights } = routing;
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
  all.forEach((expert, choice) => expert >= 0 || expect(values[choice]).toBe(0));
}

describe.each(Object.entries(MEMBERS))('%s', (_name, member) => {
  test('shapes, rows of probabilities, no weight where unused', () => {
    check(member, tokens);
  });

  test('applied, it gives the probabilities; it goes by the kind of its spec', () => {
    const router = build(member);
    const x = tokens();
    const passes = [0, 1].map(() => makePass(member, x, { random: Random.fromSeed(5) }));
    tf.tidy(() => expectClose(router.apply(x, passes[0]), router.route(x, passes[1]).probs, 0));
    expect(router.kind).toBe(member.spec(member.k, EXPERTS).kind);
    [...passes, router].forEach((each) => each.dispose());
    x.dispose();
  });

  test.each([
    { what: 'one expert', numExperts: 1, k: 1 },
    { what: 'k = experts', numExperts: EXPERTS, k: EXPERTS }
  ])('$what', ({ numExperts, k }) => {
    check(member, tokens, { numExperts, k });
  });

  test.each([
    { what: 'all tokens equal', x: () => tf.ones([TOKENS, WIDTH]) },
    { what: 'huge logits', x: () => tokens().mul(1e6) },
    { what: 'one token', x: () => tokens(3, 1) },
    { what: 'zeros', x: () => tf.zeros([TOKENS, WIDTH]) }
  ])('$what', ({ x }) => {
    check(member, x);
  });

  test('gradients reach every parameter', () => {
    const router = build(member);
    if (router.parameters().size === 0) {
      router.dispose();
      return;
    }
    const x = tokens();
    const ctx = makePass(member, x, { training: true, random: Random.fromSeed(5) });
    const targets = Random.fromSeed(6).normal([1000]);
    const variables = [...router.parameters().values()].map((parameter) => parameter.variable);
    const { value, grads } = tf.variableGrads(() => {
      const routing = router.route(x, ctx);
      const used =
        routing.form === 'slots'
          ? tf.concat([routing.dispatch.flatten(), routing.combine.flatten()])
          : routing.weights.flatten();
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

  test.skipIf(member.byPlace)(
    'permuting tokens permutes the routing',
    because('it goes by the place of a token'),
    () => {
      const router = build(member);
      const x = tokens();
      const order = Random.fromSeed(9).shuffle(Array.from({ length: TOKENS }, (_, i) => i));
      const permuted = tf.gather(x, tf.tensor1d(order, 'int32'));
      const [plain, moved] = [route(member, router, x), route(member, router, permuted)];
      const expected = order.flatMap((token) => Array.from(plain.slice(token * EXPERTS, (token + 1) * EXPERTS)));
      expectClose(moved, expected, 1e-6);
      tf.dispose([x, permuted]);
      router.dispose();
    }
  );

  test('the same seed gives the same, in building and in training', () => {
    const x = tokens();
    const [a, b, other] = [build(member), build(member), build(member, { seed: 7 })];
    const pass = (router: routers.Router) => route(member, router, x, { training: true, random: Random.fromSeed(3) });
    expect(pass(a)).toEqual(pass(b));
    expect(pass(a)).toEqual(pass(a));
    if (member.seeded !== false) {
      expect(pass(other)).not.toEqual(pass(a));
    }
    x.dispose();
    [a, b, other].forEach((router) => router.dispose());
  });

  test('parameters and buffers carry all of its state', () => {
    const x = tokens();
    const [trained, fresh] = [build(member), build(member, { seed: 8 })];
    if (member.seeded !== false) {
      expect(route(member, fresh, x)).not.toEqual(route(member, trained, x));
    }
    for (const [path, parameter] of trained.parameters()) {
      fresh.parameters().get(path)?.assign(parameter.variable, path);
    }
    for (const [path, buffer] of trained.buffers()) {
      fresh.buffers().get(path)?.assign(buffer.variable);
    }
    expect([...fresh.parameters().keys()]).toEqual([...trained.parameters().keys()]);
    expect(route(member, fresh, x)).toEqual(route(member, trained, x));
    tf.dispose(x);
    trained.dispose();
    fresh.dispose();
  });

  test.skipIf(member.live)('its spec is JSON, and builds the same again', because('it is given a live module'), () => {
    const spec = member.spec(member.k, EXPERTS);
    const data = JSON.parse(JSON.stringify(core.toJson('spec', spec))) as core.SpecData;
    expect(Object.keys(data)).toEqual(['kind', 'options']);
    const [x, again] = [tokens(), routers.specs.of(data)];
    const built = again.build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
    const router = build(member);
    expect(core.toJson('spec', again)).toEqual(data);
    const pass = (each: routers.Router) =>
      route(member, each, x, { training: !member.exploring, random: Random.fromSeed(3) });
    expect(pass(built)).toEqual(pass(router));
    x.dispose();
    [built, router].forEach((each) => each.dispose());
  });

  test('every axis can be cut, or says why not', () => {
    const run = (router: routers.Router, size: SizeOf) => {
      const x = tokens(2, TOKENS, size('width', WIDTH));
      const ctx = makePass(member, x, { training: true, random: Random.fromSeed(5) }, router.numExperts);
      const weights = routers.denseWeights(router.route(x, ctx));
      ctx.dispose();
      return weights;
    };
    expectShrinks({ make: () => build(member), run, pinned: member.pinned });
  });

  test('what training changes without a gradient is changed where it is kept, and nowhere else', () => {
    const router = build(member);
    const experts = [...core.axesOf(router).values()].find(({ axis }) => axis.name === 'experts')?.axis;
    if (experts === undefined || experts.pinned !== null) {
      router.dispose();
      return;
    }
    const lost = () =>
      [...router.buffers().values()]
        .filter(({ axes }) => axes.length === 1 && axes[0] === experts)
        .map(({ variable }) => variable.dataSync()[1]);
    const before = lost();
    experts.keep([0, 2, 3]);
    const x = tokens();
    const ctx = makePass(member, x, { training: true, random: Random.fromSeed(5) }, router.numExperts);
    tf.tidy(() => void router.route(x, ctx));
    ctx.finish();
    expect(lost()).toEqual(before);
    ctx.dispose();
    x.dispose();
    router.dispose();
  });

  test('leaves no tensor behind', () => {
    expectNoLeak(() => {
      const router = build(member);
      const x = tokens();
      expectNoLeak(() => {
        for (let step = 0; step < 3; step++) {
          const ctx = makePass(member, x, { training: true, random: Random.fromSeed(step) });
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
  const folder = join(__dirname, '../../../../kernel-lib/src/nn/routers');
  const files = readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));
  const index = readFileSync(join(folder, 'index.ts'), 'utf8');

  test('lists every router in the index and in this battery', () => {
    const listed = new Set(Object.values(MEMBERS).map((member) => member.file));
    for (const file of files.filter((name) => !OTHERS.includes(name))) {
      expect(index, file).toContain(`export { ${file} } from './${file}'`);
      expect(listed, file).toContain(file);
    }
  });
});
