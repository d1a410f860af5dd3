import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { dense, drawnGraph, passOn } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(3);
const g = drawnGraph(16, 0.3, random);
const looped = graph.withLoops(g);
const layerOf = (options: graph.AdaptiveDepthSpecOptions = {}): graph.AdaptiveDepth =>
  new graph.AdaptiveDepth({ inputWidth: 4, outputWidth: 4, random, ...options });

/** How far neighbours differ, over the size of what nodes hold: 0 where all is smoothed away. */
const rough = (y: tf.Tensor): number =>
  tf.tidy(() => graph.probes.dirichletEnergy(g, y as tf.Tensor2D) / y.square().sum().dataSync()[0]);

describe('[dgmlp] depth of propagation and of transformation', () => {
  test('[dgmlp] steps are mixed by each node, then maps with a way past them, by hand', () => {
    const layer = layerOf({ propagation: 3, transformation: 2 });
    const routings: core.RoutingRecord[] = [];
    tf.tidy(() => {
      const x = spread([16, 4]) as tf.Tensor2D;
      const read = (name: string): tf.Tensor2D => layer.parameters().get(name)!.read() as tf.Tensor2D;
      const A = tf.tensor2d(dense(looped, graph.symmetricWeights(looped))) as tf.Tensor;
      const steps = [x.matMul(read('map.weight')).add<tf.Tensor2D>(read('map.bias'))];
      [0, 1, 2].forEach((k) => steps.push(tf.matMul(A as tf.Tensor2D, steps[k])));
      const shares = tf.softmax(
        tf.concat(
          steps.map((each) => each.matMul<tf.Tensor2D>(read('score')).tanh()),
          1
        ) as tf.Tensor2D
      );
      let wanted = tf.addN(steps.map((each, k) => each.mul<tf.Tensor2D>(shares.slice([0, k], [16, 1]))));
      [0, 1].forEach((i) => (wanted = wanted.add(wanted.matMul(read(`${i}.weight`)).add(read(`${i}.bias`)).relu()))); // prettier-ignore
      const observers = [core.observer('routing', (each) => void routings.push(each))];
      expectClose(passOn(g, layer, x, { observers }), wanted, 1e-5);
    });
    expect(routings[0].experts).toEqual(['step 0', 'step 1', 'step 2', 'step 3']);
    layer.dispose();
  });

  test('[dgmlp] more steps smooth more, alone; nodes that may choose keep what they held', () => {
    const A = tf.tidy(() => tf.tensor2d(dense(looped, graph.symmetricWeights(looped)))) as tf.Tensor2D;
    const smoothed = (steps: number): number => tf.tidy(() => {
      let y = spread([16, 4]) as tf.Tensor2D;
      for (let k = 0; k < steps; k++) {
        y = tf.matMul(A, y);
      }
      return rough(y);
    }); // prettier-ignore
    const levels = [0, 1, 2, 4, 16].map(smoothed);
    levels.slice(1).forEach((level, i) => expect(level).toBeLessThan(levels[i]));
    const layer = layerOf({ propagation: 64, transformation: 0 });
    setValue(layer, 'map.weight', () => tf.eye(4));
    const chosen = tf.tidy(() => rough(passOn(g, layer, spread([16, 4]))));
    expect(chosen).toBeGreaterThan(5 * smoothed(64));
    A.dispose();
    layer.dispose();
  });

  test('[dgmlp] 24 maps with ways past them let a gradient through to the first, without them next to nothing comes', () => {
    const reach = (residual: boolean): number => {
      const layer = layerOf({ propagation: 2, transformation: 24, residual });
      // Maps that halve, so that the ways past them grow what goes through by less.
      for (let i = 0; i < 24; i++) {
        setValue(layer, `${i}.weight`, (old) => old.mul(0.5));
      }
      const size = tf.tidy(() => tf.grad((x: tf.Tensor) => passOn(g, layer, x).sum())(spread([16, 4])).abs().max().dataSync()[0]); // prettier-ignore
      layer.dispose();
      return size;
    };
    expect(reach(true)).toBeGreaterThan(1e-2);
    expect(reach(false)).toBeLessThan(1e-8);
  });
});
