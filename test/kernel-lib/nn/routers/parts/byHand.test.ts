import { core, routers, tf } from '@switchyard/kernel-lib';
import { addChunkLosses, resolveChunk } from '@switchyard/kernel-lib/dist/nn/routers/parts/chunkLosses.js';
import { checkMeanK } from '@switchyard/kernel-lib/dist/nn/routers/parts/checkMeanK.js';
import { earlierTokens, expectLookahead } from '@switchyard/kernel-lib/dist/nn/routers/parts/earlierTokens.js';
import { localityLoss } from '@switchyard/kernel-lib/dist/nn/routers/parts/localityLoss.js';
import { sideInput } from '@switchyard/kernel-lib/dist/nn/routers/parts/sideInput.js';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../../support/numeric';

const { Context, Random, stateKey } = core;

const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;
const topK = (more: Partial<routers.TopKOptions>) => routers.topK({ k: 1, ...more });
const build = (more: Partial<routers.TopKOptions>) =>
  topK(more).build({ width: 2, numExperts: 6, random: Random.fromSeed(1) });
const groups = (more: object) => ({ groups: { count: 3, keep: 2, ...more } });
const NUMBER = 'must be a number of at least 0';

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['a loss of no convention', () => topK({ balance: { loss: { convention: 'even' as never, coefficient: 1 } } }), 'balance.loss.convention must be one of switch, gshard, hf, perLayer, got even'],
  ['a coefficient below 0', () => topK({ balance: { loss: { convention: 'hf', coefficient: -1 } } }), `balance.loss.coefficient ${NUMBER}, got -1`],
  ['a z-loss below 0', () => topK({ balance: { zLoss: -1 } }), `balance.zLoss ${NUMBER}, got -1`],
  ['a rate below 0', () => topK({ balance: { bias: { rate: -1 } } }), `balance.bias.rate ${NUMBER}, got -1`],
  ['locality below 0', () => topK({ balance: { locality: { coefficient: -1, nodeOf: [0] } } }), `balance.locality.coefficient ${NUMBER}, got -1`],
  ['a node below 0', () => topK({ balance: { locality: { coefficient: 1, nodeOf: [0, -1] } } }), 'balance.locality.nodeOf must be an integer of at least 0, got -1'],
  ['no group', () => topK(groups({ count: 0, keep: 1 })), 'groups.count must be an integer of at least 1, got 0'],
  ['no group kept', () => topK(groups({ keep: 0 })), 'groups.keep must be an integer 1..3, got 0'],
  ['more groups kept than there are', () => topK(groups({ keep: 4 })), 'groups.keep must be an integer 1..3, got 4'],
  ['groups by another score', () => topK(groups({ score: 'worst' })), 'groups.score must be one of best, twoBest, got worst'],
  ['groups of unequal size', () => build(groups({ count: 4 })), 'groups.count must divide the experts (6), got 4'],
  ['two best of one', () => build(groups({ count: 6, score: 'twoBest' })), 'groups.score "twoBest" needs groups of at least 2 experts, got 1'],
  ['fewer experts than are chosen', () => build({ k: 5, ...groups({}) }), 'groups.keep must leave at least k (5) experts, got 4'],
  ['no scale', () => topK({ scale: 0 }), 'scale must be a number of at least 5e-324, got 0']
])('%s is refused', (_name, run, message) => {
  expect(run).toThrow(refusal(`routers.topK: ${message}`));
});

test('what is at the border is taken', () => {
  expect(() =>
    topK({ balance: { loss: { convention: 'hf', coefficient: 0 }, zLoss: 0, bias: { rate: 0 } } })
  ).not.toThrow();
  const [one, all] = [build({ k: 4, ...groups({}) }), build({ k: 6, ...groups({ keep: 3, score: 'twoBest' }) })];
  expect([one.k, all.k]).toEqual([4, 6]);
  [one, all].forEach((router) => router.dispose());
});

describe('groups of experts', () => {
  const select = (options: Omit<routers.SelectTopKOptions, 'k'> & { k?: number }) =>
    tf.tidy(() => {
      const logits = tf.tensor2d([[3, 0, 2.8, 2.8, 0, 1]]);
      const { indices, weights } = routers.selectTopK(logits, { k: 2, ...options });
      return { indices: [...indices.dataSync()].sort(), weights: [...weights.dataSync()] };
    });

  test('by the best score the first of the three, by the two best together the second', () => {
    const best = select({ groups: { count: 3, keep: 1 } });
    expect(best.indices).toEqual([0, 1]);
    const share = 1 / (1 + Math.exp(-3));
    expectClose(best.weights, [share, 1 - share], 1e-6);
    const both = select({ groups: { count: 3, keep: 1, score: 'twoBest' } });
    expect(both.indices).toEqual([2, 3]);
    expectClose(both.weights, [0.5, 0.5], 1e-6);
    expect(select({ groups: { count: 3, keep: 2 }, k: 3 }).indices).toEqual([0, 2, 3]);
    // Two groups of three: 3, 0, 2.8 and 2.8, 0, 1.
    expect(select({ groups: { count: 2, keep: 1 } }).indices).toEqual([0, 2]);
  });

  test('a bias moves the choice of groups, not the weights; a factor moves the weights', () => {
    const selectionBias = tf.tensor1d([0, 0, 0, 0, 0, 9]);
    const biased = select({ groups: { count: 3, keep: 1 }, selectionBias, scale: 2.5 });
    expect(biased.indices).toEqual([4, 5]);
    const share = 1 / (1 + Math.exp(-1));
    expectClose(biased.weights, [2.5 * share, 2.5 * (1 - share)], 1e-5);
    selectionBias.dispose();
  });
});

