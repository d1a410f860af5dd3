import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, expectShape, fail, given, Module, type Random } from '../../base/core'; // prettier-ignore
import type { Graph } from '../../base/graph';
import { neighbourMean } from '../../base/ops/graph';
import { Linear } from '../layers';
import { graphOfPass } from './messagePassing';

/** A variable of each node in a causal model of a network. */
export interface CausalVariable {
  name: string;
  /** Normal, or 0 and 1. */
  kind: 'normal' | 'binary';
  /** Variables of the node itself that it depends on, of those before it. */
  parents?: readonly string[];
  /** Variables of its neighbours that it depends on, by their mean, of those before it. */
  neighbours?: readonly string[];
}

/** Values of each variable by name, [N, 1] each. */
export type NodeValues = Record<string, tf.Tensor2D>;

/** Options of `graph.CausalVae`. */
export interface CausalVaeOptions {
  /** In causal order. */
  variables: readonly CausalVariable[];
  /** Width of the latent variable of a node, for what is not observed. Default 2. */
  latent?: number;
  /** Width within encoder and decoders. Default 16. */
  hidden?: number;
  random: Random;
}

const WHERE = 'graph.CausalVae';

interface Decoder {
  variable: CausalVariable;
  first: Linear;
  second: Linear;
}

/**
 * Message-passing variational autoencoder over a causal model of a network (MPVA, arXiv 2505.01652): each node has the same variables, each of which depends on others of its own, on the mean of some of its neighbours, and on a latent variable of
 * the node; an encoder of what a node and its neighbours hold gives the latent one. What an intervention does, `do(s = 1)`, is estimated by setting the variable at every node, so that what led to it no longer does, and letting what follows from it
 * pass on, over edges as well; what does not follow from it stays as it is. The graph is that of the pass.
 *
 * @throws {SwitchyardError} where a variable depends on one that is not before it, or a size is out of range.
 */
export class CausalVae extends Module {
  readonly kind = 'causal-vae';
  private readonly options: Required<CausalVaeOptions>;
  private readonly encode: readonly [Linear, Linear];
  private readonly decoders: readonly Decoder[];

