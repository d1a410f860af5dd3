import { tf } from '../../../base/backend';
import { Axis, type Context, type CostShape, expectInteger, expectShape, given, Module, Parameter, type Random, type Size } from '../../../base/core'; // prettier-ignore
import { type Graph, nodePairs, perGraph } from '../../../base/graph';
import { realCoupling } from '../../../base/math/clebschGordan';
import { segmentSum } from '../../../base/ops';
import { edgeSum } from '../../../base/ops/graph';
import { Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { edgeFeaturesOfPass, graphOfPass } from '../messagePassing';
import { resolventSum } from '../operators/resolventSum';
import { sphericalHarmonics } from '../operators/sphericalHarmonics';

/** Options of `graph.matrixFunction`. */
export interface MatrixFunctionSpecOptions {
  /** Matrices side by side, C. Default 4. */
  channels?: number;
  /** Poles of the function, P. Default 4. */
  poles?: number;
  /** Largest degree of a node's orbitals, 0..2: above 0, blocks of edges turn with their features, where the source is from the target, in three dimensions. Default 0. */
  lMax?: number;
}

/** Options of `graph.MatrixFunction`. */
export interface MatrixFunctionOptions extends MatrixFunctionSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

interface Path {
  l1: number;
  l2: number;
  L: number;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * Equivariant matrix function network (arXiv 2310.10434), a layer of it, nodes [N, F] to [N, P]: what nodes hold makes symmetric matrices of the graph, entries of nodes and of edges, of which an analytic function with learnt poles and
 * weights is computed (`graph.resolventSum`). Its diagonal, and its product with values of nodes, are what comes out: each node hears the whole component at once, by all walks. With degrees above 0 an entry is a block of couplings with
 * spherical harmonics, and what comes out stays as all is turned. Edges count both ways, times their weights. Matrices of a graph are dense: its time grows by the cube of its nodes.
 *
 * @throws {SwitchyardError} where an option is out of range; in a pass, where edges have no vectors and degrees ask for them.
 */
export class MatrixFunction extends Module implements GraphLayer {
  readonly kind = 'matrix-function';
  readonly outputs: Axis;
  private readonly sizes: Required<MatrixFunctionSpecOptions>;
  private readonly paths: readonly Path[];
  private readonly linear: Record<'diagonal' | 'source' | 'target' | 'value' | 'own' | 'last', Linear>;
  private readonly length: Linear | null;
  private readonly poles: Record<'real' | 'logImaginary' | 'weight' | 'turned', Parameter>;

  constructor(options: MatrixFunctionOptions) {
    const where = 'graph.MatrixFunction';
    const { inputWidth, outputWidth, channels = 4, poles = 4, lMax = 0, random } = given(where, options);
    super();
    Object.entries({ channels, poles }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    expectInteger(where, 'lMax', lMax, 0, 2);
    this.sizes = { channels, poles, lMax };
    this.paths = pathsOf(lMax);
    this.outputs = Axis.of('outputs', outputWidth);
    const inputs = Axis.of('inputs', inputWidth);
    const each = Axis.of('channels', channels).pin('each is a matrix');
    const degrees = Axis.product('degrees x channels', Axis.fixed('degrees', lMax + 1), each);
    const entries = Axis.product('paths x channels', Axis.fixed('paths', this.paths.length), each);
    const linear = (name: string, from: Axis, to: Axis, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, bias, random: random.child(name) }));
    this.linear = {
      ...{ diagonal: linear('diagonal', inputs, degrees, true), source: linear('source', inputs, entries, true) },
      ...{ target: linear('target', inputs, entries, false), value: linear('value', inputs, each, false) },
      own: linear('own', inputs, this.outputs, false),
      last: linear('last', Axis.product('degrees, heard x channels', Axis.fixed('degrees, heard', lMax + 2), each), this.outputs, true) // prettier-ignore
    };
    this.length = lMax === 0 ? null : linear('length', Axis.fixed('length', 1), entries, false);
    const axis = Axis.of('poles', poles).pin('the function has them');
    const table = (name: string, make: (shape: number[]) => tf.Tensor): Parameter =>
      this.addParameter(name, Parameter.over([axis], make, { decay: false }));
    this.poles = {
      // Over what the eigenvalues of such matrices are at first.
      real: table('real', ([count]) => (count === 1 ? tf.zeros([1]) : tf.linspace(-2, 2, count))),
      logImaginary: table('logImaginary', tf.zeros),
      weight: table('weight', (shape) => random.child('weight').normal(shape)),
      turned: table('turned', (shape) => random.child('turned').normal(shape))
    };
  }

  /** Three products or solutions for each pole and matrix, of `length` nodes. */
  override ownFlops({ length }: CostShape): number {
    const { channels, poles, lMax } = this.sizes;
    return 6 * poles * channels * length ** 2 * (lMax + 1) ** 6;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || this.kind, x, [graph.numNodes, 'F']);
    return tf.tidy(() => {
      const rows = this.entries(x as tf.Tensor2D, graph, ctx);
      const values = this.linear.value.apply(x, ctx.within('value')) as tf.Tensor2D;
      const heard = partsOf(graph).map(([pair, node, count]) => this.ofGraph(rows.slice([pair, 0], [count * count, -1]), values.slice([node, 0], [count, -1]), count)); // prettier-ignore
      const all = heard.length === 0 ? tf.zeros([0, this.linear.last.weight.axes[0].size]) : tf.concat(heard, 0);
      return this.linear.last.apply(all, ctx.within('last')).add(this.linear.own.apply(x, ctx.within('own')));
    });
  }

  /** Entries of all pairs of nodes of a graph, before they are made symmetric: [pairs, C D D]. */
  private entries(x: tf.Tensor2D, graph: Graph, ctx: Context): tf.Tensor2D {
    const { channels, lMax } = this.sizes;
    const size = (lMax + 1) ** 2;
    const { places, count } = tablesOf(graph);
    const diagonal = this.linear.diagonal.apply(x, ctx.within('diagonal')).reshape([graph.numNodes, lMax + 1, channels]); // prettier-ignore
    // The value of a degree on its places of the diagonal.
    const spread = tf.tensor2d(range(lMax + 1).map((l) => range(size * size).map((at) => Number(at % (size + 1) === 0 && Math.floor(Math.sqrt(at / (size + 1))) === l)))); // prettier-ignore
    const ofNodes = tf.matMul(diagonal.transpose([0, 2, 1]).reshape([-1, lMax + 1]), spread).reshape([graph.numNodes, channels * size * size]); // prettier-ignore
    const rows = graph.numEdges === 0 ? ofNodes : tf.concat([ofNodes, this.ofEdges(x, graph, ctx)], 0);
    return count === 0 ? tf.zeros([0, channels * size * size]) : segmentSum(rows as tf.Tensor2D, tf.tensor1d(places, 'int32'), count); // prettier-ignore
  }

  private ofEdges(x: tf.Tensor2D, graph: Graph, ctx: Context): tf.Tensor2D {
    const { channels, lMax } = this.sizes;
    const through = (name: 'source' | 'target'): tf.Tensor2D => this.linear[name].apply(x, ctx.within(name)) as tf.Tensor2D; // prettier-ignore
    let scores: tf.Tensor = edgeSum(through('source'), through('target'), graph);
    let harmonics = tf.ones([graph.numEdges, 1]) as tf.Tensor2D;
    if (this.length !== null) {
      const vectors = edgeFeaturesOfPass(this, ctx);
      expectShape(`${ctx.path || this.kind} edges`, vectors, [graph.numEdges, 3]);
      const lengths = vectors.square().sum(1, true).add(1e-12).sqrt();
      scores = scores.add(this.length.apply(lengths, ctx.within('length')));
      harmonics = sphericalHarmonics(vectors, 2 * lMax);
    }
    const weights = graph.weights === undefined ? 1 : tf.tensor2d(graph.weights, [graph.numEdges, 1]);
    const values = scores.tanh().mul(weights).reshape([graph.numEdges, this.paths.length, channels, 1, 1]);
    const block = (l1: number, l2: number): tf.Tensor =>
      this.paths
        .map((path, i) => ({ ...path, i }))
        .filter((path) => path.l1 === l1 && path.l2 === l2)
        .map(({ L, i }) => {
          const turned = tf.matMul(harmonics.slice([0, L * L], [-1, 2 * L + 1]), couplingRows(l1, l2, L));
          const value = values.slice([0, i, 0, 0, 0], [-1, 1, -1, -1, -1]).squeeze([1]);
          return turned.reshape([graph.numEdges, 1, 2 * l1 + 1, 2 * l2 + 1]).mul<tf.Tensor>(value);
        })
        .reduce((sum, part) => sum.add(part));
    const degrees = range(lMax + 1);
    const blocks = tf.concat(degrees.map((l1) => tf.concat(degrees.map((l2) => block(l1, l2)), 3)), 2); // prettier-ignore
    return blocks.reshape([graph.numEdges, -1]);
  }

  /** Values that nodes of one graph of so many are given: traces of their diagonal blocks by degree, and values of all by the function. */
  private ofGraph(rows: tf.Tensor, values: tf.Tensor, count: number): tf.Tensor {
    const { channels, lMax } = this.sizes;
    const size = (lMax + 1) ** 2;
    const whole = rows.reshape([count, count, channels, size, size]).transpose([2, 0, 3, 1, 4]).reshape([channels, count * size, count * size]); // prettier-ignore
    const symmetric = whole.add(whole.transpose([0, 2, 1])).div<tf.Tensor3D>(2);
    const read = (name: keyof MatrixFunction['poles']): tf.Tensor1D => this.poles[name].read() as tf.Tensor1D;
    const poles = { real: read('real'), imaginary: read('logImaginary').exp<tf.Tensor1D>() };
    const made = resolventSum(symmetric, { ...poles, weight: read('weight'), turned: read('turned') });
    const own = made.mul(tf.eye(count * size)).sum(2).reshape([channels, count, size]); // prettier-ignore
    const traces = range(lMax + 1).map((l) => own.slice([0, 0, l * l], [-1, -1, 2 * l + 1]).sum(2).transpose()); // prettier-ignore
    const scalars = made.reshape([channels, count, size, count, size]).slice([0, 0, 0, 0, 0], [-1, -1, 1, -1, 1]).reshape([channels, count, count]); // prettier-ignore
    const heard = tf.matMul(scalars, values.transpose().expandDims(2)).squeeze([2]).transpose(); // prettier-ignore
    return tf.concat([...traces, heard], 1);
  }
}

