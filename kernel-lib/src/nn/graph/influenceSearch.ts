import { tf } from '../../base/backend';
import { Axis, Context, expectInteger, expectNumber, expectShape, fail, given, Module, Parameter, type Random } from '../../base/core'; // prettier-ignore
import type { Graph } from '../../base/graph';
import { edgeGather, edgeScatter } from '../../base/ops/graph';
import { Linear } from '../layers';

/** Options of `graph.InfluenceSearch`. */
export interface InfluenceSearchOptions {
  /** Graph of the cascades; weights are probabilities of edges. */
  graph: Graph;
  /** Numbers that stand for a set of seeds. Default 16. */
  latent?: number;
  /** Width inside encoder and decoder. Default 64. */
  hidden?: number;
  /** Steps of a cascade that are foreseen. Default 4. */
  steps?: number;
  random: Random;
}

/** Options of {@link InfluenceSearch.search}. */
export interface SeedSearchOptions {
  /** Most that seeds may cost together. */
  budget: number;
  /** Cost of each node, above 0: its centrality, say. Default 1. */
  costs?: ArrayLike<number>;
  /** Sets that the search begins from, rows [B, N] of 0 and 1. */
  starts: tf.Tensor2D;
  /** Steps of ascent. Default 60. */
  ascents?: number;
  /** Length of a step. Default 0.05. */
  learningRate?: number;
  /** Nodes that a unit over the budget is worth. Default 4. */
  penalty?: number;
}

/** Keeps logarithms finite. */
const LEAST = 1e-6;

/**
 * Search for the seeds of the largest spread in a learnt latent space (DeepIM, arXiv 2305.02200): an autoencoder learns what sets of seeds are like, a diffusion model over the graph's edges, whose probabilities are learnt from cascades, says which
 * nodes they reach, and ascent by its gradient in the latent space finds the set; of the decoded one nodes are taken by what they promise for their cost as long as the budget lasts.
 *
 * @throws {SwitchyardError} where a size is out of range, or weights are no probabilities.
 */
export class InfluenceSearch extends Module {
  readonly kind = 'influence-search';
  private readonly graph: Graph;
  private readonly steps: number;
  private readonly maps: Record<'encodeHidden' | 'encode' | 'decodeHidden' | 'decode', Linear>;
  private readonly slope: Parameter;
  private readonly offset: Parameter;
  private readonly logits: Float32Array;

