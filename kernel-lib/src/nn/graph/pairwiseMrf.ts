import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectShape, fail, given, Module, Parameter, type Random, showShape } from '../../base/core'; // prettier-ignore
import { type Graph, perGraph } from '../../base/graph';
import { logSumExp } from '../../base/ops';
import { edgeGather, edgeScatter } from '../../base/ops/graph';
import { undirectedNeighbourhoods } from '../../base/topology';
import { Linear } from '../layers';
import { graphOfPass } from './messagePassing';

/** Options of `graph.PairwiseMrf`. */
export interface PairwiseMrfOptions {
  /** Network of the unary factors: nodes [N, F] to logits [N, C]. */
  backbone: Module;
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** C. */
  classes: number;
  /** Scale of all edges, or "learnt": the product of a number of each end, twice the sigmoid of a linear map of what it holds, which cannot tell whether ends are alike. Default "learnt". */
  scale?: number | 'learnt';
  random: Random;
}

/** Factors of a graph, on the host: unary [N, C], scales of the edges [M], compatibilities [C, C]. */
interface Factors {
  unary: Float32Array;
  scales: Float32Array;
  compatibility: Float32Array;
}

/**
 * Markov random field over the classes of all nodes of an undirected graph (EPFGNN, UAI 2021): unary factors are the logits of a graph network, and edges have explicit pairwise factors, one symmetric matrix of compatibilities of classes
 * times a scale of the edge. Nodes [N, F] to the logits of the network, [N, C]; classes of what is not known are the marginals (`marginals`), mean field given those that are; with scales of 0 they are the network's.
 * Edges must have a way back.
 *
 * @throws {SwitchyardError} where an option is out of range; in a call, where an edge has no way back.
 */
export class PairwiseMrf extends Module {
  readonly kind = 'pairwise-mrf';
  readonly backbone: Module;
  private readonly options: PairwiseMrfOptions;
  private readonly compatibilities: Parameter;
  private readonly scaleMap: Linear | null;
  private readonly near = perGraph((graph: Graph) => undirectedNeighbourhoods('graph.PairwiseMrf', graph));

  constructor(options: PairwiseMrfOptions) {
    const where = 'graph.PairwiseMrf';
    const { backbone, inputWidth, classes, scale = 'learnt', random } = given(where, options);
    super();
    expectInteger(where, 'inputWidth', inputWidth, 1);
    expectInteger(where, 'classes', classes, 2);
    if (scale !== 'learnt') {
      expectNumber(where, 'scale', scale);
    }
    this.options = options;
    this.backbone = this.addChild('backbone', backbone);
    const axes = [Axis.fixed('classes', classes), Axis.fixed('classes of the other end', classes)];
    this.compatibilities = this.addParameter(
      'compatibility',
      Parameter.over(axes, (shape) => tf.zeros(shape))
    );
    const inputs = Axis.of('inputs', inputWidth).pin('the data have them');
    this.scaleMap = scale === 'learnt' ? this.addChild('scale', new Linear({ inputWidth: inputs, outputWidth: Axis.fixed('scale', 1), random: random.child('scale') })) : null; // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'graph.PairwiseMrf', x, [graphOfPass(this, ctx).numNodes, this.options.inputWidth]);
    return this.backbone.apply(x, ctx.within('backbone'));
  }

  /** Compatibilities of classes, symmetric, [C, C]. */
  compatibility(): tf.Tensor2D {
    return tf.tidy(() => {
      const matrix = this.compatibilities.read() as tf.Tensor2D;
      return matrix.add<tf.Tensor2D>(matrix.transpose()).div(2);
    });
  }

  /** Scales of the edges, [M, 1], alike both ways. */
  scales(x: tf.Tensor, ctx: Context): tf.Tensor2D {
    const graph = this.undirected(ctx);
    const { scale = 'learnt' } = this.options;
    return tf.tidy(() => {
      if (this.scaleMap === null) {
        return tf.fill([graph.numEdges, 1], scale as number);
      }
      const own = this.scaleMap.apply(x, ctx.within('scale')).sigmoid().mul<tf.Tensor2D>(2);
      return edgeGather(own, graph, 'source').mul(edgeGather(own, graph, 'target'));
    });
  }