describe('locality', () => {
  const probs = () => tf.tensor2d([0.5, 0.3, 0.2, 0.1, 0.1, 0.8, 0.6, 0.3, 0.1, 0, 0, 1], [4, 3]);
  const options = { coefficient: 1, nodeOf: [0, 0, 1] };
  const meanLog = (...own: number[]) => -own.reduce((sum, p) => sum + Math.log(p), 0) / own.length;

  test('tokens lie on the nodes in equal blocks, or where the pass says', () => {
    const ctx = Context.create();
    tf.tidy(() => {
      // Two tokens at each node: 0.8, 0.2 | 0.1, 1.
      expectClose(localityLoss(probs(), options, ctx), [meanLog(0.8, 0.2, 0.1, 1)], 1e-5);
      ctx.setState(stateKey('home'), tf.tensor1d([1, 1, 0, 1], 'int32'));
      expectClose(localityLoss(probs(), { ...options, by: 'home' }, ctx), [meanLog(0.2, 0.8, 0.9, 1)], 1e-5);
    });
    ctx.dispose();
  });

  test("each expert has a node, and nothing at a token's own is a great loss, not an infinite one", () => {
    const ctx = Context.create();
    tf.tidy(() => {
      expect(() => localityLoss(probs(), { ...options, nodeOf: [0, 1] }, ctx)).toThrow(
        refusal('localityLoss: nodeOf must have E (3) entries, got 2')
      );
      const none = localityLoss(tf.tensor2d([[0, 0, 1]]), { ...options, nodeOf: [0, 0, 1] }, ctx);
      expectClose(none, [-Math.log(1e-20)], 1e-3);
    });
    ctx.dispose();
  });
});

test('tokens of earlier layers: so many before, the first, and those of the first where there is none before', () => {
  const ctx = Context.create();
  tf.tidy(() => {
    const given = [10, 11, 12, 13, 14].map((value) => tf.tensor2d([[value]]));
    const aheads = [2, 0, 1, 'first', 2] as const;
    const seen = given.map((x, i) => earlierTokens(x, aheads[i], ctx).dataSync()[0]);
    expect(seen).toEqual([10, 11, 11, 10, 12]);
  });
  ctx.dispose();
  (['first', 0, 3] as const).forEach((ahead) => expect(() => expectLookahead('here', ahead)).not.toThrow());
  [-1, 0.5, 'last' as never].forEach((ahead) =>
    expect(() => expectLookahead('here', ahead)).toThrow(
      'here: ahead must be an integer of at least 0, or "first", got '
    )
  );
});

test('experts of a token on average: above 0, at most all', () => {
  [0, -1, NaN, Infinity].forEach((k) =>
    expect(() => checkMeanK('here', k, 4)).toThrow('here: k must be a number above 0')
  );
  expect(() => checkMeanK('here', 4.1, 4)).toThrow(refusal('here: k must be at most numExperts (4), got 4.1'));
  [0.1, 4].forEach((k) => expect(() => checkMeanK('here', k, 4)).not.toThrow());
  expect(() => checkMeanK('here', 1e9)).not.toThrow();
});

test('an input besides the tokens is there, with a row a token', () => {
  const ctx = Context.create();
  const key = stateKey('ids');
  tf.tidy(() => {
    expect(() => sideInput('here', key, 2, ctx)).toThrow(
      refusal('here: the pass must have the state "ids" (ctx.setState), got null')
    );
    ctx.setState(key, tf.tensor1d([1, 2, 3], 'int32'));
    expect(() => sideInput('here', key, 2, ctx)).toThrow('here: "ids" must have a row for each of 2 tokens, got [3]');
    expect([...sideInput('here', key, 3, ctx).dataSync()]).toEqual([1, 2, 3]);
  });
  ctx.dispose();
});

/** Losses that a pass is charged, by name. */
function lossesOf(run: (ctx: core.Context) => unknown): Record<string, number> {
  const ctx = Context.create({ training: true });
  const losses = tf.tidy(() => {
    run(ctx);
    return [...ctx.losses].map(([name, loss]): [string, number] => [name.split('/').at(-1)!, loss.dataSync()[0]]);
  });
  ctx.dispose();
  return Object.fromEntries(losses);
}

