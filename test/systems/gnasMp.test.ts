import { graph, nas, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { makeNetwork, options, ring, threeAway } from '../support/threeAway';

describe('Graph architecture search from message passing [gnas-mp]', () => {
  test('where labels come from three nodes away, messages are found to go three ways, and what is left explains what the whole did', async () => {
    const { task, explained, dispose } = threeAway(3);
    const network = makeNetwork(3);
    const model = new graph.OnGraph(ring, network);
    await nas.darts(model, { ...options, task, validation: task, order: 'first', architectureRate: 0.1, architectureDecay: 0, seed: 3 }); // prettier-ignore
    expect(network.depth).toBe(3);
    const before = explained(model);
    nas.settle(model);
    expect(explained(model)).toBeGreaterThan(before - 0.02);
    expect(explained(model)).toBeGreaterThan(0.95);
    dispose();
    model.dispose();
  });

  test('the depth is how many levels aggregate', () => {
    const network = nas.messageNetwork({ inputWidth: 2, outputWidth: 1, levels: 4 });
    expect([...network.parameters().keys()].filter((path) => path.endsWith('alpha'))).toHaveLength(4);
    const all = ['skip', 'filter', 'sum', 'mean', 'max'];
    ['skip', 'max', 'filter', 'sum'].forEach((name, level) => setValue(network, `levels.${level}.alpha`, () => tf.tensor1d(all.map((each) => (each === name ? 1 : 0))))); // prettier-ignore
    expect(network.chosen).toEqual(['skip', 'max', 'filter', 'sum']);
    expect(network.depth).toBe(2);
    network.dispose();
  });

  test('what is refused', () => {
    expect(() => nas.messageNetwork({ inputWidth: 2, outputWidth: 1, levels: 0 })).toThrow('nas.messageNetwork: levels must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => nas.messageNetwork({ inputWidth: 2, outputWidth: 1, levels: 1, operations: ['sum'] })).toThrow('nas.messageNetwork: there must be two operations or more, got ["sum"]'); // prettier-ignore
  });
});