  constructor(options: CausalVaeOptions) {
    const { variables, latent = 2, hidden = 16, random } = given(WHERE, options);
    super();
    expectInteger(WHERE, 'variables', variables.length, 1);
    Object.entries({ latent, hidden }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
    this.options = { variables, latent, hidden, random };
    const inner = Axis.of('hidden', hidden).pin('encoder and decoders share it');
    const linear = (name: string, from: number | Axis, to: number | Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: typeof from === 'number' ? Axis.of('read', from).pin('what is read') : from, outputWidth: typeof to === 'number' ? Axis.of('made', to).pin('what is made') : to, random: random.child(name) })); // prettier-ignore
    this.encode = [linear('encode.first', 2 * variables.length, inner), linear('encode.second', inner, 2 * latent)];
    const before: string[] = [];
    this.decoders = variables.map((variable) => {
      const { name, kind, parents = [], neighbours = [] } = variable;
      expectOneOf(WHERE, `kind of ${name}`, kind, ['normal', 'binary']);
      const unknown = [...parents, ...neighbours].find((each) => !before.includes(each));
      if (unknown !== undefined || before.includes(name)) {
        fail(WHERE, `"${name}" must depend on variables before it, each of one name`, unknown ?? name);
      }
      before.push(name);
      const read = parents.length + neighbours.length + latent;
      // Mean and logarithm of the deviation, or a logit.
      return { variable, first: linear(`${name}.first`, read, inner), second: linear(`${name}.second`, inner, kind === 'normal' ? 2 : 1) }; // prettier-ignore
    });
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'values are by name (loss, intervene)', 'a tensor');
  }

  /** Negative evidence lower bound of what was observed, in nats a node: of all variables by their decoders, with a draw of the latent ones, and the divergence of these from a standard normal. */
  loss(values: NodeValues, ctx: Context): tf.Scalar {
    return tf.tidy(() => {
      const graph = graphOfPass(this, ctx);
      const { mean, log } = this.posterior(values, graph, ctx);
      const drawn = mean.add<tf.Tensor2D>(log.exp().mul(ctx.random.child('latent').normal(mean.shape)));
      const nats = this.decoders.map((decoder) => {
        const found = this.decoded(decoder, values, drawn, graph, ctx);
        const own = values[decoder.variable.name];
        if (decoder.variable.kind === 'binary') {
          return found.softplus().sub(found.mul(own)).mean();
        }
        const [middle, deviation] = tf.split(found, 2, 1);
        return own.sub(middle).div(deviation.exp()).square().div(2).add(deviation).add(0.5 * Math.log(2 * Math.PI)).mean(); // prettier-ignore
      });
      const divergence = mean.square().add(log.mul(2).exp()).sub(1).div(2).sub(log).sum(1).mean();
      return tf.addN(nats).add<tf.Scalar>(divergence);
    });
  }

  /**
   * Values of all variables where some are set at every node, [N, 1] each, in one draw; what does not follow from these is as it was observed. Call it within a tidy.
   *
   * @param set - Value of each variable that is set.
   */
  intervene(values: NodeValues, set: Readonly<Record<string, number>>, ctx: Context): NodeValues {
    const graph = graphOfPass(this, ctx);
    const names = this.options.variables.map(({ name }) => name);
    const unknown = Object.keys(set).find((name) => !names.includes(name));
    if (unknown !== undefined || Object.keys(set).length === 0) {
      fail(WHERE, `variables that are set must be some of ${names.join(', ')}`, unknown ?? 'none');
    }
    const { mean, log } = this.posterior(values, graph, ctx);
    const latent = mean.add<tf.Tensor2D>(log.exp().mul(ctx.random.child('latent').normal(mean.shape)));
    const moved = new Set(Object.keys(set));
    const out: NodeValues = {};
    for (const decoder of this.decoders) {
      const { name, kind, parents = [], neighbours = [] } = decoder.variable;
      if (name in set) {
        out[name] = tf.fill([graph.numNodes, 1], set[name]);
      } else if (![...parents, ...neighbours].some((each) => moved.has(each))) {
        out[name] = values[name];
      } else {
        moved.add(name);
        const found = this.decoded(decoder, out, latent, graph, ctx);
        const random = ctx.random.child(name);
        if (kind === 'binary') {
          out[name] = random.uniform([graph.numNodes, 1]).less(found.sigmoid()).toFloat() as tf.Tensor2D;
        } else {
          const [middle, deviation] = tf.split(found, 2, 1);
          out[name] = middle.add(deviation.exp().mul(random.normal([graph.numNodes, 1])));
        }
      }
    }
    return out;
  }

  /** Mean and logarithm of the deviation of the latent variables, [N, L] each. */
  private posterior(values: NodeValues, graph: Graph, ctx: Context): { mean: tf.Tensor2D; log: tf.Tensor2D } {
    const { variables, latent } = this.options;
    const read = tf.concat(variables.map(({ name }) => {
      expectShape(`${WHERE}: ${name}`, given(WHERE, values[name], name), [graph.numNodes, 1]);
      return values[name];
    }), 1) as tf.Tensor2D; // prettier-ignore
    const both = tf.concat([read, neighbourMean(read, graph)], 1);
    const inner = this.encode[0].apply(both, ctx.within('encode.first')).tanh();
    const made = this.encode[1].apply(inner, ctx.within('encode.second')) as tf.Tensor2D;
    const [mean, log] = tf.split<tf.Tensor2D>(made, [latent, latent], 1);
    return { mean, log };
  }

  private decoded(
    { variable, first, second }: Decoder,
    values: NodeValues,
    latent: tf.Tensor2D,
    graph: Graph,
    ctx: Context
  ): tf.Tensor2D {
    // prettier-ignore
    const { name, parents = [], neighbours = [] } = variable;
    const heard = neighbours.map((each) => neighbourMean(values[each], graph));
    const read = tf.concat([...parents.map((each) => values[each]), ...heard, latent], 1);
    const inner = first.apply(read, ctx.within(`${name}.first`)).tanh();
    return second.apply(inner, ctx.within(`${name}.second`)) as tf.Tensor2D;
  }
}
