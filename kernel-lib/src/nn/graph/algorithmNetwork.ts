import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectOneOf, expectShape, fail, given, Module, type Random } from '../../base/core'; // prettier-ignore
import { edgeGather, edgeScatter } from '../../base/ops/graph';
import { Linear } from '../layers';
import { graphOfPass } from './messagePassing';

/** Options of `graph.AlgorithmNetwork`. */
export interface AlgorithmNetworkOptions {
  /** Values of a node, F. Default 1. */
  width?: number;
  /** Width inside the update, H; 2 at least. Default 2 F. */
  hidden?: number;
  /** Steps, which share their weights. */
  steps: number;
  random: Random;
}

/** Algorithm that a network can be made of. */
export type CompiledAlgorithm = 'bfs' | 'bellmanFord';

/** Options of {@link AlgorithmNetwork.compile}. */
export interface CompileOptions {
  algorithm: CompiledAlgorithm;
  /** For "bellmanFord", a number above all distances: of a distance d a node holds `largest - d`, and 0 where nothing leads. Default 1. */
  largest?: number;
}

/**
 * Recurrent graph network that an algorithm can be compiled into (neural compilation, arXiv 2505.18623): a message is `relu([h_source, weight] M + b)`, a node takes the largest, and is `relu([h, heard] U + c) V + d`; nodes [N, F] to [N, F].
 * The weight is that of the graph's edge. {@link compile} sets these maps so that each step is one of breadth-first search or of Bellman and Ford, exactly; trained or compiled, {@link states} are what it holds after each step.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class AlgorithmNetwork extends Module {
  readonly kind = 'algorithm-network';
  private readonly width: number;
  private readonly steps: number;
  private readonly maps: Record<'message' | 'update' | 'out', Linear>;

  constructor(options: AlgorithmNetworkOptions) {
    const where = 'graph.AlgorithmNetwork';
    const { width = 1, hidden = 2 * width, steps, random } = given(where, options);
    super();
    expectInteger(where, 'width', width, 1);
    expectInteger(where, 'hidden', hidden, 2);
    expectInteger(where, 'steps', steps, 1);
    [this.width, this.steps] = [width, steps];
    const axis = Axis.of('width', width).pin('steps hand it on');
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    const inner = Axis.of('hidden', hidden);
    this.maps = {
      message: linear('message', Axis.sum('held, weight', axis, Axis.fixed('weight', 1)), axis),
      update: linear('update', Axis.sum('held, heard', axis, axis), inner),
      out: linear('out', inner, axis)
    };
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.states(x, ctx).at(-1)!);
  }

  /** States of the nodes after each step, [N, F] each. Call it within a tidy. */
  states(x: tf.Tensor, ctx: Context, steps = this.steps): tf.Tensor2D[] {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.AlgorithmNetwork', x, [graph.numNodes, this.width]);
    const weights = tf.tensor2d(Float32Array.from(graph.sources, (_, edge) => graph.weightOf(edge)), [graph.numEdges, 1]); // prettier-ignore
    const through = (name: keyof AlgorithmNetwork['maps'], y: tf.Tensor): tf.Tensor2D => this.maps[name].apply(y, ctx.within(name)) as tf.Tensor2D; // prettier-ignore
    const all: tf.Tensor2D[] = [];
    for (let step = 0; step < steps; step++) {
      const held = all.at(-1) ?? (x as tf.Tensor2D);
      const messages = through(
        'message',
        tf.concat([edgeGather(held, graph, 'source'), weights], 1)
      ).relu() as tf.Tensor2D;
      const heard = edgeScatter(messages, graph, 'max');
      all.push(through('out', through('update', tf.concat([held, heard], 1)).relu()));
    }
    return all;
  }

  /**
   * Sets all maps to those of an algorithm, in the first value of a node; all else is 0. Breadth-first search: 1 at what has been reached. Bellman and Ford: {@link CompileOptions.largest} less the distance; sources begin with `largest`.
   *
   * @throws {SwitchyardError} where the algorithm is not known.
   */
  compile(options: CompileOptions): void {
    const where = 'graph.AlgorithmNetwork.compile';
    const { algorithm, largest = 1 } = given(where, options);
    expectOneOf(where, 'algorithm', algorithm, ['bfs', 'bellmanFord']);
    expectNumber(where, 'largest', largest, Number.MIN_VALUE);
    // [h_0, .., weight] to h_0 - weight; max(h, m) = relu(h - m) + relu(m), as m is not below 0.
    this.set('message', [[0, 0, 1], [this.width, 0, algorithm === 'bfs' ? 0 : -1]]); // prettier-ignore
    this.set('update', [[0, 0, 1], [this.width, 0, -1], [this.width, 1, 1]]); // prettier-ignore
    this.set('out', [[0, 0, 1], [1, 0, 1]]); // prettier-ignore
  }

  /** Meaning of a state: distances where `largest` is given, Infinity where nothing leads; reached or not else. */
  read(state: tf.Tensor2D, { algorithm, largest = 1 }: CompileOptions): number[] {
    const first = state.dataSync().filter((_, i) => i % this.width === 0);
    return Array.from(first, (value) => (algorithm === 'bfs' ? value : value > 0 ? largest - value : Infinity));
  }

  private set(name: keyof AlgorithmNetwork['maps'], entries: readonly (readonly [number, number, number])[]): void {
    const { weight, bias } = this.maps[name];
    const [rows, columns] = weight.shape;
    const values = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
    entries.forEach(([row, column, value]) => (values[row][column] = value));
    tf.tidy(() => weight.assign(tf.tensor2d(values)));
    tf.tidy(() => (bias ?? fail(this.kind, 'maps must have biases', 'none')).assign(tf.zeros([columns])));
  }
}
