import { core, graph, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { drawnGraph, passOn } from '../../../support/graphs';
import { spread } from '../../../support/gradients';
import { setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const random = core.Random.fromSeed(1);
const g = drawnGraph(8, 0.4, random);

test('each node is what the layer that it is routed to makes of it, and observers are told', () => {
  const layer = new graph.LayerMixture({
    ...{ inputWidth: 3, outputWidth: 4, random },
    experts: [graph.gcn(), graph.sage({ aggregation: 'max' })],
    router: routers.topK({ k: 1 })
  });
  // Nodes go by the sign of their first feature.
  setValue(layer, 'router.weight', () => tf.tensor2d([[40, -40], [0, 0], [0, 0]])); // prettier-ignore
  const told: core.RoutingRecord[] = [];
  tf.tidy(() => {
    const x = spread([8, 3]) as tf.Tensor2D;
    const firsts = x.arraySync().map(([first]) => first);
    const y = passOn(g, layer, x, { observers: [core.observer('routing', (each) => void told.push(each))] });
    const alone = [...layer.children].filter(([name]) => name !== 'router').map(([, expert]) => passOn(g, expert, x).arraySync() as number[][]); // prettier-ignore
    const wanted = firsts.map((first, node) => alone[first > 0 ? 0 : 1][node]);
    const gates = firsts.map((first) => 1 / (1 + Math.exp(-80 * Math.abs(first))));
    expectClose(y, wanted.flatMap((row, node) => row.map((value) => value * gates[node])), 1e-4); // prettier-ignore
    expect(new Set(firsts.map((first) => first > 0)).size).toBe(2);
    const { indices, k, experts } = told.at(-1)!;
    expect(experts).toEqual(['0 gcn', '1 sage']);
    expect(firsts.map((_, node) => indices[node * k])).toEqual(firsts.map((first) => (first > 0 ? 0 : 1)));
  });
  layer.dispose();
});

test('one expert is refused', () => {
  expect(() => new graph.LayerMixture({ inputWidth: 3, outputWidth: 4, random, experts: [graph.gcn()] })).toThrow('graph.LayerMixture: experts must be two or more, got 1'); // prettier-ignore
});
