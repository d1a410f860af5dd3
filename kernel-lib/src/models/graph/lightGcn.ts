import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectShape, fail, Module, Random } from '../../base/core';
import { balancedOf } from '../../base/graph';
import { embed } from '../../base/ops';
import { neighbourSum } from '../../base/ops/graph';
import { graphOfPass } from '../../nn/graph/messagePassing';
import { Embedding, normal } from '../../nn/layers';
import { modelSpecs, type ModelSpec, specOf } from '../spec';

/** Options of `models.lightGcn`. */
export interface LightGcnOptions {
  /** Users and items together, N. */
  numNodes: number;
  /** Width of an embedding. */
  width: number;
  /** Steps of propagation, K. Default 3. */
  layers?: number;
  /** Weight of what is left after each number of steps, [K + 1]. Default: 1 / (K + 1) each. */
  alphas?: readonly number[];
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

const WHERE = 'models.lightGcn';

/** LightGCN; see {@link lightGcn}. */
export class LightGCN extends Module {
  readonly kind = 'light-gcn';
  private readonly nodes: Embedding;
  private readonly alphas: readonly number[];

  constructor(
    readonly options: LightGcnOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed ?? 0).child('lightGcn')
  ) {
    super();
    const { numNodes, width, layers = 3, alphas } = options;
    expectInteger(WHERE, 'numNodes', numNodes, 1);
    expectInteger(WHERE, 'width', width, 1);
    expectInteger(WHERE, 'layers', layers, 0);
    if (alphas !== undefined && alphas.length !== layers + 1) {
      fail(WHERE, `alphas must be ${layers + 1}`, alphas.length);
    }
    alphas?.forEach((alpha) => expectNumber(WHERE, 'alphas', alpha));
    this.alphas = alphas ?? new Array<number>(layers + 1).fill(1 / (layers + 1));
    const count = Axis.of('ids', numNodes).pin('the graph has them');
    this.nodes = this.addChild('nodes', new Embedding({ count, width, initializer: normal(0.1), random: random.child('nodes') })); // prettier-ignore
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override ownFlops(): number {
    return 2 * this.nodes.weight.axes[1].size;
  }

  /** Embeddings of all nodes after propagation, [N, W]. */
  embeddings(ctx: Context): tf.Tensor2D {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || WHERE, this.nodes.weight.variable, [graph.numNodes, 'W']);
    return tf.tidy(() => {
      let nodes = this.nodes.weight.read() as tf.Tensor2D;
      const parts = [nodes.mul(this.alphas[0])];
      for (const alpha of this.alphas.slice(1)) {
        nodes = neighbourSum(nodes, graph, balancedOf(graph));
        parts.push(nodes.mul(alpha));
      }
      return tf.addN(parts) as tf.Tensor2D;
    });
  }

  /** Scores of pairs of nodes, int32 [B, 2] to [B]: products of their embeddings. */
  override apply(pairs: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || WHERE, pairs, ['B', 2]);
    return tf.tidy(() => {
      const read = embed(this.embeddings(ctx), pairs);
      const [user, item] = tf.unstack(read, 1);
      return user.mul(item).sum(1);
    });
  }
}

/**
 * LightGCN (arXiv 2002.02126): embeddings of users and items are propagated over the graph of what users chose, by its symmetrically normalised adjacency alone, and the score of a pair is the product of the weighted sums
 * over K steps, `sum over k of alpha_k A^k E`. Embeddings are all that is learnt ("nodes.weight"). The graph of the pass must be undirected; users and items share its numbers.
 *
 * @throws {SwitchyardError} where a size is out of range, or alphas are not K + 1.
 */
export function lightGcn(options: LightGcnOptions): LightGCN {
  return new LightGCN(options);
}

modelSpecs.register('light-gcn', (options: LightGcnOptions) => ({
  kind: 'light-gcn',
  options: { ...options },
  build: (random) => new LightGCN(options, random)
}));
