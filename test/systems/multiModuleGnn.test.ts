import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(3);
const g = drawnGraph(12, 0.3, random);

describe('[multi-module-gnn] several update modules', () => {
  test('[multi-module-gnn] one module is a graph isomorphism network', () => {
    const layer = new graph.MultiModule({ inputWidth: 3, outputWidth: 4, modules: 1, hidden: 5, random });
    const gin = new graph.GIN({ inputWidth: 3, outputWidth: 4, hidden: 5, random });
    for (const name of ['first.weight', 'first.bias', 'second.weight', 'second.bias']) {
      setValue(gin, name, () => layer.parameters().get(`0.${name}`)!.read().clone());
    }
    tf.tidy(() => expectClose(passOn(g, layer, spread([12, 3])), passOn(g, gin, spread([12, 3])), 1e-6));
    [layer, gin].forEach((each) => each.dispose());
  });

  test('[multi-module-gnn] the gate is a softmax of the logarithm of the degree, by hand, and what it gives is the mixture of the modules alone', () => {
    const layer = new graph.MultiModule({ inputWidth: 3, outputWidth: 4, modules: 2, random });
    setValue(layer, 'slope', () => tf.tensor1d([0, 2]));
    setValue(layer, 'offset', () => tf.tensor1d([2, 0]));
    const routings: core.RoutingRecord[] = [];
    const degrees = graph.degrees(g);
    const share = [...degrees].map((degree) => 1 / (1 + Math.exp(2 - 2 * Math.log1p(degree))));
    tf.tidy(() => {
      const x = spread([12, 3]);
      const alone = [0, 1].map((k) => {
        const one = new graph.MultiModule({ inputWidth: 3, outputWidth: 4, modules: 1, random });
        ['first.weight', 'first.bias', 'second.weight', 'second.bias'].forEach((name) => setValue(one, `0.${name}`, () => layer.parameters().get(`${k}.${name}`)!.read().clone())); // prettier-ignore
        const y = passOn(g, one, x);
        one.dispose();
        return y;
      });
      const second = tf.tensor2d(share.map((value) => [value]));
      const observers = [core.observer('routing', (each) => void routings.push(each))];
      const wanted = alone[0].mul(tf.sub(1, second)).add(alone[1].mul(second));
      expectClose(passOn(g, layer, x, { observers }), wanted, 1e-5);
    });
    expect(routings[0].importance[1]).toBeCloseTo(share.reduce((a, b) => a + b, 0), 4); // prettier-ignore
    layer.dispose();
  });

  test('[multi-module-gnn] nodes of few and of many neighbours get other functions of one width, which one module of two maps does not have', () => {
    // Below a degree of 6 a node says the sum, above it the sum less 8: not monotonous in what a node aggregates where all hold 1.
    const layer = new graph.MultiModule({ inputWidth: 1, outputWidth: 1, hidden: 1, modules: 2, random });
    const set = (name: string, values: number[], shape: number[]): void => setValue(layer, name, () => tf.tensor(values, shape)); // prettier-ignore
    [0, 1].forEach((k) => {
      set(`${k}.first.weight`, [1], [1, 1]);
      set(`${k}.first.bias`, [0], [1]);
      set(`${k}.second.weight`, [1], [1, 1]);
      set(`${k}.second.bias`, [k === 0 ? 0 : -8], [1]);
    });
    set('slope', [0, 200], [2]);
    set('offset', [200 * Math.log(7), 0], [2]);
    const said = [3, 5, 7, 12].map((leaves) => tf.tidy(() => passOn(graph.generators.star({ leaves }), layer, tf.ones([leaves + 1, 1])).dataSync()[0])); // prettier-ignore
    expectClose(said, [4, 6, 0, 5], 1e-5);
    layer.dispose();
  });
});
