import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectShape, given, Module, type Random } from '../../base/core'; // prettier-ignore
import { edgeGather, edgeScatter } from '../../base/ops/graph';
import { silu, stopGradient } from '../../base/ops';
import { Linear, xavierUniform } from '../layers';
import { edgeFeaturesOfPass, graphOfPass } from './messagePassing';

/** Options of `graph.PdeSolver`. */
export interface PdeSolverOptions {
  /** Past states of a node that are read, K. */
  history: number;
  /** States that are computed at once, L. Default 1. */
  bundle?: number;
  /** Time between two states. Default 1. */
  timeStep?: number;
  /** Parameters of the equation that stand behind the states of each node. Default 0. */
  parameters?: number;
  /** Dimensions of space: the width of the edges' features. Default 1. */
  space?: number;
  /** Width of what nodes hold and of messages. */
  hidden: number;
  /** Rounds of messages. Default 1. */
  layers?: number;
  random: Random;
}

/**
 * Message passing solver of partial differential equations (arXiv 2202.03376) on a grid that is a graph, whose edges have the position of the source relative to that of the target as features: nodes are encoded from their past states and
 * the equation's parameters, messages are made of both ends, the difference of their last states and their relative position, and a bundle of next states is decoded, each the last state plus its time times what is decoded. Nodes
 * [N, K + parameters], states from the earliest to the last, to [N, L]. Nothing depends on where a node is, on how many there are, or on how they are spaced, but by what edges say.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class PdeSolver extends Module {
  readonly kind = 'pde-solver';
  private readonly options: Required<PdeSolverOptions>;
  private readonly encode: readonly [Linear, Linear];
  private readonly rounds: readonly { message: readonly [Linear, Linear]; update: readonly [Linear, Linear] }[];
  private readonly decode: Linear;

  constructor(options: PdeSolverOptions) {
    const where = 'graph.PdeSolver';
    const { history, bundle = 1, timeStep = 1, parameters = 0, space = 1, hidden, layers = 1, random } = given(where, options); // prettier-ignore
    super();
    Object.entries({ history, bundle, space, hidden, layers }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectInteger(where, 'parameters', parameters, 0);
    expectNumber(where, 'timeStep', timeStep, 0);
    this.options = { history, bundle, timeStep, parameters, space, hidden, layers, random };
    const inner = Axis.of('hidden', hidden).pin('nodes and messages share it');
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(
        name,
        new Linear({ inputWidth: from, outputWidth: to, initializer: xavierUniform(), random: random.child(name) })
      );
    const two = (name: string, width: number): readonly [Linear, Linear] => [
      linear(`${name}.first`, Axis.of('read', width).pin('what is read'), inner),
      linear(`${name}.second`, inner, inner)
    ];
    this.encode = two('encode', history + parameters);
    this.rounds = Array.from({ length: layers }, (_, i) => ({
      message: two(`${i}.message`, 2 * hidden + 1 + space + parameters),
      update: two(`${i}.update`, 2 * hidden + parameters)
    }));
    this.decode = linear('decode', inner, Axis.of('bundle', bundle).pin('the solver gives them'));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    const { history, bundle, timeStep, parameters, space } = this.options;
    const where = ctx.path || 'graph.PdeSolver';
    expectShape(where, x, [graph.numNodes, history + parameters]);
    const places = edgeFeaturesOfPass(this, ctx);
    expectShape(where, places, [graph.numEdges, space]);
    return tf.tidy(() => {
      const through = ([first, second]: readonly [Linear, Linear], read: tf.Tensor[], name: string): tf.Tensor2D => {
        const inner = silu(first.apply(tf.concat(read, 1), ctx.within(`${name}.first`)));
        return second.apply(inner, ctx.within(`${name}.second`)) as tf.Tensor2D;
      };
      const last = x.slice([0, history - 1], [-1, 1]) as tf.Tensor2D;
      const equation = parameters === 0 ? [] : [x.slice([0, history], [-1, parameters]) as tf.Tensor2D];
      const at = (rows: tf.Tensor2D, end: 'source' | 'target'): tf.Tensor2D => edgeGather(rows, graph, end);
      const fixed = [at(last, 'target').sub(at(last, 'source')), places, ...equation.map((rows) => at(rows, 'target'))];
      let nodes = through(this.encode, [x], 'encode');
      this.rounds.forEach(({ message, update }, i) => {
        const messages = through(message, [at(nodes, 'target'), at(nodes, 'source'), ...fixed], `${i}.message`);
        const heard = edgeScatter(messages, graph, 'sum');
        nodes = nodes.add(through(update, [nodes, heard, ...equation], `${i}.update`));
      });
      const times = tf.range(1, bundle + 1).mul(timeStep);
      return last.add(this.decode.apply(nodes, ctx.within('decode')).mul(times));
    });
  }

  /** Input of the next call, [N, K + parameters]: the last K states with those that it gives, [N, L]. */
  next(x: tf.Tensor2D, given: tf.Tensor2D): tf.Tensor2D {
    const { history, parameters } = this.options;
    return tf.tidy(() => {
      const states = tf.concat([x.slice([0, 0], [-1, history]), given], 1);
      const kept = states.slice([0, states.shape[1]! - history], [-1, history]);
      return tf.concat([kept, x.slice([0, history], [-1, parameters])], 1) as tf.Tensor2D;
    });
  }

  /** States that follow, [N, calls L], each call from what the last one gave. */
  rollout(x: tf.Tensor2D, calls: number, ctx: Context): tf.Tensor2D {
    expectInteger('graph.PdeSolver.rollout', 'calls', calls, 1);
    return tf.tidy(() => {
      let read = x;
      const all = Array.from({ length: calls }, () => {
        const given = this.apply(read, ctx) as tf.Tensor2D;
        read = this.next(read, given);
        return given;
      });
      return tf.concat(all, 1);
    });
  }

  /**
   * Mean squared error of the bundle that follows `pushed` bundles of the solver's own, through which no gradient goes (the pushforward trick): it learns from the states that it makes, and is not taught to make these others.
   *
   * @param targets - States that follow x, [N, (pushed + 1) L]; those of the last bundle count.
   */
  loss(x: tf.Tensor2D, targets: tf.Tensor2D, pushed: number, ctx: Context): tf.Scalar {
    const { bundle } = this.options;
    expectInteger('graph.PdeSolver.loss', 'pushed', pushed, 0);
    expectShape('graph.PdeSolver.loss', targets, [x.shape[0], (pushed + 1) * bundle]);
    return tf.tidy(() => {
      let read = x;
      for (let call = 0; call < pushed; call++) {
        read = this.next(read, stopGradient(this.apply(read, ctx)) as tf.Tensor2D);
      }
      const wanted = targets.slice([0, pushed * bundle], [-1, bundle]);
      return this.apply(read, ctx).sub(wanted).square().mean<tf.Scalar>();
    });
  }
}
