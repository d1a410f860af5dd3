import { core, nas, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf } from '../support/networks';
import { expectNoLeak } from '../support/numeric';

const inputs = core.Random.fromSeed(9).uniform([64, 6], -1, 1) as tf.Tensor2D;
/** Two tasks of the same function, which is deep, and one that is a linear map of the same inputs. */
const targets = tf.tidy(() => {
  const normal = (seed: number, rows: number): tf.Tensor2D => core.Random.fromSeed(seed).normal([rows, 2]) as tf.Tensor2D; // prettier-ignore
  const first = tf.matMul(inputs, normal(1, 6)).relu().sub<tf.Tensor2D>(0.5);
  const shared = tf.matMul(first, normal(5, 2)).relu();
  return tf.concat([shared, shared.mul(0.8), tf.matMul(inputs, normal(2, 6))], 1);
});
const task = train.tasks.regression({ inputs, targets, batchSize: 64 });
const make = (seed = 0): nas.TaskDag => nas.taskDag({ inputWidth: 6, outputWidths: [2, 2, 2], nodes: 5, width: 8, reach: 3, seed }); // prettier-ignore
const search = { task, validation: task, steps: 20, learningRate: 0.02, architectureRate: 0.15, architectureDecay: 0, weightDecay: 0 }; // prettier-ignore
const named = (model: nas.TaskDag, of: number): Set<string> => new Set(model.edgesOf(of).map(({ from, to }) => `${from}-${to}`)); // prettier-ignore

describe('Multi-task search in a restricted graph [dag-multi-task-nas]', () => {
  test('flow by hand: ways 0-1-3 and 0-2-3; what carries little goes, and what then leads nowhere', () => {
    const graph = {
      readIn: [1, 0, 0, 0, 0],
      edges: [[0, 1, 0.9], [0, 2, 0.2], [1, 3, 0.5], [2, 3, 0.1], [0, 4, 0.9]] as const, // prettier-ignore
      readOut: [0, 0, 0, 1, 0]
    };
    // 0.45 and 0.02 of 0.47; what leads to node 4 carries nothing.
    expect(nas.reduceFlow(graph, 0.05)).toEqual({ readIn: [0], edges: [0, 2], readOut: [3] });
    expect(nas.reduceFlow(graph, 0.02)).toEqual({ readIn: [0], edges: [0, 1, 2, 3], readOut: [3] });
    // All of the flow is on no edge alone: the strongest way is left.
    expect(nas.reduceFlow(graph, 1)).toEqual({ readIn: [0], edges: [0, 2], readOut: [3] });
  });

  test('edges lead within reach, and however parts are and whatever the threshold, each task has a way, and no edge off one', () => {
    const next = core.Random.fromSeed(1).generator();
    const edges = make().edges;
    expect(edges).toHaveLength(4 + 3 + 2);
    edges.forEach(([from, to]) => expect(to - from >= 1 && to - from <= 3).toBe(true));
    for (let i = 0; i < 200; i++) {
      const threshold = next();
      const draw = (): number => next() ** 4;
      const readIn = Array.from({ length: 5 }, draw);
      const readOut = Array.from({ length: 5 }, draw);
      const left = nas.reduceFlow({ readIn, readOut, edges: edges.map(([from, to]) => [from, to, draw()] as const) }, threshold); // prettier-ignore
      const kept = left.edges.map((e) => edges[e]);
      const reached = new Set(left.readIn);
      const leading = new Set(left.readOut);
      for (let round = 0; round < 5; round++) {
        kept.forEach(([from, to]) => reached.has(from) && reached.add(to));
        kept.forEach(([from, to]) => leading.has(to) && leading.add(from));
      }
      expect(left.readIn.length * left.readOut.length).toBeGreaterThan(0);
      expect(left.readOut.every((node) => reached.has(node))).toBe(true);
      expect(left.readIn.every((node) => leading.has(node))).toBe(true);
      expect(kept.every(([from, to]) => reached.has(from) && leading.has(to))).toBe(true);
    }
  });

  test('the heavier the squeeze loss, the fewer edges stay', async () => {
    const openness: number[] = [];
    for (const squeeze of [0, 0.3, 3]) {
      const model = make();
      await nas.searchDag(model, { ...search, steps: 10, squeeze, warm: 0 });
      openness.push(tf.tidy(() => model.openness().dataSync()[0]));
      model.dispose();
    }
    expect(openness[1]).toBeLessThan(openness[0] - 0.01);
    expect(openness[2]).toBeLessThan(openness[1] - 0.02);
  });

  test('tasks that are alike share more edges', async () => {
    const model = make();
    await nas.searchDag(model, { ...search, squeeze: 0, warm: 120 });
    const parts = [0, 1, 2].map((t) => model.edgesOf(t).map(({ part }) => part));
    const apart = (a: number, b: number): number => parts[a].reduce((sum, part, e) => sum + Math.abs(part - parts[b][e]), 0); // prettier-ignore
    expect(apart(0, 1)).toBeLessThan(0.7 * apart(0, 2));
    expect(apart(0, 1)).toBeLessThan(0.7 * apart(1, 2));
    model.reduce({ threshold: 0.12 });
    const shared = (a: number, b: number): number => {
      const [one, other] = [named(model, a), named(model, b)];
      const both = [...one].filter((each) => other.has(each)).length;
      return both / (one.size + other.size - both);
    };
    expect(shared(0, 1)).toBeGreaterThan(Math.max(shared(0, 2), shared(1, 2)));
    model.dispose();
  });

  test('reduced, an output depends on what is left alone, nothing of the architecture is trained, and weights train on', async () => {
    const model = make(3);
    const left = model.reduce({ threshold: 1 });
    // Even parts: the strongest way is one node.
    left.forEach(({ readIn, edges, readOut }) => expect([readIn.length, edges.length, readOut.length]).toEqual([1, 0, 1])); // prettier-ignore
    const [node] = left[0].readIn;
    const before = outputOf(model, inputs);
    const other = model.parameters().get(`node${(node + 1) % 5}.weight`)!;
    tf.tidy(() => other.assign(tf.ones(other.shape)));
    expect(outputOf(model, inputs)).toEqual(before);
    const own = model.parameters().get(`node${node}.weight`)!;
    tf.tidy(() => own.assign(tf.ones(own.shape)));
    expect(outputOf(model, inputs)).not.toEqual(before);
    const stepper = train.stepper(model, task, { steps: 5, learningRate: 0.02, warmup: 0 });
    const losses = [1, 2, 3].map(() => stepper.step()['loss/train']);
    expect(losses[2]).toBeLessThan(losses[0]);
    expectNoLeak(() => void stepper.step());
    stepper.dispose();
    await expect(nas.searchDag(model, search)).rejects.toThrow('nas.searchDag: the model must have parameters of an architecture, got task-dag'); // prettier-ignore
    expect(() => model.reduce()).toThrow('nas.taskDag: a network is reduced once, got reduced');
    model.dispose();
    expectNoLeak(() => make().dispose());
  });

  test('what is refused', async () => {
    expect(() => nas.taskDag({ inputWidth: 2, outputWidths: [], nodes: 2 })).toThrow('nas.taskDag: tasks must be an integer of at least 1, got 0'); // prettier-ignore
    const model = make();
    await expect(nas.searchDag(model, { ...search, squeeze: -1 })).rejects.toThrow('nas.searchDag: squeeze must be a number of at least 0, got -1'); // prettier-ignore
    expect(() => model.reduce({ threshold: 2 })).toThrow('nas.taskDag: threshold must be a number 0..1, got 2');
    model.dispose();
  });
});
