/** @file What users of other libraries for graphs ran into, a test each: pyg is PyTorch Geometric, dgl the Deep Graph Library. */
import { execFileSync } from 'node:child_process';
import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { passOn } from '../../../support/graphs';
import { expectClose } from '../../../support/numeric';
import { INPUTS, MEMBERS, OUTPUTS } from './members';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

const random = core.Random.fromSeed(1);
afterEach(() => useCustomOps(true));

const KINDS = MEMBERS.map((each) => [`${each.name} ${JSON.stringify(each.spec.options)}`, each.spec] as const);
const built = (spec: graph.GraphLayerSpec): graph.GraphLayer => spec.build({ inputWidth: INPUTS, outputWidth: OUTPUTS, random }); // prettier-ignore
const withParts = (numNodes: number, edges: [number, number][], weights?: number[]): graph.Graph =>
  graph.fromEdges({
    ...{ numNodes, edges, weights, edgeTypes: edges.map(() => 0) },
    edgeFeatures: { values: spread([edges.length, 3]).dataSync(), width: 3 }
  });
const finite = (y: tf.Tensor): boolean => y.dataSync().every(Number.isFinite);

describe('no edges, and one node', () => {
  test.each(KINDS)('no NaN, forward and in gradients (pyg#1129, dgl#1598, #1504, #2777): %s', (_, spec) => {
    const layer = built(spec);
    for (const custom of [true, false]) {
      useCustomOps(custom);
      tf.tidy(() => {
        for (const g of [withParts(1, []), withParts(5, []), withParts(1, [[0, 0]])]) {
          const x = spread([g.numNodes, INPUTS]);
          expect(finite(passOn(g, layer, x))).toBe(true);
          expect(finite(tf.grad((x) => passOn(g, layer, x).square().sum())(x))).toBe(true);
          const { grads } = tf.variableGrads(() => passOn(g, layer, x).square().sum());
          Object.values(grads).forEach((each) => expect(finite(each)).toBe(true));
        }
      });
    }
    layer.dispose();
  });
});

describe('softmax of edges', () => {
  const two = graph.fromEdges({ numNodes: 3, edges: [[0, 2], [1, 2]] }); // prettier-ignore

  test.each([true, false])('of 1000 and 1000 is a half each (pyg#53); custom ops %s', (custom) => {
    useCustomOps(custom);
    expect(tf.tidy(() => graph.edgeSoftmax(tf.tensor1d([1000, 1000]), two).arraySync())).toEqual([0.5, 0.5]);
  });

  test.each([true, false])('is among edges of one target, not of one source (pyg#224); custom ops %s', (custom) => {
    useCustomOps(custom);
    const fan = graph.fromEdges({ numNodes: 4, edges: [[0, 2], [1, 2], [0, 3]] }); // prettier-ignore
    const shares = tf.tidy(() => graph.edgeSoftmax(tf.tensor1d([1, 2, 3]), fan).arraySync());
    expect(shares[0] + shares[1]).toBeCloseTo(1, 6);
    expect(shares[2]).toBeCloseTo(1, 6);
  });

  test.each([true, false])(
    'of edges that are all masked is 0, with a gradient of 0 (deepmd-kit#5715); custom ops %s',
    (custom) => {
      useCustomOps(custom);
      tf.tidy(() => {
        const masked = tf.tensor1d([-Infinity, -Infinity]);
        expect(graph.edgeSoftmax(masked, two).arraySync()).toEqual([0, 0]);
        expect(
          tf
            .grad((x) => graph.edgeSoftmax(x as tf.Tensor1D, two).mul([1, 2]))(masked)
            .arraySync()
        ).toEqual([0, 0]);
      });
    }
  );
});

