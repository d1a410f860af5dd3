import { tf } from '../../base/backend';
import { type Axis, Context, expectInteger, fail, given, Module, Random } from '../../base/core';
import { fromEdges, type Graph, lowerTriangle, perGraph } from '../../base/graph';
import { edgeGather, neighbourSum } from '../../base/ops/graph';
import { Linear } from '../layers';
import { GINE } from './layers';
import { enterGraph } from './onGraph';

/** Options of `graph.Preconditioner`. */
export interface PreconditionerOptions {
  /** Width of nodes. Default 16. */
  hidden?: number;
  /** Layers of message passing on the matrix's graph. Default 2. */
  layers?: number;
  /** Default 0. */
  seed?: number;
}

/** The graph that messages go over: entries over the roots of both diagonals as features of edges, and of nodes how much of its diagonal a row's other entries are. */
const scaled = perGraph((matrix: Graph) => {
  const diagonal = new Float64Array(matrix.numNodes);
  const beside = new Float64Array(matrix.numNodes);
  matrix.sources.forEach((source, edge) => {
    const target = matrix.targets[edge];
    if (source === target) {
      diagonal[source] += matrix.weightOf(edge);
    } else {
      beside[target] += Math.abs(matrix.weightOf(edge));
    }
  });
  const wrong = diagonal.findIndex((value) => !(value > 0));
  if (wrong >= 0) {
    fail('graph.Preconditioner', 'the diagonal must be above 0', diagonal[wrong]);
  }
  const relative = (of: Graph): Float32Array => Float32Array.from(of.sources, (source, edge) => of.weightOf(edge) / Math.sqrt(diagonal[source] * diagonal[of.targets[edge]])); // prettier-ignore
  const edgeFeatures = { values: relative(matrix), width: 1 };
  const nodes = Float32Array.from(beside, (value, node) => value / diagonal[node]);
  const lower = lowerTriangle(matrix);
  return {
    messages: fromEdges({ ...matrix.directedOptions, weights: undefined, edgeFeatures }),
    nodes,
    lower,
    entries: relative(lower),
    roots: diagonal.map(Math.sqrt)
  };
});

/**
 * Learnt preconditioner of conjugate gradients (Li et al., ICML 2023): message passing on the graph of a symmetric matrix gives each entry of its lower triangle a factor's entry, so that `L L^T` is near the matrix; its diagonal is an
 * exponential, so that the product is positive definite whatever was learnt, and it is as sparse as the matrix. Entries are relative to the diagonal: a matrix times a number has the factor times its root. Nothing depends on the size.
 */
export class Preconditioner extends Module {
  readonly kind = 'preconditioner';
  private readonly layers: readonly GINE[];
  private readonly first: Linear;
  private readonly edge: Record<'hidden' | 'last', Linear>;

  constructor(options: PreconditionerOptions = {}) {
    const where = 'graph.Preconditioner';
    const { hidden = 16, layers = 2, seed = 0 } = given(where, options);
    super();
    expectInteger(where, 'hidden', hidden, 1);
    expectInteger(where, 'layers', layers, 0);
    const random = Random.fromSeed(seed).child('preconditioner');
    const linear = (name: string, inputWidth: number | Axis, outputWidth: number): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, random: random.child(name) }));
    this.first = linear('first', 1, hidden);
    this.layers = Array.from({ length: layers }, (_, i) =>
      this.addChild(
        `${i}`,
        new GINE({ inputWidth: hidden, outputWidth: hidden, edgeWidth: 1, random: random.child(i) })
      )
    );
    this.edge = { hidden: linear('edgeHidden', 2 * hidden + 1, hidden), last: linear('edgeLast', hidden, 2) };
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'a preconditioner is of a matrix (factor, loss)', 'a tensor');
  }

  /** The factor L of a matrix, as a graph with the edges of its lower triangle. */
  factor(matrix: Graph): Graph {
    const { lower, roots } = scaled(matrix);
    const ctx = Context.create();
    const entries = tf.tidy(() => this.entries(matrix, ctx).dataSync());
    ctx.dispose();
    const weights = Float32Array.from(entries, (value, edge) => value * roots[lower.targets[edge]]);
    return fromEdges({ ...lower.directedOptions, weights });
  }

  /** Mean square of `L L^T - A` over the nodes, both relative to the diagonal of A: what it is trained on. */
  loss(matrix: Graph, ctx: Context): tf.Scalar {
    const { lower, messages } = scaled(matrix);
    return tf.tidy(() => {
      const identity = tf.eye(matrix.numNodes);
      const factor = neighbourSum(identity, lower, this.entries(matrix, ctx));
      const wanted = neighbourSum(identity, messages, tf.tensor1d(messages.edgeFeatures!.values));
      return tf.matMul(factor, factor, false, true).sub(wanted).square().sum().div<tf.Scalar>(matrix.numNodes);
    });
  }

  /** Entries of L over the root of their row's diagonal, [edges of the lower triangle]. */
  private entries(matrix: Graph, ctx: Context): tf.Tensor1D {
    const { messages, nodes, lower, entries } = scaled(matrix);
    enterGraph(messages, ctx);
    let states = this.first.apply(tf.tensor2d(nodes, [nodes.length, 1]), ctx.within('first')).relu();
    this.layers.forEach((layer, i) => (states = layer.apply(states, ctx.within(`${i}`)).relu()));
    const known = tf.tensor2d(entries, [entries.length, 1]);
    const ends = [edgeGather(states as tf.Tensor2D, lower, 'source'), edgeGather(states as tf.Tensor2D, lower, 'target')]; // prettier-ignore
    const hidden = this.edge.hidden.apply(tf.concat([...ends, known], 1), ctx.within('edgeHidden')).relu();
    const [beside, own] = tf.split(this.edge.last.apply(hidden, ctx.within('edgeLast')), 2, 1);
    const isLoop = tf.tensor2d(Float32Array.from(lower.sources, (source, edge) => Number(source === lower.targets[edge])), [entries.length, 1]); // prettier-ignore
    // Before it learns it is near Jacobi's: the root of the diagonal, and the entries beside it.
    return own
      .exp()
      .mul(isLoop)
      .add(known.mul(beside.add(1)).mul(tf.sub(1, isLoop)))
      .reshape([-1]);
  }
}
