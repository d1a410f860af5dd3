import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { compose, chains } from '../support/compositions';

const KINDS = 6;

/** A network of one facet that knows how relations compose, by hand: value 1 + r for relation r, 0 for "the same". */
function knowing(steps: number, pooling: 'min' | 'mean' = 'min'): graph.Epistemic {
  const model = new graph.Epistemic({ relations: KINDS, steps, pooling, random: core.Random.fromSeed(1) });
  const W = KINDS + 1;
  const peak = (size: number, at: number): number[] => Array.from({ length: size }, (_, k) => (k === at ? 60 : 0));
  setValue(model, 'relations', () => tf.tensor3d(Array.from({ length: KINDS }, (_, r) => [peak(W, r + 1)])));
  const pairs = Array.from({ length: W * W }, (_, at) => {
    const [i, j] = [Math.floor(at / W), at % W];
    return peak(W, i === 0 ? j : j === 0 ? i : 1 + compose(i - 1, j - 1));
  });
  setValue(model, 'compositions', () => tf.tensor3d([pairs]));
  return model;
}

describe('EpiGNN', () => {
  test('[epignn] relations compose along a path in its order, as far as there are steps', () => {
    const { g, marks, ends, answers } = chains(10, 40, 1);
    const model = knowing(10);
    tf.tidy(() => {
      const states = passOn(g, model, marks) as tf.Tensor2D;
      const found = tf.gather(states, tf.tensor1d(ends, 'int32')).argMax(1).dataSync();
      expect([...found]).toEqual([...answers].map((answer) => answer + 1));
      // One step less, and nothing is known of the end: it stays undecided among all relations.
      const ctx = core.Context.create();
      ctx.setState(core.stateKey<graph.Graph>('graph'), g);
      const before = tf.gather(model.states(marks, ctx, 9), tf.tensor1d(ends, 'int32'));
      expectClose(before, Array.from({ length: 40 }, () => [0, ...new Array<number>(6).fill(1 / 6)]).flat(), 1e-6);
      ctx.dispose();
    });
    [model, marks].forEach((each) => each.dispose());
  });

  test('[epignn] states stay distributions, and what several paths allow is what all of them do', () => {
    // Two ways from 0 to 3, of which one ends in an edge that may mean 1 or 2, and one in an edge that may mean 2 or 4.
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [0, 1], [1, 2]], edgeTypes: [0, 1, 2] }); // prettier-ignore
    const either = (model: graph.Epistemic): void => {
      const W = KINDS + 1;
      const vector = (...at: number[]): number[] => Array.from({ length: W }, (_, k) => (at.includes(k) ? 60 : 0));
      const rows = [[vector(2, 3)], [vector(3, 5)], [vector(1)], [vector(4)], [vector(5)], [vector(6)]];
      setValue(model, 'relations', () => tf.tensor3d(rows));
    };
    const [least, mean] = [knowing(2), knowing(2, 'mean')];
    [least, mean].forEach(either);
    tf.tidy(() => {
      const marks = tf.tensor2d([[1], [0], [0]]);
      const [, joined] = (passOn(g, least, marks) as tf.Tensor2D).arraySync();
      expectClose(joined, [0, 0, 0, 1, 0, 0, 0], 1e-5);
      const [, averaged] = (passOn(g, mean, marks) as tf.Tensor2D).arraySync();
      expect(averaged[3]).toBeLessThan(0.6);
    });
    const drawn = new graph.Epistemic({ relations: 3, steps: 4, facets: 2, width: 5, random: core.Random.fromSeed(4) });
    tf.tidy(() => {
      const marks = tf.tensor2d([[1], [0], [0]]);
      const states = passOn(g, drawn, marks).reshape([3, 2, 5]);
      expectClose(states.sum(2), tf.ones([3, 2]), 1e-5);
      expect(states.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
      // Nothing leads to the source: it stays "the same" in both facets.
      expectClose(states.slice([0], [1]), [1, 0, 0, 0, 0, 1, 0, 0, 0, 0], 1e-6);
    });
    [least, mean, drawn].forEach((each) => each.dispose());
  });

  test('[epignn] every parameter has a gradient, nothing is left behind, and what is refused', () => {
    const model = new graph.Epistemic({ relations: 2, steps: 2, facets: 2, width: 3, random: core.Random.fromSeed(1) });
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], edgeTypes: [0, 1] }); // prettier-ignore
    const marks = tf.tensor2d([[1], [0], [0]]);
    const weigh = (): tf.Scalar => model.scores(passOn(g, model, marks) as tf.Tensor2D).mul(spread([3, 2])).sum(); // prettier-ignore
    const { grads, value } = tf.variableGrads(() => tf.tidy(weigh));
    Object.values(grads).forEach((each) => expect(tf.tidy(() => each.abs().max().dataSync()[0])).toBeGreaterThan(1e-6));
    expect(Object.keys(grads)).toHaveLength(2);
    tf.dispose([grads, value]);
    expectNoLeak(() => passOn(g, model, marks).dispose());
    const untyped = graph.fromEdges({ numNodes: 3, edges: [[0, 1]] });
    expect(() => passOn(untyped, model, marks)).toThrow('edges must have types 0..1, got none');
    expect(() => new graph.Epistemic({ relations: 2, steps: 0, random: core.Random.fromSeed(1) })).toThrow('graph.Epistemic: steps must be an integer of at least 1, got 0'); // prettier-ignore
    [model, marks].forEach((each) => each.dispose());
  });
});