  /**
   * Piecewise evidence lower bound of marginals [N, C], up to a constant: their expected log factors and entropy, less the log partitions of the stars, each of which is a node with half of the factors of its edges, so that all stars together
   * are the field.
   */
  elbo(x: tf.Tensor, marginals: tf.Tensor2D, ctx: Context): tf.Scalar {
    const graph = this.undirected(ctx);
    const { classes } = this.options;
    expectShape(ctx.path || 'graph.PairwiseMrf.elbo', marginals, [graph.numNodes, classes]);
    return tf.tidy(() => {
      const unary = this.apply(x, ctx) as tf.Tensor2D;
      // Edges are there both ways: half of each factor is of either.
      const factors = this.scales(x, ctx).reshape([-1, 1, 1]).mul(this.compatibility()).div(2);
      const [ours, theirs] = [edgeGather(marginals, graph, 'target'), edgeGather(marginals, graph, 'source')];
      const pairs = factors.mul(ours.expandDims(2)).mul(theirs.expandDims(1)).sum();
      const entropy = marginals.mul(marginals.maximum(1e-30).log()).sum().neg();
      const leaves = logSumExp(factors.reshape<tf.Tensor2D>([graph.numEdges * classes, classes])).sub(
        Math.log(classes)
      );
      const heard = edgeScatter(leaves.reshape([graph.numEdges, classes]), graph, 'sum');
      const partitions = logSumExp(unary.add<tf.Tensor2D>(heard)).sum();
      return unary.mul(marginals).sum().add(pairs).add(entropy).sub<tf.Scalar>(partitions);
    });
  }

  /**
   * Marginals of the classes of nodes, [N][C], by mean field: one node after the other is set to the best that there is given the others, so that the bound of {@link PairwiseMrf.elbo} never falls.
   *
   * @param known - Class of each node, -1 where it is not known.
   * @param rounds - Times that each node is set.
   * @param from - Marginals to begin with. Default: those of the network.
   */
  marginals(x: tf.Tensor, known: ArrayLike<number>, rounds: number, ctx: Context, from?: Float32Array): Float32Array {
    const graph = this.undirected(ctx);
    const { classes: C } = this.options;
    const where = 'graph.PairwiseMrf.marginals';
    expectInteger(where, 'nodes of known', known.length, graph.numNodes, graph.numNodes);
    Array.from(known).forEach((each) => expectInteger(where, 'known', each, -1, C - 1));
    expectInteger(where, 'rounds', rounds, 0);
    if (from !== undefined) {
      expectInteger(where, 'values to begin with', from.length, graph.numNodes * C, graph.numNodes * C);
    }
    const { unary, scales, compatibility } = this.factors(x, ctx);
    const out = from?.slice() ?? new Float32Array(unary.length);
    const set = (node: number, scores: Float64Array): void => {
      const most = Math.max(...scores);
      const raised = scores.map((score) => Math.exp(score - most));
      const sum = raised.reduce((a, b) => a + b, 0);
      raised.forEach((value, c) => (out[node * C + c] = known[node] < 0 ? value / sum : Number(known[node] === c)));
    };
    const own = (node: number): Float64Array => Float64Array.from(unary.subarray(node * C, (node + 1) * C));
    if (from === undefined) {
      Array.from({ length: graph.numNodes }, (_, node) => node).forEach((node) => set(node, own(node)));
    }
    const { starts, neighbours } = graph.incoming;
    for (let round = 0; round < rounds; round++) {
      for (let node = 0; node < graph.numNodes; node++) {
        const scores = own(node);
        for (let edge = starts[node]; edge < starts[node + 1]; edge++) {
          for (let c = 0; c < C; c++) {
            for (let d = 0; d < C; d++) {
              scores[c] += scales[edge] * compatibility[c * C + d] * out[neighbours[edge] * C + d];
            }
          }
        }
        set(node, scores);
      }
    }
    return out;
  }

  /** Graph of the pass, in which each edge has its way back. */
  private undirected(ctx: Context): Graph {
    const graph = graphOfPass(this, ctx);
    this.near(graph);
    return graph;
  }

  private factors(x: tf.Tensor, ctx: Context): Factors {
    return tf.tidy(() => {
      const read = (of: tf.Tensor): Float32Array => of.dataSync<'float32'>().slice();
      const unary = this.apply(x, ctx);
      if (unary.shape[1] !== this.options.classes) {
        fail('graph.PairwiseMrf', `the backbone must give ${this.options.classes} logits`, showShape(unary.shape));
      }
      return { unary: read(unary), scales: read(this.scales(x, ctx)), compatibility: read(this.compatibility()) };
    }) as unknown as Factors;
  }
}