describe('the greatest of neighbours, and ids out of range', () => {
  test.each([true, false])('ties share the gradient equally (pytorch_scatter#399); custom ops %s', (custom) => {
    useCustomOps(custom);
    const g = graph.fromEdges({ numNodes: 4, edges: [[0, 3], [1, 3], [2, 3]] }); // prettier-ignore
    const dx = tf.tidy(() => tf.grad((x) => graph.neighbourMax(x as tf.Tensor2D, g))(tf.tensor2d([[2], [1], [2], [0]])).arraySync()); // prettier-ignore
    expect(dx).toEqual([[0.5], [0], [0.5], [0]]);
  });

  test('an id out of range is an error of the graph (jax#8634, #7538, tensorflow#52063, #120245, tfjs#8174)', () => {
    for (const edge of [[0, 3], [-1, 0], [0, NaN]] as [number, number][]) {
      expect(() => graph.fromEdges({ numNodes: 3, edges: [edge] })).toThrow('graph.fromEdges: edge 0 must be of nodes 0..2'); // prettier-ignore
    } // prettier-ignore
  });

  test.skipIf(!CUSTOM_OPS)('and of the op', ofCustomOps, () => {
    const inputs = [tf.ones([3, 2]), tf.zeros([0, 0]), tf.tensor1d([0, 1], 'int32'), tf.tensor1d([3], 'int32'), tf.tensor1d([], 'int32')]; // prettier-ignore
    expect(() => executeSingle('SwitchyardGraphSum', {}, inputs)).toThrow('neighbours must be 0..2, got 3');
    tf.dispose(inputs);
  });

  test('one thread and two, and two runs, give the same bytes (pyg#446, #859)', () => {
    const program = `
      const { core, graph, models, tf } = require('@switchyard/kernel-lib');
      const next = core.Random.fromSeed(3).generator();
      const node = () => Math.floor(next() ** 2 * 2000);
      const g = graph.fromEdges({ numNodes: 2000, edges: Array.from({ length: 30000 }, () => [node(), node()]) });
      const x = core.Random.fromSeed(4).normal([2000, 24]);
      const hash = require('crypto').createHash('sha256');
      for (const layer of [graph.gat({ heads: 2 }), graph.sage({ aggregation: 'max' }), graph.gcn()]) {
        const model = new graph.OnGraph(g, models.graphNetwork({ inputWidth: 24, hidden: 8, outputWidth: 4, layers: 2, layer }));
        const { value, grads } = tf.variableGrads(() => model.apply(x, core.Context.create()).square().sum());
        [value, ...Object.keys(grads).sort().map((key) => grads[key])].forEach((each) => hash.update(new Uint8Array(each.dataSync().buffer)));
      }
      process.stdout.write(hash.digest('hex'));`;
    const run = (threads: number): string =>
      execFileSync(process.execPath, ['-e', program], {
        ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: __dirname },
        env: { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: '1' }
      });
    const one = run(1);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect([run(2), run(2)]).toEqual([one, one]);
  }, 60_000);
});

describe('weights, loops and directions', () => {
  test.each(
    [
      graph.gcn(),
      graph.gcn({ loops: false }),
      graph.chebyshev({ order: 2 }),
      graph.appnp(),
      graph.adaptiveChannels()
    ].map((spec) => [JSON.stringify(spec), spec] as const)
  )('negative weights give no NaN (pyg#795): %s', (_, spec) => {
    const layer = built(spec);
    tf.tidy(() => {
      // In-degrees of -1, 0 and less than -1.
      const g = withParts(3, [[0, 1], [1, 2], [0, 2], [2, 0]], [-1, 2, -2, -3]); // prettier-ignore
      const x = spread([3, INPUTS]);
      expect(finite(passOn(g, layer, x))).toBe(true);
      expect(finite(tf.grad((x) => passOn(g, layer, x))(x))).toBe(true);
    });
    layer.dispose();
  });

  test('loops are added once, and those there keep their weight (pyg#129, #2288, dgl#482)', () => {
    const g = withParts(3, [[0, 0], [0, 1]], [5, 2]); // prettier-ignore
    const once = graph.withLoops(g);
    expect([...once.sources]).toEqual([0, 0, 1, 2]);
    expect([...once.weights!]).toEqual([5, 2, 1, 1]);
    expect([...once.edgeFeatures!.values.slice(6)]).toEqual([0, 0, 0, 0, 0, 0]);
    const twice = graph.withLoops(once);
    expect([...twice.weights!]).toEqual([...once.weights!]);
    expect(graph.withoutLoops(twice).numEdges).toBe(1);
    // A layer that adds loops itself gives the same of both.
    [graph.gcn(), graph.gat(), graph.gatv2()].forEach((spec) => {
      const layer = built(spec);
      tf.tidy(() => {
        const x = spread([3, INPUTS]);
        expectClose(passOn(once, layer, x), passOn(g, layer, x), 0);
      });
      layer.dispose();
    });
  });

  test('a graph convolution by hand: degrees count loops and weights, of those that enter', () => {
    const layer = new graph.GCN({ inputWidth: 1, outputWidth: 1, bias: false, random });
    tf.tidy(() => {
      layer
        .parameters()
        .get('map.weight')!
        .variable.assign(tf.ones([1, 1]));
      // In-degrees 1 (its loop), 1 + 4, so 1 hears 0 by 4 / sqrt(5), and itself by 1 / 5.
      const g = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], weights: [4] });
      expectClose(passOn(g, layer, tf.tensor2d([[3], [10]])), [3, 12 / Math.sqrt(5) + 2], 1e-6);
    });
    layer.dispose();
  });

  test.each(KINDS)(
    'an edge 0 -> 1 is heard at 1 and not at 0, but by layers that hear both ways (pyg#7960, tgm#418): %s',
    (_, spec) => {
      const layer = built(spec);
      tf.tidy(() => {
        const g = withParts(2, [[0, 1]]);
        const x = spread([2, INPUTS]);
        const of0 = tf
          .grad((x) => passOn(g, layer, x).slice([0, 0], [1, -1]).sum())(x)
          .arraySync() as number[][];
        const both = MEMBERS.some(({ spec: { kind }, bothWays = false }) => kind === spec.kind && bothWays);
        expect(of0[1].every((value) => value === 0)).toBe(!both);
      });
      layer.dispose();
    }
  );
});

