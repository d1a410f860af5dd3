import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { passOn } from './graphs';
import { minimise } from './regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
/** Cells of a side. */
export const SIZE = 20;

/** A field, the 5 % of its cells that are measured, and the graph of both. */
export function caseOf(seed: number, edges: graph.PropagationGraphOptions['edges'] = 'both') {
  const field = graph.generators.gridField({ size: SIZE, seed });
  const cells = [...Array(SIZE * SIZE).keys()].filter((cell) => cell !== field.transmitter);
  const measured = core.Random.fromSeed(seed).shuffle(cells).slice(0, 20);
  return { field, measured, g: graph.propagationGraph(field, { measured, edges }) };
}

/** Inverse distance weighting by squares of lengths. */
export function interpolated({ field, measured }: ReturnType<typeof caseOf>): number[] {
  const apart = (a: number, b: number): number => Math.hypot(Math.floor(a / SIZE) - Math.floor(b / SIZE), (a % SIZE) - (b % SIZE)); // prettier-ignore
  return Array.from(field.strength, (_, cell) => {
    const weights = measured.map((from) => 1 / Math.max(1e-9, apart(from, cell)) ** 2);
    return measured.reduce((sum, from, i) => sum + weights[i] * field.strength[from], 0) / weights.reduce((a, b) => a + b); // prettier-ignore
  });
}

/** Root mean square error at the cells that are not measured, over several fields. */
export function errorOf(
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

/** Messages of the source, the edge and its type, summed. */
export function coverageNetwork(seed: number): core.Module {
  const random = core.Random.fromSeed(seed);
  const linear = (inputWidth: number, outputWidth: number): layers.Linear => new layers.Linear({ inputWidth, outputWidth, random: random.child(`${inputWidth}, ${outputWidth}`) }); // prettier-ignore
  const modules = { first: linear(4 + 4, 32), second: linear(32, 12), update: linear(4 + 12, 24), out: linear(24, 1) };
  return graph.messagePassing({
    modules,
    aggregation: 'sum',
    message: (ends, ctx) => {
      const { edgeFeatures, edgeTypes, numEdges } = ends.graph;
      const sides = tf.concat([tf.tensor2d(edgeFeatures!.values, [numEdges, 3]), tf.tensor2d(Float32Array.from(edgeTypes!), [numEdges, 1])], 1); // prettier-ignore
      const inner = modules.first.apply(tf.concat([ends.source, sides], 1), ctx.within('first')).relu();
      return modules.second.apply(inner, ctx.within('second')).relu().div(5) as tf.Tensor2D;
    },
    update: (nodes, heard, ctx) => modules.out.apply(modules.update.apply(tf.concat([nodes, heard], 1), ctx.within('update')).relu(), ctx.within('out')) // prettier-ignore
  });
}

/** Error on three fields that were never seen of a network after 150 steps on six. */
export function trainedError(edges: graph.PropagationGraphOptions['edges'], seed: number): number {
  const model = coverageNetwork(seed);
  const seen = Array.from({ length: 6 }, (_, i) => caseOf(1000 * seed + i, edges));
  const all = graph.batch(seen.map(({ g }) => g));
  const features = tf.tensor2d(all.nodeFeatures!.values, [all.numNodes, 4]);
  const wanted = tf.tensor2d(seen.flatMap(({ field }) => Array.from(field.strength, (value) => [value / 50])));
  minimise(model, (ctx) => {
    ctx.setState(GRAPH, all);
    return model.apply(features, ctx).sub(wanted).square().mean();
  }, { steps: 150, learningRate: 0.01 }); // prettier-ignore
  const error = errorOf(unseenOf(seed, edges), ({ g }) => mapOf(model, g));
  tf.dispose([features, wanted]);
  model.dispose();
  return error;
}

/** Fields of a seed that no training sees. */
export const unseenOf = (seed: number, edges: graph.PropagationGraphOptions['edges'] = 'both') => [500, 501, 502].map((i) => caseOf(1000 * seed + i, edges)); // prettier-ignore

/** Strengths that a network gives. */
export function mapOf(model: core.Module, g: graph.Graph): Float32Array {
  return tf.tidy(() =>
    passOn(g, model, tf.tensor2d(g.nodeFeatures!.values, [g.numNodes, 4]))
      .mul(50)
      .dataSync<'float32'>()
  );
}
