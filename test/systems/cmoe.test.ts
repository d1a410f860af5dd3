import { core, graph, moe, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { makePieces } from '../support/pieces';
import { regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const HIDDEN = 64;

const squaredError = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0) / a.length;

describe('[cmoe]', () => {
  test('parts are an exact cover of equal sizes, and all together are the network', () => {
    const network = makeNetwork({ gated: true, width: WIDTH, hidden: HIDDEN });
    const tokens = makeTokens(200, WIDTH);
    const { layer, report } = moe.carve(network, {
      ...{ experts: 7, shared: 1, k: 7, group: 'activationRate', router: 'analytic', tokens },
      random: Random.fromSeed(1)
    });
    const all = [report.shared, ...report.routed];
    expect(all.map((part) => part.length)).toEqual(new Array(8).fill(HIDDEN / 8));
    expect(all.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: HIDDEN }, (_, neuron) => neuron));
    expectClose(outputOf(layer, tokens), outputOf(network, tokens), 1e-6);
    tokens.dispose();
    layer.dispose();
    network.dispose();
  });

  test('neurons that fire most are shared, and the one nearest the middle of a part stands for it, by hand', () => {
    // On which of ten tokens each of nine neurons fires; five of them on each.
    const [half, later] = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]; // prettier-ignore
    const part = (tokens: number[]): number[][] => [tokens, tokens.slice(0, 4), [tokens[0], tokens[1], tokens[4]]];
    const [shared, first, second] = [[7, 2, 5], [0, 4, 8], [1, 3, 6]]; // prettier-ignore
    const firing = new Map<number, number[]>();
    part(half).forEach((tokens, i) => firing.set(first[i], tokens));
    part(later).forEach((tokens, i) => firing.set(second[i], tokens));
    [[...half, ...later], [...half, ...later], [2, 3, 4, 7, 8, 9]].forEach((tokens, i) => firing.set(shared[i], tokens)); // prettier-ignore
    const network = makeNetwork({ width: 10, hidden: 9, bias: false });
    const rows = Array.from({ length: 10 }, (_, t) => Array.from({ length: 9 }, (_, n) => (firing.get(n)!.includes(t) ? 2 : 0.1))); // prettier-ignore
    setValue(network, 'w1.weight', () => tf.tensor2d(rows));
    const tokens = tf.eye(10);
    const { layer, report } = moe.carve(network, {
      ...{ experts: 2, shared: 1, k: 1, group: 'activationRate', router: 'analytic', tokens, firing: 5 / 9 },
      random: Random.fromSeed(1)
    });
    const sorted = (neurons: readonly number[]) => [...neurons].sort((a, b) => a - b);
    expect(sorted(report.shared)).toEqual([2, 5, 7]);
    expect(report.routed.map(sorted).sort(([a], [b]) => a - b)).toEqual([first, second]);
    // Means of the two are (1, 1, 2/3, 2/3, 2/3): the first of each is 1/3 away, the second 2/3, the third 1.
    expect(sorted(report.representatives)).toEqual([first[0], second[0]]);
    tokens.dispose();
    [layer, network].forEach((each) => each.dispose());
  });

  test('with a quarter active, grouping by activation loses less than grouping at random', () => {
    const gains = [1, 2, 3].map((seed) => {
      const task = makePieces({ width: WIDTH, clusters: 8, seed });
      const network = makeNetwork({ gated: true, width: WIDTH, hidden: HIDDEN, seed });
      regress(network, (step) => task.batch(step, 128), { steps: 120, seed });
      const [seen, unseen] = [2_000_000, 3_000_000].map((step) => task.batch(step, 400));
      const whole = outputOf(network, unseen.x);
      const error = (group: moe.NeuronGrouping) => {
        const { layer } = moe.carve(network, {
          ...{ experts: 7, shared: 1, k: 1, group, router: 'analytic', tokens: seen.x, firing: 0.2 },
          random: Random.fromSeed(seed)
        });
        const value = squaredError(outputOf(layer, unseen.x), whole);
        layer.dispose();
        return value;
      };
      const result = error('random') - error('activationRate');
      tf.dispose([seen.x, seen.y, unseen.x, unseen.y]);
      network.dispose();
      task.dispose();
      return result;
    });
    expect(Math.min(...gains)).toBeGreaterThan(0);
  });

  test('planted groups of neurons that fire together are found', () => {
    const random = Random.fromSeed(4);
    const groups = 4;
    const planted = random.shuffle(Array.from({ length: 32 }, (_, neuron) => neuron % groups));
    const network = makeNetwork({ width: WIDTH, hidden: 32, bias: false });
    const directions = random.child('directions').normal([groups, WIDTH]);
    setValue(network, 'w1.weight', (w) =>
      tf
        .gather(directions, tf.tensor1d(planted, 'int32'))
        .transpose()
        .add(random.child('noise').normal(w.shape, 0, 0.3))
    );
    const tokens = tf.tidy(
      () => tf.tile(directions, [100, 1]).add(random.child('tokens').normal([400, WIDTH], 0, 0.3)) as tf.Tensor2D
    );
    const { layer, report } = moe.carve(network, {
      ...{ experts: groups, k: 1, group: 'activationRate', tokens, firing: 1 / groups },
      random
    });
    const found = planted.map((_, neuron) => report.routed.findIndex((part) => part.includes(neuron)));
    expect(graph.metrics.adjustedRand(found, planted)).toBeGreaterThan(0.9);
    // The measure itself: another partition does not agree.
    expect(graph.metrics.adjustedRand(random.child('other').shuffle(found), planted)).toBeLessThan(0.3);
    tf.dispose([tokens, directions]);
    layer.dispose();
    network.dispose();
  });
});
