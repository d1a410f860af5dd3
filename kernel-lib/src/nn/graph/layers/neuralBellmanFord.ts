import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  fail,
  Module,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { bellmanFordStep, checkAlgebra, type PathAlgebra } from '../operators/bellmanFord';

/** Options of `graph.neuralBellmanFord`. */
export interface NeuralBellmanFordSpecOptions extends PathAlgebra {
  /** Types of edges, R; those of a graph without types are of the first. Default 1. */
  relations?: number;
  /** Steps, T: the longest path that is heard. Default 3. */
  steps?: number;
}

/** Options of `graph.NeuralBellmanFord`. */
export interface NeuralBellmanFordOptions extends NeuralBellmanFordSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Neural Bellman-Ford network (NBFNet, arXiv 2106.06935): b = x W + c is the boundary, such as of one query at its source and 0 elsewhere; then T steps of `graph.bellmanFord`, with values of each type of edge in each step that are
 * learnt, and after each `[h, heard] V + d`, with a ReLU between steps. Nodes [N, F] to [N, P]: what node v holds is the pair of source and v. The graph's weights are not read.
 */
export class NeuralBellmanFord extends Module implements GraphLayer {
  readonly kind = 'neural-bellman-ford';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly relations: readonly Parameter[];
  private readonly updates: readonly Linear[];
  private readonly algebra: PathAlgebra;
  private readonly types: number;

  constructor(options: NeuralBellmanFordOptions) {
    const {
      inputWidth,
      outputWidth,
      relations = 1,
      steps = 3,
      message,
      aggregation,
      random
    } = given('graph.NeuralBellmanFord', options);
    super();
    expectInteger('graph.NeuralBellmanFord', 'relations', relations, 1);
    expectInteger('graph.NeuralBellmanFord', 'steps', steps, 1);
    this.algebra = { message, aggregation };
    checkAlgebra('graph.NeuralBellmanFord', this.algebra);
    this.types = relations;
    this.outputs = Axis.of('outputs', outputWidth);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
    const types = Axis.of('relations', relations).pin('the data have them');
    const both = Axis.sum('held, heard', this.outputs, this.outputs);
    const all = Array.from({ length: steps }, (_, t) => t);
    this.relations = all.map(
      (t) =>
      this.addParameter(`relations${t}`, Parameter.over([types, this.outputs], (shape) => initialize(xavierUniform(), shape, random.child(`relations${t}`)))) // prettier-ignore
    );
    this.updates = all.map((t) =>
      this.addChild(`${t}`, new Linear({ inputWidth: both, outputWidth: this.outputs, random: random.child(t) }))
    );
  }

  override ownFlops(): number {
    return 0;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    const types = this.typesOf(graph, ctx);
    return tf.tidy(() => {
      const boundary = this.map.apply(x, ctx.within('map')) as tf.Tensor2D;
      return this.updates.reduce((nodes: tf.Tensor2D, update, t) => {
        const edges = tf.gather(this.relations[t].read(), tf.tensor1d(types, 'int32')) as tf.Tensor2D;
        const heard = bellmanFordStep(nodes, boundary, edges, graph, this.algebra);
        const next = update.apply(tf.concat([nodes, heard], 1), ctx.within(`${t}`)) as tf.Tensor2D;
        return t < this.updates.length - 1 ? next.relu() : next;
      }, boundary);
    });
  }

  private typesOf({ edgeTypes, numEdges }: Graph, ctx: Context): Int32Array {
    const wrong = edgeTypes?.find((type) => type >= this.types);
    if (wrong !== undefined) {
      fail(ctx.path || this.kind, `types of edges must be 0..${this.types - 1}`, wrong);
    }
    return edgeTypes ?? new Int32Array(numEdges);
  }
}

/** The layers of a graph network: {@link NeuralBellmanFord}. */
export function neuralBellmanFord(options: NeuralBellmanFordSpecOptions = {}): GraphLayerSpec {
  return {
    kind: 'neural-bellman-ford',
    options: { ...options },
    build: (shape) => new NeuralBellmanFord({ ...options, ...shape })
  };
}

layerSpecs.register('neural-bellman-ford', neuralBellmanFord);
