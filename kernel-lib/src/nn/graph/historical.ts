import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectOneOf, expectShape, fail, given, Module, Random, type SpecData } from '../../base/core'; // prettier-ignore
import { activate, type Activation, ACTIVATIONS } from '../layers';
import { type GraphLayer, layerSpecs } from './layerSpecs';
import { graphOfPass } from './messagePassing';

/** Options of `graph.HistoricalPipeline`. */
export interface HistoricalPipelineOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  hidden: number;
  /** Values that come out, P. */
  outputWidth: number;
  layers: number;
  /** Kind of the layers, such as `graph.gcn()`. */
  layer: SpecData;
  /** Chunk of each node, from 0, in the order in which they go through the layers; [N], as `graph.partition` gives. */
  chunks: ArrayLike<number>;
  /** Default "relu". */
  activation?: Activation;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/**
 * Graph network whose layers are a pipeline that chunks of nodes go through (GNNPipe, arXiv 2308.10087): while training, a chunk hears nodes of its own and of earlier chunks as they are, and those of later ones as they were in the pass
 * before (history, without a gradient; in the first pass 0), so that layer l of a chunk need not wait for layer l - 1 of all. One chunk is the exact network, which runs outside of training, too. A simulation: each chunk costs a pass
 * over the whole graph here. Nodes [N, F] to [N, P]. What is kept between passes is no part of what is saved; {@link HistoricalPipeline.forget} frees it.
 */
export class HistoricalPipeline extends Module {
  readonly kind = 'historical-pipeline';
  private readonly layers: readonly GraphLayer[];
  private readonly count: number;
  private history: tf.Tensor2D[] = [];

  constructor(private readonly options: HistoricalPipelineOptions) {
    const where = 'graph.HistoricalPipeline';
    const { inputWidth, hidden, outputWidth, layers, layer, chunks, activation = 'relu', seed = 0 } = given(where, options); // prettier-ignore
    super();
    Object.entries({ inputWidth, hidden, outputWidth, layers }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectOneOf(where, 'activation', activation, ACTIVATIONS);
    const all = Array.from(chunks);
    all.forEach((chunk) => expectInteger(where, 'chunks', chunk, 0));
    this.count = all.reduce((most, chunk) => Math.max(most, chunk + 1), 1);
    const random = Random.fromSeed(seed).child('historicalPipeline');
    let width: Axis | number = Axis.of('inputs', inputWidth).pin('the data have them');
    this.layers = Array.from({ length: layers }, (_, i) => {
      const built = layerSpecs.of(layer).build({ inputWidth: width, outputWidth: i === layers - 1 ? outputWidth : hidden, random: random.child(i) }); // prettier-ignore
      width = built.outputs;
      return this.addChild(`${i}`, built);
    });
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { numNodes } = graphOfPass(this, ctx);
    const { inputWidth, chunks } = this.options;
    expectShape(ctx.path || 'graph.HistoricalPipeline', x, [numNodes, inputWidth]);
    if (chunks.length !== numNodes) {
      fail(ctx.path || 'graph.HistoricalPipeline', `chunks must be of ${numNodes} nodes`, chunks.length);
    }
    const pipelined = ctx.training && this.count > 1;
    const next: tf.Tensor2D[] = [];
    const out = tf.tidy(() => {
      let nodes = x as tf.Tensor2D;
      this.layers.forEach((layer, i) => {
        // What comes in is there from the start: only what layers make is late.
        nodes = pipelined && i > 0 ? this.inChunks(layer, i, nodes, ctx) : this.through(layer, i, nodes, ctx);
        if (pipelined && i < this.layers.length - 1) {
          next.push(tf.keep(nodes.clone()));
        }
      });
      return nodes;
    });
    if (pipelined) {
      this.forget();
      this.history = next;
    }
    return out;
  }

  /** Frees what layers held in the last pass; the next one begins anew. */
  forget(): void {
    this.history.forEach((each) => each.dispose());
    this.history = [];
  }

  override dispose(): void {
    this.forget();
    super.dispose();
  }

  private inChunks(layer: GraphLayer, i: number, nodes: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const { chunks } = this.options;
    const before = this.history[i - 1] ?? tf.zerosLike(nodes);
    const mask = (is: (chunk: number) => boolean): tf.Tensor2D => tf.tensor2d(Float32Array.from(chunks, (chunk) => Number(is(chunk))), [chunks.length, 1]); // prettier-ignore
    const parts = Array.from({ length: this.count }, (_, chunk) => {
      const now = mask((of) => of <= chunk);
      const heard = nodes.mul(now).add<tf.Tensor2D>(before.mul(tf.sub(1, now)));
      return this.through(layer, i, heard, ctx).mul(mask((of) => of === chunk));
    });
    return tf.addN(parts) as tf.Tensor2D;
  }

  private through(layer: GraphLayer, i: number, nodes: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const y = layer.apply(nodes, ctx.within(`${i}`));
    const { activation = 'relu' } = this.options;
    return (i < this.layers.length - 1 ? activate(activation, y, ctx.within(`${i}`)) : y) as tf.Tensor2D;
  }
}
