import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { passOn } from '../support/graphs';
import { minimise } from '../support/regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const SIZE = 20;

/** A field, the 5 % of its cells that are measured, and the graph of both. */
function caseOf(seed: number, edges: graph.PropagationGraphOptions['edges'] = 'both') {
  const field = graph.generators.gridField({ size: SIZE, seed });
  const cells = [...Array(SIZE * SIZE).keys()].filter((cell) => cell !== field.transmitter);
  const measured = core.Random.fromSeed(seed).shuffle(cells).slice(0, 20);
  return { field, measured, g: graph.propagationGraph(field, { measured, edges }) };
}

/** Inverse distance weighting by squares of lengths. */
function interpolated({ field, measured }: ReturnType<typeof caseOf>): number[] {
  const apart = (a: number, b: number): number => Math.hypot(Math.floor(a / SIZE) - Math.floor(b / SIZE), (a % SIZE) - (b % SIZE)); // prettier-ignore
  return Array.from(field.strength, (_, cell) => {
    const weights = measured.map((from) => 1 / Math.max(1e-9, apart(from, cell)) ** 2);
    return measured.reduce((sum, from, i) => sum + weights[i] * field.strength[from], 0) / weights.reduce((a, b) => a + b); // prettier-ignore
  });
}

/** Root mean square error at the cells that are not measured, over several fields. */
function errorOf(
  cases: ReturnType<typeof caseOf>[],
  mapOf: (each: ReturnType<typeof caseOf>) => ArrayLike<number>
): number {
  // prettier-ignore
  const squares = cases.flatMap((each) => {
    const map = mapOf(each);
    return Array.from(each.field.strength).flatMap((value, cell) => (each.measured.includes(cell) ? [] : [(map[cell] - value) ** 2])); // prettier-ignore
  });
  return Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
}

/** Two rounds of messages of the source, the edge and its type, summed. */
function network(): core.Module {
  const random = core.Random.fromSeed(1);
  const linear = (inputWidth: number, outputWidth: number): layers.Linear => new layers.Linear({ inputWidth, outputWidth, random: random.child(`${inputWidth}, ${outputWidth}`) }); // prettier-ignore
  const modules = { first: linear(4 + 3, 16), second: linear(16, 12), update: linear(4 + 12, 16), out: linear(16, 1) };
  return graph.messagePassing({
    modules,
    aggregation: 'sum',
    message: (ends, ctx) => {
      const { edgeFeatures, edgeTypes, numEdges } = ends.graph;
      const sides = tf.concat([tf.tensor2d(edgeFeatures!.values, [numEdges, 2]), tf.tensor2d(Float32Array.from(edgeTypes!), [numEdges, 1])], 1); // prettier-ignore
      const inner = modules.first.apply(tf.concat([ends.source, sides], 1), ctx.within('first')).relu();
      return modules.second.apply(inner, ctx.within('second')).relu().div(5) as tf.Tensor2D;
    },
    update: (nodes, heard, ctx) => modules.out.apply(modules.update.apply(tf.concat([nodes, heard], 1), ctx.within('update')).relu(), ctx.within('out')) // prettier-ignore
  });
}

/** Error on three other fields of a network that was trained on four. */
function trained(edges: graph.PropagationGraphOptions['edges']): number {
  const model = network();
  const seen = [1, 2, 3, 4].map((seed) => caseOf(seed, edges));
  const all = graph.batch(seen.map(({ g }) => g));
  const features = tf.tensor2d(all.nodeFeatures!.values, [all.numNodes, 4]);
  const wanted = tf.tensor2d(seen.flatMap(({ field }) => Array.from(field.strength, (value) => [value / 50])));
  minimise(model, (ctx) => {
    ctx.setState(GRAPH, all);
    return model.apply(features, ctx).sub(wanted).square().mean();
  }, { steps: 60, learningRate: 0.02 }); // prettier-ignore
  const error = errorOf(UNSEEN.map((seed) => caseOf(seed, edges)), ({ g }) => tf.tidy(() => passOn(g, model, tf.tensor2d(g.nodeFeatures!.values, [SIZE * SIZE, 4])).mul(50).dataSync())); // prettier-ignore
  tf.dispose([features, wanted]);
  model.dispose();
  return error;
}

const UNSEEN = [101, 102, 103];

describe('radio propagation by graph networks', () => {
  test('[gnn-radio-propagation] walls on a ray, losses and edges by hand', () => {
    // A wall down the middle column of a plane of five, but for its last cell.
    const walls = Uint8Array.from({ length: 25 }, (_, cell) => Number(cell % 5 === 2 && cell < 20));
    const between = (from: number, to: number): number => graph.generators.wallsBetween({ size: 5, walls }, from, to);
    expect([between(0, 1), between(0, 4), between(4, 0), between(20, 24), between(2, 12), between(0, 24)]).toEqual([0, 1, 1, 0, 2, 1]); // prettier-ignore
    const field = graph.generators.gridField({ size: 8, walls: 3, wallLoss: 6, exponent: 2, seed: 2 });
    const at = field.transmitter;
    expect(field.walls.reduce((a, b) => a + b)).toBeGreaterThan(3);
    field.strength.forEach((value, cell) => {
      const d = Math.max(1, Math.hypot(Math.floor(cell / 8) - Math.floor(at / 8), (cell % 8) - (at % 8)));
      expect(value).toBeCloseTo(-20 * Math.log10(d) - 6 * graph.generators.wallsBetween(field, at, cell), 4);
    });
    const measured = [3, 60].filter((cell) => cell !== at);
    const [spatial, rays, both] = (['spatial', 'rays', 'both'] as const).map((edges) => graph.propagationGraph(field, { measured, edges })); // prettier-ignore
    expect([spatial.numEdges, rays.numEdges, both.numEdges]).toEqual([4 * 3 + 24 * 5 + 36 * 8, 3 * 63, 420 + 189]);
    expect([...spatial.edgeTypes!].every((type) => type === 0)).toBe(true);
    const edge = [...rays.sources.keys()].find((e) => rays.sources[e] === 3 && rays.targets[e] === 59)!;
    expect(rays.edgeFeatures!.values[2 * edge]).toBeCloseTo(7 / 8, 6);
    expect(rays.edgeFeatures!.values[2 * edge + 1]).toBeCloseTo(graph.generators.wallsBetween(field, 3, 59) / 4, 6);
    const row = (cell: number): number[] => [...rays.nodeFeatures!.values.subarray(4 * cell, 4 * cell + 4)];
    expect(row(3)[0]).toBeCloseTo(field.strength[3] / 50, 6);
    expect([row(3)[1], row(5)[0], row(5)[1], row(at)[3]]).toEqual([1, 0, 0, 1]);
    expect(() => graph.propagationGraph(field, { measured: [64] })).toThrow('graph.propagationGraph: measured must be an integer 0..63, got 64'); // prettier-ignore
    expect(() => graph.generators.gridField({ size: 1 })).toThrow('graph.generators.gridField: size must be an integer of at least 2, got 1'); // prettier-ignore
  });

  test('[gnn-radio-propagation] on fields never seen a network with rays is nearer than interpolation of the measured cells, and without rays it is not', () => {
    const [both, spatial] = [trained('both'), trained('spatial')];
    const byDistance = errorOf(UNSEEN.map((seed) => caseOf(seed)), interpolated); // prettier-ignore
    console.log(both, spatial, byDistance);
    expect(both).toBeLessThan(byDistance);
    expect(both).toBeLessThan(0.8 * spatial);
  });
});
