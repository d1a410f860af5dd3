/** @file What upcycling reports, refuses and draws anew, value by value. */
import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork } from '../../../support/networks';

const { Random } = core;

const upcycle = (networks: moe.DenseNetwork | moe.DenseNetwork[], options: Partial<moe.UpcycleOptions> = {}) =>
  moe.upcycle(networks, { router: routers.topK({ k: 1 }), experts: 3, random: Random.fromSeed(3), ...options });

/** Values of each expert, by name; [E][...]. */
function expertsOf(layer: moe.MoeLayer): Record<string, number[][]> {
  return Object.fromEntries(
    [...layer.experts.parameters()].map(([name, { variable }]) => [
      name,
      tf.tidy(() => variable.reshape([variable.shape[0], -1]).arraySync() as number[][])
    ])
  );
}

test('what is reported: the parameters of all networks before, those of the layer after', () => {
  const networks = [makeNetwork({ seed: 1 }), makeNetwork({ seed: 2 })];
  const { layer, report } = upcycle(networks);
  expect(report).toEqual({
    ...{ transformation: 'upcycle', source: [0, 1, 0], reinitialized: 0 },
    parameters: { before: 2 * networks[0].countParameters(), after: layer.countParameters() }
  });
  [...networks, layer].forEach((each) => each.dispose());
});

test.each<[string, object, string]>([
  ['kind', { gated: true }, 'gelu [6, 24]; gated silu [6, 24]'],
  ['biases', { bias: true }, 'gelu [6, 24]; gelu [6, 24] with biases'],
  ['width', { bias: false, width: 4 }, 'gelu [6, 24]; gelu [4, 24]'],
  ['hidden width', { bias: false, hidden: 12 }, 'gelu [6, 24]; gelu [6, 12]']
])('networks that differ in %s are named both', (_name, other, got) => {
  const networks = [makeNetwork({ bias: false }), makeNetwork(other)];
  const message = `moe.upcycle: networks must be of one kind and shape, got ${got}`;
  expect(() => upcycle(networks)).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
  networks.forEach((each) => each.dispose());
});

test('the activation goes on, in plain experts as in gated ones', () => {
  for (const Kind of [layers.FeedForward, layers.GatedFeedForward]) {
    const network = new Kind({ width: 4, hidden: 8, activation: 'relu', random: Random.fromSeed(1) });
    const { layer } = upcycle(network, { experts: 1 });
    expect(layer.experts.feedForwards()!.activation).toBe('relu');
    [network, layer].forEach((each) => each.dispose());
  }
});

describe.each([{ gated: false }, { gated: true }])('network %o', (kind) => {
  const network = makeNetwork({ ...kind, width: 16, hidden: 64 });
  const names = kind.gated ? ['w1', 'w3', 'w2'] : ['w1', 'b1', 'w2'];
  const old = (name: string) => {
    const path = name.startsWith('b') ? `w${name.slice(1)}.bias` : `${name}.weight`;
    return [...network.parameters().get(path)!.variable.dataSync()];
  };
  /** The neuron that each value belongs to. */
  const neuron = (name: string, at: number) => (name === 'b1' ? at : name === 'w2' ? Math.floor(at / 16) : at % 64);

  test('a neuron is drawn anew with all that belongs to it, like the network’s own; biases of the output stay', () => {
    const { layer } = upcycle(network, { reinitialize: 0.5 });
    const experts = expertsOf(layer);
    const drawn = [0, 1, 2].map((e) => {
      const fresh = names.map((name) => {
        const before = old(name);
        return new Set(experts[name][e].flatMap((value, at) => (value === before[at] ? [] : [neuron(name, at)])));
      });
      // The same neurons in each matrix, half of them.
      fresh.forEach((each) => expect([...each].sort()).toEqual([...fresh[0]].sort()));
      expect(fresh[0].size).toBe(32);
      return [...fresh[0]].sort((a, b) => a - b);
    });
    expect(drawn[0]).not.toEqual(drawn[1]);
    for (const name of names.filter((each) => each !== 'b1')) {
      const [was, is] = [old(name), experts[name][0].filter((_, at) => drawn[0].includes(neuron(name, at)))];
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
      const deviation = (values: number[]) => Math.sqrt(mean(values.map((each) => (each - mean(values)) ** 2)));
      expect(Math.abs(deviation(is) / deviation(was) - 1)).toBeLessThan(0.15);
      expect(Math.abs(mean(is) - mean(was))).toBeLessThan(0.2 * deviation(was));
    }
    if (!kind.gated) {
      experts.b2.forEach((each) => expect(each).toEqual(old('b2')));
    }
    layer.dispose();
  });

  test('noise reaches each value; none, and nothing drawn anew, leaves all to the last bit', () => {
    const noisy = upcycle(network, { noise: 0.1, experts: 1 });
    const exact = upcycle(network, { noise: 0, reinitialize: 0, experts: 1 });
    const [moved, same] = [noisy, exact].map(({ layer }) => expertsOf(layer));
    for (const name of Object.keys(moved)) {
      expect(same[name][0]).toEqual(old(name));
      expect(moved[name][0].every((value, at) => value !== old(name)[at])).toBe(true);
    }
    [noisy.layer, exact.layer].forEach((each) => each.dispose());
  });
});

test('a gated network with biases is refused', () => {
  const network = makeNetwork({ gated: true, bias: true });
  expect(() => upcycle(network)).toThrow('moe.upcycle: a gated network must have no biases, got one with biases');
  network.dispose();
});

test('what carving reports', () => {
  const network = makeNetwork({ hidden: 24 });
  const { layer, report } = moe.carve(network, { experts: 4, k: 2, random: Random.fromSeed(1) });
  expect(report.transformation).toBe('carve');
  expect(report.parameters).toEqual({ before: network.countParameters(), after: layer.countParameters() });
  [network, layer].forEach((each) => each.dispose());
});