/** Where the pairs and nodes of each graph begin, and how many nodes it has; those without are left out. */
const partsOf = perGraph((graph: Graph): (readonly [number, number, number])[] => {
  let [pair, node] = [0, 0];
  return [...nodePairs(graph).sizes].flatMap((count) => {
    const part = [pair, node, count] as const;
    pair += count * count;
    node += count;
    return count === 0 ? [] : [part];
  });
});

/** Place of each node, then of each edge, among the pairs. */
const tablesOf = perGraph((graph: Graph) => {
  const pairs = nodePairs(graph);
  const edges = Array.from(graph.sources, (source, e) => pairs.at(graph.targets[e], source));
  return { places: Int32Array.from([...pairs.own, ...edges]), count: pairs.first.length };
});

function pathsOf(lMax: number): Path[] {
  const degrees = range(lMax + 1);
  const all = degrees.flatMap((l1) => degrees.flatMap((l2) => range(2 * lMax + 1).map((L) => ({ l1, l2, L }))));
  return all.filter(({ l1, l2, L }) => L >= Math.abs(l1 - l2) && L <= l1 + l2 && (l1 + l2 + L) % 2 === 0);
}

/** Coupling from harmonics to a block, [2 L + 1, (2 l1 + 1)(2 l2 + 1)]. */
function couplingRows(l1: number, l2: number, L: number): tf.Tensor2D {
  const coupling = realCoupling(l1, l2, L);
  return tf.tensor2d(range(2 * L + 1).map((m) => coupling.flatMap((rows) => rows.map((row) => row[m]))));
}

/** The layer of a graph network: {@link MatrixFunction}. */
export function matrixFunction(options: MatrixFunctionSpecOptions = {}): GraphLayerSpec {
  return { kind: 'matrix-function', options: { ...options }, build: (shape) => new MatrixFunction({ ...options, ...shape }) }; // prettier-ignore
}

layerSpecs.register('matrix-function', matrixFunction);
