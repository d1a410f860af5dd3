import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, fail, given, Module, Parameter, type Random } from '../../base/core'; // prettier-ignore
import { composed, degrees, type Graph, perGraph } from '../../base/graph';
import { neighbourMean, neighbourSum } from '../../base/ops/graph';
import { initialize, Linear, xavierUniform } from '../layers';
import { graphOfPass } from './messagePassing';

/** Options of `graph.MetaPathViews`. */
export interface MetaPathViewsOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Values of a node in either view, P. */
  outputWidth: number;
  /** Meta-paths, each the types of the edges one after the other. */
  paths: readonly (readonly number[])[];
  random: Random;
}

/** Both views of the nodes, [N, P] each. */
export interface MetaPathStates {
  coarse: tf.Tensor2D;
  fine: tf.Tensor2D;
}

/**
 * Two views of the nodes of a graph with typed edges by its meta-paths (MEOW, arXiv 2212.13847): the coarse one says which nodes a meta-path connects, the mean of what those hold, each once; the fine one says how, the mean over all instances
 * of a meta-path of its context, `sum over places of x W_place`, its first node and those in between. Meta-paths are mixed by an attention of the whole graph. Contexts are sums over composed edges, no instance is listed. A node that no
 * instance leads to has the activation of 0. Nodes [N, F] to the fine view, [N, P].
 *
 * @throws {SwitchyardError} where a size is out of range, or a meta-path has no edge.
 */
export class MetaPathViews extends Module {
  readonly kind = 'meta-path-views';
  private readonly options: MetaPathViewsOptions;
  private readonly maps: readonly { coarse: Linear; places: readonly Linear[] }[];
  private readonly attend: Parameter;
  private readonly of: (graph: Graph) => { which: Graph; places: { graph: Graph; weights: Float32Array }[] }[];

  constructor(options: MetaPathViewsOptions) {
    const where = 'graph.MetaPathViews';
    const { inputWidth, outputWidth, paths, random } = given(where, options);
    super();
    Object.entries({ inputWidth, outputWidth, 'meta-paths': paths.length }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    if (paths.some((path) => path.length === 0)) {
      fail(where, 'a meta-path must have an edge', paths);
    }
    this.options = options;
    const inputs = Axis.of('inputs', inputWidth).pin('the data have them');
    const outputs = Axis.of('outputs', outputWidth).pin('views have them');
    const linear = (name: string): Linear =>
      this.addChild(name, new Linear({ inputWidth: inputs, outputWidth: outputs, bias: false, random: random.child(name) })); // prettier-ignore
    this.maps = paths.map((path, i) => ({
      coarse: linear(`${i}.coarse`),
      places: path.map((_, place) => linear(`${i}.place${place}`))
    }));
    this.attend = this.addParameter('attend', Parameter.over([outputs, Axis.fixed('score', 1)], (shape) => initialize(xavierUniform(), shape, random.child('attend')))); // prettier-ignore
    this.of = perGraph((graph) =>
      paths.map((path) => ({ which: composed(graph, path), places: placesOf(graph, path) }))
    );
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.states(x, ctx).fine);
  }

  /** Both views. Call it within a tidy. */
  states(x: tf.Tensor, ctx: Context): MetaPathStates {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.MetaPathViews', x, [graph.numNodes, this.options.inputWidth]);
    const all = this.of(graph).map(({ which, places }, i) => {
      const map = (linear: Linear, name: string): tf.Tensor2D =>
        linear.apply(x, ctx.within(`${i}.${name}`)) as tf.Tensor2D;
      const { coarse, places: maps } = this.maps[i];
      return {
        coarse: neighbourMean(map(coarse, 'coarse'), which),
        fine: tf.addN(places.map(({ graph: over, weights }, place) => neighbourSum(map(maps[place], `place${place}`), over, weights))) // prettier-ignore
      };
    });
    return { coarse: this.mixed(all.map(({ coarse }) => coarse)), fine: this.mixed(all.map(({ fine }) => fine)) };
  }

  private mixed(rows: readonly tf.Tensor[]): tf.Tensor2D {
    const shut = rows.map((each) => each.tanh());
    const scores = shut.map((each) => tf.matMul(each.mean(0, true) as tf.Tensor2D, this.attend.read() as tf.Tensor2D));
    const shares = tf.softmax(tf.concat(scores, 1)).reshape([-1, 1, 1]);
    return tf.stack(shut).mul(shares).sum<tf.Tensor2D>(0);
  }
}

/** Edges from each place of a meta-path to its end, weighted so that sums over them are means over its instances. */
function placesOf(graph: Graph, path: readonly number[]): { graph: Graph; weights: Float32Array }[] {
  const total = degrees(composed(graph, path), { weighted: true });
  return path.map((_, place) => {
    // Instances that lead to the node of this place.
    const before = place === 0 ? null : degrees(composed(graph, path.slice(0, place)), { weighted: true });
    const rest = composed(graph, path.slice(place));
    const weights = Float32Array.from(rest.sources, (source, edge) => {
      const count = (before === null ? 1 : before[source]) * rest.weightOf(edge);
      return total[rest.targets[edge]] === 0 ? 0 : count / total[rest.targets[edge]];
    });
    return { graph: rest, weights };
  });
}