describe('losses of a pass', () => {
  const x = () => tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
  const charged = (balance: routers.BalanceOptions) => {
    const router = topK({ k: 2, balance }).build({ width: 2, numExperts: 3, random: Random.fromSeed(1) });
    const losses = lossesOf((ctx) => router.route(x(), ctx));
    const { probs, indices, logits } = router.route(x(), Context.create()) as routers.SparseRouting;
    return { router, losses, probs, indices, logits };
  };

  test('each that is asked for, times its coefficient, under its name; a coefficient of 0 of a z-loss is none', () => {
    tf.tidy(() => {
      const nodeOf = [0, 1, 1];
      const { router, losses, probs, indices, logits } = charged({
        ...{ loss: { convention: 'gshard', coefficient: 0.5 }, zLoss: 0.25 },
        locality: { coefficient: 2, nodeOf }
      });
      const ctx = Context.create();
      expect(Object.keys(losses).sort()).toEqual(['gshard', 'locality', 'zLoss']);
      expectClose([losses.gshard], [0.5 * routers.gshardLoss(probs, indices).dataSync()[0]], 1e-6);
      expectClose([losses.zLoss], [0.25 * routers.routerZLoss(logits).dataSync()[0]], 1e-6);
      expectClose([losses.locality], [2 * localityLoss(probs, { coefficient: 2, nodeOf }, ctx).dataSync()[0]], 1e-6);
      const none = charged({ zLoss: 0 });
      expect(none.losses).toEqual({});
      [router, none.router].forEach((each) => each.dispose());
      ctx.dispose();
    });
  });

  test('of chunks: the share of experts that two tokens use together, and how adjacent ones differ', () => {
    const charge = (options: object, probs: number[][], logits: number[][]) =>
      lossesOf((ctx) =>
        addChunkLosses(tf.tensor2d(probs), tf.tensor2d(logits), resolveChunk('here', { size: 2, ...options }), ctx)
      );
    const probs = [[0.5, 0], [0.5, 1], [1, 0]]; // prettier-ignore
    const logits = [[1, -1], [1, 1], [1, 1]]; // prettier-ignore
    // Unused of both experts: 1/4 and 0 by the first two tokens; 0 and 1 by the last, a chunk of its own.
    const { chunk, ...others } = charge({ sparsity: 2 }, probs, logits);
    expectClose([chunk], [2 * (1 - 1.25 / 4)], 1e-4);
    expect(others).toEqual({});
    // Within the first chunk one of two experts turns, which costs 100 nats of steepness where it was off: softplus(-100) + 100.
    const { locality } = charge({ locality: 0.5 }, probs, logits);
    expectClose([locality], [(0.5 * (0 + 100)) / 2], 1e-3);
    expect(charge({}, probs, logits)).toEqual({});
    expect(lossesOf((ctx) => addChunkLosses(tf.tensor2d(probs), tf.tensor2d(logits), null, ctx))).toEqual({});
    expect([resolveChunk('here'), resolveChunk('here', {})]).toEqual([null, { size: 8, sparsity: 0, locality: 0 }]);
    // prettier-ignore
    [['size', 0, 'an integer of at least 1'], ['sparsity', -1, 'a number of at least 0'], ['locality', -1, 'a number of at least 0']].forEach(([name, value, rule]) =>
      expect(() => resolveChunk('here', { [name]: value })).toThrow(refusal(`here: chunk.${name} must be ${rule}, got ${value}`))
    );
  });
});

test('a choice says the probabilities of all, and the bias that it was made with', () => {
  tf.tidy(() => {
    const logits = tf.tensor2d([[2, 1, 0]]);
    const plain = routers.selectTopK(logits, { k: 1 });
    expect('selectionBias' in plain).toBe(false);
    expectClose(plain.probs.dataSync(), tf.softmax(logits).dataSync(), 1e-6);
    const selectionBias = tf.tensor1d([0, 0, 1]);
    const biased = routers.selectTopK(logits, { k: 1, scores: 'sigmoid', selectionBias });
    expect(biased.selectionBias).toBe(selectionBias);
    const [a, b, c] = [2, 1, 0].map((x) => 1 / (1 + Math.exp(-x)));
    expectClose(biased.probs.dataSync(), [a, b, c].map((each) => each / (a + b + c)), 1e-6); // prettier-ignore
    // Chosen with the bias, weighed without.
    expect([biased.indices.dataSync()[0], biased.weights.dataSync()[0]]).toEqual([2, 0.5]);
    [0, 1.5, 4].forEach(
      (k) =>
      expect(() => routers.selectTopK(logits, { k })).toThrow(refusal(`routers.selectTopK: k must be 1..numExperts (3), got ${k}`)) // prettier-ignore
    );
  });
});
