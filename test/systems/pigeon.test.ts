import { core, graph, sim, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { expectClose } from '../support/numeric';

const [N, R, F, P, H] = [12, 3, 5, 4, 2];

/** Edges of three types between nodes of two: few sources send to many, by each relation. */
function typed(edges: number, sources: number): graph.Graph {
  const next = core.Random.fromSeed(4).generator();
  const pick = (count: number): number => Math.floor(next() * count);
  const all = Array.from({ length: edges }, () => [pick(sources), pick(N), pick(R)] as const);
  return graph.fromEdges({
    numNodes: N,
    edges: all.map(([u, v]) => [u, v] as const),
    edgeTypes: all.map(([, , type]) => type),
    nodeTypes: Array.from({ length: N }, (_, node) => node % 2)
  });
}

const PLANS = (['compact', 'edges'] as const).flatMap((layout) => [true, false].map((fuse) => ({ layout, fuse })));
const layerOf = (plan: { layout: 'compact' | 'edges'; fuse: boolean }, outputWidth = P, inputWidth = F): core.Module =>
  graph.relationalAttention({ relations: R, heads: H, nodeKinds: 2, ...plan }).build({ inputWidth, outputWidth, random: core.Random.fromSeed(5) }); // prettier-ignore

/** The layer edge by edge, a matrix product for each. */
function naive(g: graph.Graph, layer: core.Module, x: tf.Tensor): tf.Tensor {
  const read = (name: string): tf.Tensor => layer.parameters().get(name)!.read();
  const at = (name: string, i: number): tf.Tensor =>
    read(name)
      .gather(tf.tensor1d([i], 'int32'))
      .squeeze([0]);
  const row = (node: number): tf.Tensor2D => x.slice([node, 0], [1, -1]) as tf.Tensor2D;
  const heads = (y: tf.Tensor): tf.Tensor => y.reshape([H, P / H]);
  const nodes = Array.from({ length: N }, (_, v) => {
    const edges = Array.from(g.sources.keys()).filter((edge) => g.targets[edge] === v);
    const own = tf.matMul(row(v), at('own', g.nodeTypes![v]) as tf.Tensor2D).add(read('bias'));
    if (edges.length === 0) {
      return own;
    }
    const messages = edges.map((edge) => heads(tf.matMul(row(g.sources[edge]), at('weight', g.edgeTypes![edge]) as tf.Tensor2D))); // prettier-ignore
    const scores = edges.map((edge, i) => {
      const type = g.edgeTypes![edge];
      const target = heads(tf.matMul(row(v), at('weight', type) as tf.Tensor2D));
      return messages[i].mul(heads(at('attendSource', type))).sum(1).add(target.mul(heads(at('attendTarget', type))).sum(1)).leakyRelu(0.2); // prettier-ignore
    });
    const shares = tf.softmax(tf.stack(scores).transpose()).transpose();
    return own.add(tf.stack(messages).mul(shares.expandDims(2)).sum(0).reshape([1, P]));
  });
  return tf.concat(nodes);
}

describe('PIGEON', () => {
  const g = typed(40, 4);

  test('[pigeon] compact or by edges, fused or not: all four plans are the layer edge by edge, with its gradients', () => {
    const x = spread([N, F]);
    const all = PLANS.map((plan) => {
      const layer = layerOf(plan);
      const found = tf.tidy(() => {
        expectClose(passOn(g, layer, x), naive(g, layer, x), 1e-5);
        const weigh = (y: tf.Tensor): tf.Scalar => y.mul(spread([N, P])).sum();
        const gradientsOf = (f: () => tf.Tensor): number[][] => {
          const { grads } = tf.variableGrads(() => weigh(f()));
          return [...layer.parameters().values()].map(({ variable }) => [...grads[variable.name].dataSync()]);
        };
        const [planned, wanted] = [() => passOn(g, layer, x), () => naive(g, layer, x)].map(gradientsOf);
        planned.forEach((each, i) => expectClose(each, wanted[i], 1e-4));
        return [...passOn(g, layer, x).dataSync()];
      });
      layer.dispose();
      return found;
    });
    all.forEach((each) => expectClose(each, all[0], 1e-6));
    x.dispose();
  });

  test('[pigeon] compact rows are the pairs of a node and a relation that edges have, once each; what is counted', () => {
    const pairs = (ends: Int32Array): number => new Set(Array.from(ends, (node, edge) => `${node} ${g.edgeTypes![edge]}`)).size; // prettier-ignore
    const [source, target] = [pairs(g.sources), pairs(g.targets)];
    expect([source < 13, target < 40]).toEqual([true, true]);
    const plan = (of: Partial<sim.RelationalPlanOptions>) => sim.relationalPlan(g, { relations: R, inputWidth: F, outputWidth: P, heads: H, ...of }); // prettier-ignore
    // Of sources a product to 4 + 2, of targets one to 2, and W a for both ends.
    expect(plan({})).toEqual({ rows: { source, target }, flops: 2 * 5 * (6 * source + 2 * target) + 4 * 3 * 5 * 4, bytes: 4 * (5 * (source + target) + 4 * source + 2 * (source + target) + 3 * 5 * 18) }); // prettier-ignore
    expect(plan({ layout: 'edges', fuse: false })).toEqual({ rows: { source: 40, target: 40 }, flops: 80 * (2 * 5 * 4 + 8), bytes: 4 * 80 * (10 + 12 + 2) }); // prettier-ignore
    expect(() => plan({ relations: 2 })).toThrow('sim.relationalPlan: types of edges must be 0..1, got 2');
    expect(() => plan({ heads: 0 })).toThrow('sim.relationalPlan: heads must be an integer of at least 1, got 0');
    expect(() => plan({ layout: 'rows' as never })).toThrow('sim.relationalPlan: layout must be one of compact, edges, got rows'); // prettier-ignore
    const layer = layerOf(PLANS[0]);
    tf.tidy(() => {
      const bare = graph.generators.ring({ nodes: 3 });
      expect(() => passOn(bare, layer, tf.ones([3, F]))).toThrow('graph.RelationalAttention: edges must have types (edgeTypes), got none'); // prettier-ignore
    });
    layer.dispose();
  });

  test('[pigeon] plans stand in the order of the bytes that a pass takes at most, as they are measured', async () => {
    const many = typed(3000, 6);
    const [inputWidth, outputWidth] = [32, 64];
    const x = spread([N, inputWidth]);
    const both: Record<'counted' | 'measured', number>[] = [];
    for (const plan of PLANS) {
      const layer = layerOf(plan, outputWidth, inputWidth);
      passOn(many, layer, x).dispose();
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() => passOn(many, layer, x));
      both.push({ counted: sim.relationalPlan(many, { relations: R, inputWidth, outputWidth, heads: H, ...plan }).bytes, measured: peakBytes - before }); // prettier-ignore
      layer.dispose();
    }
    x.dispose();
    const order = (by: 'counted' | 'measured'): number[] => [0, 1, 2, 3].sort((a, b) => both[a][by] - both[b][by]);
    expect(order('measured')).toEqual(order('counted'));
    // Of few rows it does not pay to multiply maps by vectors first; of a row an edge it does.
    expect(order('counted')).toEqual([1, 0, 2, 3]);
    expect(both[3].measured).toBeGreaterThan(3 * both[0].measured);
  });
});
