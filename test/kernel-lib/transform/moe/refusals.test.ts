/** @file What transformations of mixtures refuse, in which words; and what little else no other test works out. */
import { core, type layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { EXPERTS, makeLayer, tokens, WIDTH } from '../../../support/moeLayer';
import { makeNetwork } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

const random = Random.fromSeed(1);
const x = tokens([24, WIDTH]) as tf.Tensor2D;
const dense = () => makeNetwork({ width: 4, hidden: 12, bias: false }) as layers.FeedForward;
const carve = (more: object) => moe.carve(dense(), { experts: 4, k: 2, random, ...more });
const upcycle = (more: object, networks: object = dense()) => moe.upcycle(networks as layers.FeedForward, { experts: 4, router: routers.topK({ k: 2 }), random, ...more }); // prettier-ignore
const merge = (more: object) => moe.mergeExperts(makeLayer(), { groups: 2, tokens: x, ...more });
const prune = (more: object) => moe.pruneExperts(makeLayer(), { keep: 3, tokens: x, random, ...more });
const compress = (more: object, layer: object = {}) => moe.compressExperts(makeLayer(layer), { rank: 1, ...more });

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['carve', () => carve({ router: 'other' }), 'moe.carve: router must be one of linear, lookahead, analytic, got other'],
  ['carve', () => carve({ experts: 0 }), 'moe.carve: experts must be an integer of at least 1, got 0'],
  ['carve', () => carve({ shared: -1 }), 'moe.carve: shared must be an integer of at least 0, got -1'],
  ['carve', () => carve({ k: 5 }), 'moe.carve: k must be an integer 1..4, got 5'],
  ['carve', () => carve({ group: 'size' }), 'moe.carve: group must be one of split, random, activationRate, activationSparsity, got size'],
  ['carve', () => carve({ firing: 2 }), 'moe.carve: firing must be a number 0..1, got 2'],
  ['carve', () => carve({ shared: 1 }), 'moe.carve: numExperts + shared must divide the hidden width (12), got 5'],
  ['carve', () => carve({ tokens: tf.ones([2, 5]) }), 'moe.carve: expects shape [T, 4], got [2, 5]'],
  ['carve', () => carve({ group: 'activationRate' }), 'moe.carve: group "activationRate" must have tokens, got null'],
  ['carve', () => carve({ group: 'activationSparsity', tokens: tf.ones([2, 4]), domains: [0] }), 'moe.carve: group "activationSparsity" must have domains of all 2 tokens, got 1'],
  ['carve', () => carve({ group: 'activationSparsity', tokens: tf.ones([2, 4]), domains: [0, 4] }), 'moe.carve: domains must be an integer 0..3, got 4'],
  ['upcycle', () => upcycle({ experts: 0 }), 'moe.upcycle: experts must be an integer of at least 1, got 0'],
  ['upcycle', () => upcycle({ noise: -1 }), 'moe.upcycle: noise must be a number of at least 0, got -1'],
  ['upcycle', () => upcycle({ reinitialize: 2 }), 'moe.upcycle: reinitialize must be a number 0..1, got 2'],
  ['upcycle', () => upcycle({ experts: 1 }, [dense(), dense()]), 'moe.upcycle: experts must be an integer of at least 2, got 1'],
  ['mergeExperts', () => merge({ align: 'some' }), 'moe.mergeExperts: align must be one of permutation, none, got some'],
  ['mergeExperts', () => merge({ weight: 'size' }), 'moe.mergeExperts: weight must be one of frequency, uniform, got size'],
  ['mergeExperts', () => merge({ groups: 0 }), `moe.mergeExperts: groups must be an integer 1..${EXPERTS}, got 0`],
  ['mergeExperts', () => merge({ groups: [[0, 1], [2]] }), 'moe.mergeExperts: groups must hold each of 0..3 once, got [[0,1],[2]]'],
  ['mergeExperts', () => merge({ groups: [[0, 1], [2, 3], []] }), 'moe.mergeExperts: groups must hold each of 0..3 once, got [[0,1],[2,3],[]]'],
  ['mergeExperts', () => merge({ tokens: tf.ones([2, 3]) }), `moe.expertStatistics: expects shape [T, ${WIDTH}], got [2, 3]`],
  ['pruneExperts', () => prune({ keep: 0 }), 'moe.pruneExperts: keep must be an integer 1..4, got 0'],
  ['pruneExperts', () => prune({ keep: 5 }), 'moe.pruneExperts: keep must be an integer 1..4, got 5'],
  ['pruneExperts', () => prune({ importance: 'size' }), 'moe.pruneExperts: importance must be one of frequency, gateTimesNorm, random, got size'],
  ['compressExperts', () => compress({ density: 1.5 }), 'moe.compressExperts: density must be a number 0..1, got 1.5'],
  ['compressExperts', () => compress({ rank: 0 }), `moe.compressExperts: rank must be an integer 1..${WIDTH}, got 0`],
  ['compressExperts', () => compress({ rank: WIDTH + 1 }), `moe.compressExperts: rank must be an integer 1..${WIDTH}, got ${WIDTH + 1}`],
  ['averageToDense', () => moe.averageToDense(makeLayer({ sharedExperts: 1 })), 'moe.averageToDense: the layer must have no shared experts, got 1'],
  ['priorApproximateLoss', () => moe.priorApproximateLoss(makeLayer({ sharedExperts: 1 }), x, Context.create()), 'moe.priorApproximateLoss: the layer must have no shared parts, got 1']
])('%s: %#', (_name, make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
});