describe('batches', () => {
  const [a, b, none] = [withParts(2, [[0, 1]]), withParts(3, [[2, 0], [1, 1]]), withParts(0, [])]; // prettier-ignore

  test('an empty graph counts, at the end as well (pyg#2895, #6737)', () => {
    const all = graph.batch([a, none, b, none]);
    expect([all.numGraphs, all.numNodes, all.numEdges]).toEqual([4, 5, 3]);
    const read = (how: 'sum' | 'mean' | 'max'): number[][] => tf.tidy(() => graph.readout(tf.tensor2d([[1], [3], [-5], [-1], [-3]]), all, how).arraySync()); // prettier-ignore
    expect(read('sum')).toEqual([[4], [0], [-9], [0]]);
    expect(read('mean')).toEqual([[2], [0], [-3], [0]]);
    expect(read('max')).toEqual([[3], [0], [-1], [0]]);
    const model = models.graphNetwork({ inputWidth: 1, hidden: 2, outputWidth: 3, layers: 1, layer: graph.gcn(), readout: 'mean' }); // prettier-ignore
    expect(tf.tidy(() => passOn(all, model, tf.ones([5, 1])).shape)).toEqual([4, 3]);
    model.dispose();
  });

  test('nodes are numbered on, and nothing else is (deepchem#3291, pyg#6135)', () => {
    const typed = (g: graph.Graph): graph.Graph =>
      graph.fromEdges({ ...g.directedOptions, nodeTypes: Array.from({ length: g.numNodes }, (_, i) => i), nodeFeatures: Array.from({ length: g.numNodes }, (_, i) => [i]) }); // prettier-ignore
    const all = graph.batch([typed(a), typed(b)]);
    expect([[...all.sources], [...all.targets]]).toEqual([[0, 4, 3], [1, 2, 3]]); // prettier-ignore
    expect([...all.graphOf!]).toEqual([0, 0, 1, 1, 1]);
    expect([[...all.nodeTypes!], [...all.nodeFeatures!.values], [...all.edgeTypes!]]).toEqual([[0, 1, 0, 1, 2], [0, 1, 0, 1, 2], [0, 0, 0]]); // prettier-ignore
    expect([...all.edgeFeatures!.values]).toEqual([...a.edgeFeatures!.values, ...b.edgeFeatures!.values]);
  });

  test('an isolated node at the end stays (pyg#5846), in sub-graphs and merged edges too', () => {
    const g = withParts(4, [[0, 1], [0, 1], [1, 2]], [1, 2, 3]); // prettier-ignore
    expect(graph.subgraph(g, [1, 2, 3]).numNodes).toBe(3);
    expect([[...graph.subgraph(g, [2, 1]).sources], [...graph.subgraph(g, [2, 1]).weights!]]).toEqual([[1], [3]]);
    const merged = graph.coalesce(g);
    expect([merged.numNodes, [...merged.sources], [...merged.weights!]]).toEqual([4, [0, 1], [3, 3]]);
    expect([...graph.coalesce(g, 'max').weights!]).toEqual([2, 3]);
    expect([...graph.coalesce(g, 'mean').weights!]).toEqual([1.5, 3]);
    // Without weights each counts once.
    const plain = graph.fromEdges({ numNodes: 2, edges: [[0, 1], [0, 1]] }); // prettier-ignore
    expect([...graph.coalesce(plain).weights!]).toEqual([2]);
  });

  test('each graph of a batch is as it is alone', () => {
    const spec = graph.gat({ heads: 2 });
    const layer = built(spec);
    tf.tidy(() => {
      const x = spread([5, INPUTS]);
      const all = passOn(graph.batch([a, b]), layer, x);
      const alone = [passOn(a, layer, x.slice([0, 0], [2, -1])), passOn(b, layer, x.slice([2, 0], [3, -1]))];
      expectClose(all, tf.concat(alone, 0), 1e-6);
    });
    layer.dispose();
  });

  test('what is refused', () => {
    expect(() => graph.batch([])).toThrow('graph.batch: there must be a graph, got none');
    const plain = graph.fromEdges({ numNodes: 1, edges: [[0, 0]] });
    expect(() => graph.batch([a, plain])).toThrow(
      'graph.batch: edgeTypes must be of all graphs or of none, got 1 of 2'
    );
    const wide = (width: number): graph.Graph => graph.fromEdges({ numNodes: 1, edges: [], nodeFeatures: [new Array<number>(width).fill(0)] }); // prettier-ignore
    expect(() => graph.batch([wide(2), wide(3)])).toThrow('graph.batch: nodeFeatures must be of one width (2), got 3');
    expect(() => graph.subgraph(a, [2])).toThrow('graph.subgraph: nodes must be an integer 0..1, got 2');
    expect(() => graph.subgraph(a, [1, 1])).toThrow('graph.subgraph: nodes must be named once, got 1');
    expect(() => graph.coalesce(a, 'min' as never)).toThrow('graph.coalesce: merge must be one of sum, mean, max, got min'); // prettier-ignore
    expect(() => graph.degrees(a, { direction: 'both' as never })).toThrow('graph.degrees: direction must be one of in, out, got both'); // prettier-ignore
    expect(() => graph.shells(a, 0)).toThrow('graph.shells: distance must be an integer of at least 1, got 0');
  });
});