  constructor(options: InfluenceSearchOptions) {
    const where = 'graph.InfluenceSearch';
    const { graph, latent = 16, hidden = 64, steps = 4, random } = given(where, options);
    super();
    Object.entries({ latent, hidden, steps }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    const wrong = graph.weights?.find((weight) => !(weight > 0 && weight < 1));
    if (graph.weights === undefined || wrong !== undefined) {
      fail(where, 'weights of the graph must be above 0 and below 1', wrong ?? 'none');
    }
    [this.graph, this.steps] = [graph, steps];
    this.logits = graph.weights.map((p) => Math.log(p / (1 - p)));
    const nodes = Axis.of('nodes', graph.numNodes).pin('the graph has them');
    const [inner, outer, code] = [Axis.of('encoderHidden', hidden), Axis.of('decoderHidden', hidden), Axis.of('latent', latent)]; // prettier-ignore
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    this.maps = {
      ...{ encodeHidden: linear('encodeHidden', nodes, inner), encode: linear('encode', inner, code) },
      ...{ decodeHidden: linear('decodeHidden', code, outer), decode: linear('decode', outer, nodes) }
    };
    const one = Axis.fixed('edges', 1);
    this.slope = this.addParameter('slope', Parameter.over([one], tf.ones));
    this.offset = this.addParameter('offset', Parameter.over([one], tf.zeros));
  }

  /** Sets of seeds [B, N] decoded from their code, as probabilities. */
  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.decode(this.encode(x, ctx), ctx).sigmoid());
  }

  /** Probability that each node is reached from seeds, themselves probabilities, [B, N] both: in each step a node stays as it was if no edge has its way. */
  reached(x: tf.Tensor): tf.Tensor2D {
    expectShape('graph.InfluenceSearch', x, ['B', this.graph.numNodes]);
    return tf.tidy(() => {
      const seeds = tf.transpose(x) as tf.Tensor2D;
      const tries = tf.tensor2d(this.logits, [this.logits.length, 1]).mul(this.slope.read()).add(this.offset.read()).sigmoid(); // prettier-ignore
      let active = seeds;
      for (let step = 0; step < this.steps; step++) {
        const fails = tf.sub(1 + LEAST, edgeGather(active, this.graph, 'source').mul(tries)).log() as tf.Tensor2D;
        active = tf.sub(1, tf.sub(1, seeds).mul(edgeScatter(fails, this.graph, 'sum').exp())) as tf.Tensor2D;
      }
      return tf.transpose(active) as tf.Tensor2D;
    });
  }

  /** Cross entropy of sets with what is decoded of them, and mean square of what is foreseen less how often nodes were reached, [B, N] both. */
  loss(seeds: tf.Tensor2D, frequencies: tf.Tensor2D, ctx: Context): tf.Scalar {
    return tf.tidy(() => {
      const again = tf.losses.sigmoidCrossEntropy(seeds, this.decode(this.encode(seeds, ctx), ctx));
      return again.add(this.reached(seeds).sub(frequencies).square().mean().mul(this.graph.numNodes)) as tf.Scalar;
    });
  }

  /**
   * Seeds within a budget whose foreseen spread is the largest of those that ascent finds from several sets.
   *
   * @throws {SwitchyardError} where costs are too few or not above 0, or no node can be had for the budget.
   */
  search(options: SeedSearchOptions): number[] {
    const where = 'graph.InfluenceSearch.search';
    const { budget, costs, starts, ascents = 60, learningRate = 0.05, penalty = 4 } = given(where, options);
    const count = this.graph.numNodes;
    expectShape(where, starts, ['B', count]);
    expectInteger(where, 'ascents', ascents, 0);
    const prices = Float32Array.from(costs ?? new Float32Array(count).fill(1));
    if (prices.length !== count || prices.some((price) => !(price > 0))) {
      fail(where, `costs must be ${count} numbers above 0`, prices.length);
    }
    expectNumber(where, 'budget', budget, prices.reduce((a, b) => Math.min(a, b))); // prettier-ignore
    const ctx = Context.create();
    const paid = tf.tensor2d(prices, [count, 1]);
    const worth = (code: tf.Tensor): tf.Scalar => {
      const set = this.decode(code, ctx).sigmoid() as tf.Tensor2D;
      // What is over the budget costs more than it can bring.
      const over = tf.matMul(set, paid).sub(budget).relu().sum();
      return this.reached(set).sum().sub(over.mul(penalty)) as tf.Scalar;
    };
    let code = tf.tidy(() => this.encode(starts, ctx));
    for (let step = 0; step < ascents; step++) {
      const next = tf.tidy(() => {
        const slope = tf.grad(worth)(code);
        // Steps of one length, as spreads of sets differ in size.
        return code.add(slope.div(slope.square().mean(1, true).sqrt().add(1e-9)).mul(learningRate));
      });
      code.dispose();
      code = next;
    }
    const sets = tf.tidy(() => (this.decode(code, ctx).arraySync() as number[][]).map((row) => within(row, prices, budget))); // prettier-ignore
    const spreads = tf.tidy(() => this.reached(tf.tensor2d(sets.map((set) => indicator(set, count)))).sum(1).dataSync<'float32'>()); // prettier-ignore
    tf.dispose([code, paid]);
    ctx.dispose();
    return sets[spreads.reduce((best, spread, i) => (spread > spreads[best] ? i : best), 0)];
  }

  private encode(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape('graph.InfluenceSearch', x, ['B', this.graph.numNodes]);
    return this.maps.encode.apply(this.maps.encodeHidden.apply(x, ctx.within('encodeHidden')).relu(), ctx.within('encode')); // prettier-ignore
  }

  private decode(code: tf.Tensor, ctx: Context): tf.Tensor {
    return this.maps.decode.apply(this.maps.decodeHidden.apply(code, ctx.within('decodeHidden')).relu(), ctx.within('decode')); // prettier-ignore
  }
}

/** Nodes from the likeliest on, each that can still be paid. */
function within(logits: readonly number[], prices: Float32Array, budget: number): number[] {
  const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
  let left = budget;
  return order.filter((node) => {
    const may = prices[node] <= left + 1e-9;
    left -= may ? prices[node] : 0;
    return may;
  });
}

function indicator(nodes: readonly number[], count: number): number[] {
  const row = new Array<number>(count).fill(0);
  nodes.forEach((node) => (row[node] = 1));
  return row;
}
