import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, given, Module, Parameter, type Random } from '../../base/core'; // prettier-ignore
import { composed, degrees, type Graph, perGraph } from '../../base/graph';
import { neighbourSum } from '../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../layers';
import { graphOfPass } from './messagePassing';
import { mixedRows } from './mixedRows';
import { publishShares } from './publishShares';

/** Options of `graph.MetaRelations`. */
export interface MetaRelationsOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Values that come out of each order, P. */
  outputWidth: number;
  /** Types of edges, R. */
  relations: number;
  /** Relations that follow each other at most, T. Default 2. */
  orders?: number;
  /** Whether all orders stand side by side in the output, [N, T P], or the last alone, [N, P]. Default true. */
  stack?: boolean;
  random: Random;
}

/** Output and attention of a layer, by order. */
export interface MetaRelationStates {
  /** [N, P] of each order. */
  orders: tf.Tensor2D[];
  /** Attention of each node to itself and to each meta-relation that it has, [N, 1 + R^t], of each order; rows sum to 1. */
  shares: tf.Tensor2D[];
}

/**
 * Layers of a network of typed edges that compose relations (LATTE, 2020): at order t each node attends to itself and to every meta-relation of t relations one after the other (`graph.composed`), each heard as the mean of what its paths
 * come from through a map of its own; a meta-relation that does not lead to a node has no share of its attention. Which relations matter, and of which order, is what its nodes attend to. Observers of "routing" are told, order by order.
 * Nodes [N, F] to [N, T P], or [N, P].
 */
export class MetaRelations extends Module {
  readonly kind = 'meta-relations';
  /** Relations of each meta-relation, by order. */
  readonly paths: readonly (readonly number[])[][];
  private readonly options: Required<MetaRelationsOptions>;
  private readonly maps: readonly (readonly Linear[])[];
  private readonly attend: readonly Parameter[];
  private readonly composedOf: (graph: Graph) => { graph: Graph; weights: Float32Array; has: Float32Array }[][];

  constructor(options: MetaRelationsOptions) {
    const where = 'graph.MetaRelations';
    const { inputWidth, outputWidth, relations, orders = 2, stack = true, random } = given(where, options);
    super();
    Object.entries({ inputWidth, outputWidth, relations, orders }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    this.options = { inputWidth, outputWidth, relations, orders, stack, random };
    const all = Array.from({ length: relations }, (_, relation) => relation);
    const paths: number[][][] = [all.map((relation) => [relation])];
    while (paths.length < orders) {
      paths.push(paths[paths.length - 1].flatMap((path) => all.map((relation) => [...path, relation])));
    }
    this.paths = paths;
    const inputs = Axis.of('inputs', inputWidth).pin('the data have them');
    const outputs = Axis.of('outputs', outputWidth).pin('orders have them');
    const linear = (name: string): Linear =>
      this.addChild(name, new Linear({ inputWidth: inputs, outputWidth: outputs, random: random.child(name) }));
    this.maps = paths.map((of, t) => [linear(`${t}.own`), ...of.map((path) => linear(`${t}.${path.join('-')}`))]);
    this.attend = paths.map(
      (_, t) =>
      this.addParameter(`attend${t}`, Parameter.over([Axis.fixed('own, heard', 2), outputs], (shape) => initialize(xavierUniform(), shape, random.child(`attend${t}`)))) // prettier-ignore
    );
    this.composedOf = perGraph((graph) =>
      paths.map((of) =>
        of.map((path) => {
          const made = composed(graph, path);
          const total = degrees(made, { weighted: true });
          const weights = Float32Array.from(made.sources, (_, edge) => made.weightOf(edge) / total[made.targets[edge]]);
          return { graph: made, weights, has: degrees(made).map((degree) => Number(degree > 0)) };
        })
      )
    );
  }

  /** Operations on a node beside the maps: the scores. */
  override ownFlops(): number {
    return this.paths.reduce((sum, of) => sum + 4 * this.options.outputWidth * (1 + of.length), 0);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const { orders } = this.states(x, ctx);
      return this.options.stack ? tf.concat(orders, 1) : orders[orders.length - 1];
    });
  }

  /** Outputs and attention of all orders. Call it within a tidy. */
  states(x: tf.Tensor, ctx: Context): MetaRelationStates {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.MetaRelations', x, [graph.numNodes, this.options.inputWidth]);
    const states: MetaRelationStates = { orders: [], shares: [] };
    this.composedOf(graph).forEach((relations, t) => {
      const [own, ...maps] = this.maps[t];
      const mine = own.apply(x, ctx.within(`${t}.own`));
      const heard = relations.map(({ graph: over, weights }, i) =>
        neighbourSum(maps[i].apply(x, ctx.within(`${t}.${this.paths[t][i].join('-')}`)) as tf.Tensor2D, over, weights)
      );
      const [ofOwn, ofHeard] = tf.unstack(this.attend[t].read());
      const base = mine.mul(ofOwn).sum(1, true);
      const scores = [mine, ...heard].map((each) => base.add(each.mul(ofHeard).sum(1, true)).leakyRelu(0.2));
      // What no path leads from is not there to be heard.
      const shut = relations.map(({ has }) => tf.tensor2d(has.map((is) => (is === 1 ? 0 : -1e9)), [graph.numNodes, 1])); // prettier-ignore
      const shares = tf.softmax(tf.concat([scores[0], ...shut.map((mask, i) => scores[i + 1].add(mask))], 1)) as tf.Tensor2D; // prettier-ignore
      publishShares(`${this.kind} ${t + 1}`, shares, ['own', ...this.paths[t].map((path) => path.join('-'))], ctx);
      states.shares.push(shares);
      states.orders.push(mixedRows([mine, ...heard], shares));
    });
    return states;
  }
}