test('random importance is by the stream: the same keeps the same', () => {
  const kept = (seed: number) => {
    const { layer, report } = prune({ keep: 2, importance: 'random', random: Random.fromSeed(seed) });
    layer.dispose();
    return [report.kept, report.importance];
  };
  expect(kept(3)).toEqual(kept(3));
  expect(kept(4)[1]).not.toEqual(kept(3)[1]);
});

test('compressed to full rank nothing is lost; of less, what all matrices lose together', () => {
  const layer = makeLayer();
  const whole = moe.compressExperts(layer, { rank: WIDTH });
  whole.report.error.forEach((error) => expect(error).toBeLessThan(1e-9));
  tf.tidy(() => expectClose(whole.layer.apply(x, Context.create()), layer.apply(x, Context.create()), 1e-4));
  const { report, layer: low } = moe.compressExperts(layer, { rank: 1, density: 0.25 });
  const lost = tf.tidy(() => {
    const value = (module: moe.MoeLayer, path: string) => module.parameters().get(`experts.${path}`)!.read();
    return [0, 1, 2, 3].map((e) => {
      // The neurons come in another order: norms of what is left do not depend on it, nor do singular values.
      const [error, norm] = (['w1', 'w2'] as const).reduce(
        ([sum, all], name) => {
          const own = value(layer, name).slice([e], [1]).squeeze<tf.Tensor2D>([0]);
          const [u, v, s] = ['u', 'v', 's'].map((part) => value(low, `${name}.${part}`).slice([e], [1]).squeeze<tf.Tensor2D>([0])); // prettier-ignore
          const made = u.matMul<tf.Tensor2D>(v).dataSync();
          const sizes = own.square().sum().dataSync()[0];
          // |W|^2 - |made|^2 is what is lost where made is a projection of the neurons that S leaves; S is exact for its own.
          const rest = s.shape[name === 'w1' ? 1 : 0];
          const [rows, columns] = own.shape;
          const kept = Array.from(made).filter((_, i) =>
            name === 'w1' ? i % columns >= rest : Math.floor(i / columns) >= rest
          );
          const exact = tf.tensor2d(made, [rows, columns]);
          const dense = name === 'w1' ? exact.slice([0, 0], [-1, rest]).add(s) : exact.slice([0, 0], [rest, -1]).add(s); // prettier-ignore
          return [sum + sizes - kept.reduce((total, each) => total + each ** 2, 0) - dense.square().sum().dataSync()[0], all + sizes]; // prettier-ignore
        },
        [0, 0]
      );
      return error / norm;
    });
  });
  expectClose(report.error, lost, 1e-4);
  expect(Math.max(...report.error)).toBeGreaterThan(0.05);
  [layer, whole.layer, low].forEach((each) => each.dispose());
});
