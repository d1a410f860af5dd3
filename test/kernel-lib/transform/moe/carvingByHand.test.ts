/** @file How a network is carved, worked out by hand: which neurons fire, which go together, and how a part is chosen. */
import { core, layers, moe, type routers, tf } from '@switchyard/kernel-lib';
import { carvedRouter } from '@switchyard/kernel-lib/dist/transform/moe/carvedRouter.js';
import { groupByDomain } from '@switchyard/kernel-lib/dist/transform/moe/groupByDomain.js';
import { cutInOrder, groupByFiring } from '@switchyard/kernel-lib/dist/transform/moe/groupNeurons.js';
import { describe, expect, test } from 'vitest';
import { makeNetwork, setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

/** A neuron a row, a token a column. */
function patternOf(rows: readonly string[]) {
  const numTokens = rows[0].length;
  const fired = Uint8Array.from(rows.join(''), Number);
  const rate = Float32Array.from(rows, (row) => [...row].filter((one) => one === '1').length / numTokens);
  return { rate, fired, numTokens };
}

/** Tokens on which a neuron's strength is what the matrix says: each is one of the inputs. */
const oneEach = (width: number) => tf.eye(width);

// 4 and 1 fire most; of the others 0 and 5 fire early, 3 and 2 late.
const TABLE = ['111000', '110111', '000001', '000110', '111111', '001000'];
const EARLY_AND_LATE = {
  shared: [4, 1],
  routed: [
    [0, 5],
    [2, 3]
  ]
};

/** A network of one neuron for each row of a table, which fires on the tokens of {@link oneEach} where that has a 1. */
function networkOf(rows: readonly string[], { gated = false } = {}): moe.DenseNetwork {
  const sizes = { width: rows[0].length, hidden: rows.length, activation: 'relu' as const, random: Random.fromSeed(1) };
  const network = gated ? new layers.GatedFeedForward(sizes) : new layers.FeedForward(sizes);
  const fires = tf.tidy(() => tf.tensor2d(rows.map((row) => Array.from(row, Number))).transpose());
  // Of a gated network the product counts, whatever its sign.
  setValue(network, 'w1.weight', (old) => (gated ? tf.ones(old.shape) : fires.add(1)));
  if (gated) {
    setValue(network, 'w3.weight', () => fires.mul(-2).add(0.5));
  }
  fires.dispose();
  return network;
}

describe('by when they fire', () => {
  test('the busiest are shared, the others go with those that fire when they do', () => {
    const { representatives, ...groups } = groupByFiring(patternOf(TABLE), 2, 1);
    expect(groups).toEqual(EARLY_AND_LATE);
    expect(representatives).toEqual([0, 2]);
  });

  test('centres move until no neuron does, and the one nearest to the middle stands for the part', () => {
    // The first centres are 4, which fires most, and 2, which differs most from it: to those 0, 1, 4, 5 and the rest would
    // go. To the means of these, 3 is nearer to the first and 0 to the second; then nothing moves. Of 1, 3, 4, 5 the middle
    // is (1, 1/4, 1, 1, 1/4, 3/4, 1, 1/4) in all but neuron 1, and 5 has the least distance.
    const rows = ['10111001', '00100110', '11001000', '10110000', '10111111', '10110010', '00001001', '11101001'];
    const { shared, routed, representatives } = groupByFiring(patternOf(rows), 2, 0);
    expect(shared).toEqual([]);
    expect(routed).toEqual([
      [1, 3, 4, 5],
      [0, 2, 6, 7]
    ]);
    expect(representatives).toEqual([5, 7]);
  });

  test('a further centre is far from all before it', () => {
    // First 2 (always), then 3 (2 of 8). Farthest from 2 of the rest are also near 3; farthest from both is 1.
    const rows = ['11111110', '01010100', '11111111', '10000001', '01101111', '01011100', '11000110', '10101010', '00101111']; // prettier-ignore
    const { routed, representatives } = groupByFiring(patternOf(rows), 3, 0);
    expect(routed).toEqual([
      [0, 2, 4],
      [3, 7, 8],
      [1, 5, 6]
    ]);
    expect(representatives).toEqual([2, 7, 1]);
  });

  test.each([{ gated: false }, { gated: true }])('a network %o is watched on tokens', (kind) => {
    const network = networkOf(TABLE, kind);
    const tokens = oneEach(6);
    const carve = (firing?: number) => {
      const { layer, report } = moe.carve(network, {
        ...{ experts: 2, shared: 1, k: 1, group: 'activationRate', tokens, firing, random: Random.fromSeed(1) }
      });
      layer.dispose();
      return { shared: report.shared, routed: report.routed };
    };
    // Of six neurons three fire on each token.
    expect(carve(0.5)).toEqual(EARLY_AND_LATE);
    // A tenth of six, the default, is one: equals are taken in order, so that 0 and 1 fire on three each.
    expect(carve().shared).toEqual([0, 1]);
    expect(carve(0)).toEqual(carve());
    tokens.dispose();
    network.dispose();
  });

  test('a bias may be what fires', () => {
    const network = networkOf(TABLE.map((row) => row.replaceAll('1', '0')));
    setValue(network, 'w1.bias', () => tf.tensor1d([0, 0, 3, 0, 0, 3]));
    const tokens = oneEach(6);
    const { layer, report } = moe.carve(network, {
      ...{ experts: 2, shared: 1, k: 1, group: 'activationRate', firing: 1 / 3, tokens, random: Random.fromSeed(1) }
    });
    expect(report.shared).toEqual([2, 5]);
    tokens.dispose();
    [network, layer].forEach((each) => each.dispose());
  });
});

describe('by domain', () => {
  // Tokens 0 and 1 are of domain 1, the other four of domain 0.
  const domains = [1, 1, 0, 0, 0, 0];
  const rows = ['001100', '110000', '101111', '111111', '100000', '011111'];

  test('the busiest are shared; a neuron goes where it fires in a larger share of the tokens', () => {
    const { shared, routed, representatives } = groupByDomain(patternOf(rows), domains, 2, 1);
    expect(shared).toEqual([3, 2]);
    // By shares of a domain: neuron 0 (1/2, 0), 1 (0, 1), 4 (0, 1/2), 5 (1, 1/2). By numbers 5 and 0 alike; 5 stands for them.
    expect(routed).toEqual([
      [0, 5],
      [1, 4]
    ]);
    expect(representatives).toEqual([5, 1]);
  });

  test('shares, not numbers', () => {
    // Shares in domain 0 and 1: neuron 0 (1/3, 0), 1 (5/6, 1), 2 (1/2, 0), 3 (0, 1/2). By numbers neuron 1 is of domain 0, by 5 to 2.
    const pattern = patternOf(['00110000', '11111110', '00000111', '10000000']);
    const { routed, representatives } = groupByDomain(pattern, [1, 1, 0, 0, 0, 0, 0, 0], 2, 0);
    expect(routed).toEqual([
      [0, 2],
      [1, 3]
    ]);
    expect(representatives).toEqual([2, 1]);
  });

  test('a network is watched on tokens of each, three of six neurons on each token', () => {
    // By when they fire, 1 would go with 5 and 4 with 0.
    const network = networkOf(['001001', '100000', '011111', '111111', '010000', '100110']);
    const tokens = oneEach(6);
    const { layer, report } = moe.carve(network, {
      ...{ experts: 2, shared: 1, k: 1, group: 'activationSparsity', tokens, domains, firing: 0.5 },
      random: Random.fromSeed(1)
    });
    expect(report.shared).toEqual([3, 2]);
    expect(report.routed).toEqual([
      [0, 5],
      [1, 4]
    ]);
    // Of equals the first stands for the part.
    expect(report.representatives).toEqual([0, 1]);
    tokens.dispose();
    [network, layer].forEach((each) => each.dispose());
  });
});

describe('without tokens', () => {
  const carve = (options: Partial<moe.CarveOptions>, seed = 3) => {
    const network = makeNetwork({ hidden: 24 });
    const { layer, report } = moe.carve(network, { experts: 4, k: 4, random: Random.fromSeed(seed), ...options });
    [layer, network].forEach((each) => each.dispose());
    return report;
  };

  test('neighbours stay together, the first parts always on; the first neuron stands for its part', () => {
    const cut = cutInOrder([5, 4, 3, 2, 1, 0], 2, 1);
    const groups = { shared: [5, 4], routed: [[3, 2], [1, 0]], representatives: [3, 1] }; // prettier-ignore
    expect(cut).toEqual(groups);
    const { routed } = carve({});
    expect(routed[1]).toEqual([6, 7, 8, 9, 10, 11]);
    // Tokens that are given with a grouping that needs none change nothing.
    const tokens = oneEach(6);
    expect(carve({ tokens, domains: [0, 0, 0, 0, 0, 3] }).routed).toEqual(routed);
    tokens.dispose();
  });

  test('at random, as the stream says', () => {
    const [a, b, c] = [carve({ group: 'random' }), carve({ group: 'random' }), carve({ group: 'random' }, 4)];
    expect(a).toEqual(b);
    expect(c.routed).not.toEqual(a.routed);
    expect(a.routed.flat()).not.toEqual(carve({}).routed.flat());
  });
});

describe('the router of what was carved', () => {
  const KIND = { k: 2, activation: 'relu' as const, gated: true };
  const build = (scores: moe.CarvedScores, more = {}) =>
    carvedRouter({ ...KIND, scores, ...more }).build({ width: 3, numExperts: 4, random: Random.fromSeed(1) });
  const x = tf.tensor2d([[1, 2, -1]]);
  // Logits 1, 4, -4 and 0.
  const w1 = tf.tensor2d([[1, 0, 1, 0], [0, 2, -2, 0], [0, 0, 1, 0]]); // prettier-ignore

  test('a spec of its own kind, parameters by the scores, none of them decayed but the matrices', () => {
    const spec = carvedRouter({ ...KIND, scores: 'linear' });
    expect(spec).toMatchObject({ kind: 'carved', options: { ...KIND, scores: 'linear' } });
    const names = (router: routers.Router) => [...router.parameters()].map(([path, { decay }]) => `${path} ${decay}`);
    const cases = { linear: ['w1 true', 'scale false'], lookahead: ['w1 true', 'scale false'], analytic: ['w1 true', 'w3 true', 'b1 false', 'scale false'] }; // prettier-ignore
    Object.entries(cases).forEach(([scores, expected]) => {
      const router = build(scores as moe.CarvedScores);
      expect(names(router)).toEqual(expected);
      expect([router.kind, router.k, router.meanK, router.numExperts]).toEqual(['carved', 2, 2, 4]);
      expect(router.ownFlops({ length: 1 })).toBe(scores === 'analytic' ? 48 : 24);
      router.dispose();
    });
    const plain = build('analytic', { gated: false });
    expect(names(plain)).toEqual(['w1 true', 'b1 false', 'scale false']);
    plain.dispose();
  });

  test('a chosen part has 1 and its scale times its probability', () => {
    const router = build('linear');
    setValue(router, 'w1', () => w1);
    setValue(router, 'scale', () => tf.tensor1d([1, 10, 100, 1000]));
    tf.tidy(() => {
      const { indices, weights, probs } = router.route(x, Context.create()) as routers.SparseRouting;
      const exps = [1, 4, -4, 0].map(Math.exp);
      const sum = exps.reduce((a, b) => a + b);
      expect([...indices.dataSync()]).toEqual([1, 0]);
      expectClose(weights, [1 + (10 * exps[1]) / sum, 1 + exps[0] / sum], 1e-5);
      expectClose(router.apply(x, Context.create()), probs, 0);
      expectClose(probs, exps.map((each) => each / sum), 1e-6); // prettier-ignore
    });
    router.dispose();
  });

  test('by the strength of a neuron: what the gate lets through, whatever its sign', () => {
    const router = build('analytic');
    setValue(router, 'w1', () => w1);
    setValue(router, 'b1', () => tf.tensor1d([-2, 0, 5, 3]));
    setValue(router, 'w3', () => tf.tensor2d([[1, -1, 3, 0], [0, 0, 0, -1], [0, 0, 0, 0]])); // prettier-ignore
    // relu(-1), relu(4), relu(1), relu(3), times 1, -1, 3, -2.
    tf.tidy(() => expectClose(router.route(x, Context.create()).logits, [0, 4, 3, 6], 1e-6));
    router.dispose();
  });

  test('of a network with biases, the bias of the neuron too', () => {
    const network = makeNetwork({ hidden: 24 });
    const { layer, report } = moe.carve(network, { experts: 4, k: 1, router: 'analytic', random: Random.fromSeed(1) });
    const bias = network.parameters().get('w1.bias')!.variable.dataSync();
    const { variable } = layer.parameters().get('router.b1')!;
    expect([...variable.dataSync()]).toEqual(report.representatives.map((neuron) => bias[neuron]));
    [network, layer].forEach((each) => each.dispose());
  });

  test('ahead: by what the first routed layer received, others by their own', () => {
    const later = tf.tensor2d([[-1, 0, 5]]);
    const logits = (scores: moe.CarvedScores) => {
      const routersOfPass = [build(scores), build(scores)];
      routersOfPass.forEach((router) => setValue(router, 'w1', () => w1));
      const ctx = Context.create();
      const found = tf.tidy(() => routersOfPass.map((router, i) => [...router.route([x, later][i], ctx).logits.dataSync()])); // prettier-ignore
      ctx.dispose();
      routersOfPass.forEach((router) => router.dispose());
      return found;
    };
    expect(logits('lookahead')).toEqual([[1, 4, -4, 0], [1, 4, -4, 0]]); // prettier-ignore
    expect(logits('linear')).toEqual([[1, 4, -4, 0], [-1, 0, 4, 0]]); // prettier-ignore
    later.dispose();
  });
});
