import { tf } from '../../base/backend';
import { type Axis, type Context, expectInteger, expectOneOf, expectShape, given, Module, Random, type SpecData } from '../../base/core'; // prettier-ignore
import { crossEntropy, stopGradient } from '../../base/ops';
import { activate, type Activation, ACTIVATIONS, Linear } from '../layers';
import { type GraphLayer, layerSpecs } from './layerSpecs';
import { graphOfPass } from './messagePassing';

/** Options of `graph.LayerLocal`. */
export interface LayerLocalOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  hidden: number;
  /** Classes, C. */
  classes: number;
  layers: number;
  /** Kind of the layers, such as `graph.gcn()`. */
  layer: SpecData;
  /** Default "relu". */
  activation?: Activation;
  /** Whether a layer also reads what the one above said in the pass before ("previous" of {@link LayerLocal.states}). Default false. */
  topDown?: boolean;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Nodes after a layer, with what it says of them. */
export interface LocalState {
  /** [N, H], of length 1. */
  nodes: tf.Tensor2D;
  /** Likeness to each class's virtual node, [N, C]: logits. */
  logits: tf.Tensor2D;
}

/** Sharpness of likenesses, which are cosines. */
const SCALE = 8;

/**
 * Graph network whose layers learn each by itself, without backpropagation through the others and without negative inputs (ForwardGNN, ICLR 2024): a layer has a virtual node for each class, is trained to make nodes like that of
 * their class (cross entropy of cosines), and hands on what it holds, without a gradient and of length 1, so that the next cannot read how sure it was from its length. With `topDown` a layer hears what the one above said the pass
 * before. Nodes [N, F] to the mean of the layers' log probabilities, [N, C]: of all but the first, where there are more.
 */
export class LayerLocal extends Module {
  readonly kind = 'layer-local';
  private readonly layers: readonly GraphLayer[];
  private readonly prototypes: readonly Linear[];

  constructor(private readonly options: LayerLocalOptions) {
    const where = 'graph.LayerLocal';
    const { inputWidth, hidden, classes, layers, layer, activation = 'relu', topDown = false, seed = 0 } = given(where, options); // prettier-ignore
    super();
    Object.entries({ inputWidth, hidden, classes, layers }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectOneOf(where, 'activation', activation, ACTIVATIONS);
    const random = Random.fromSeed(seed).child('layerLocal');
    this.layers = Array.from({ length: layers }, (_, i) => {
      const above = topDown && i < layers - 1 ? classes : 0;
      const width = (i === 0 ? inputWidth : hidden) + above;
      const built = layerSpecs.of(layer).build({ inputWidth: width, outputWidth: hidden, random: random.child(i) });
      return this.addChild(`${i}`, built);
    });
    this.prototypes = this.layers.map(
      ({ outputs }, i) =>
      this.addChild(`classes${i}`, new Linear({ inputWidth: outputs as Axis, outputWidth: classes, bias: false, random: random.child(`classes${i}`) })) // prettier-ignore
    );
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const all = this.states(x, ctx);
      // The first hears but one step: where there are others it has no say.
      const states = all.slice(Number(all.length > 1));
      return tf.addN(states.map(({ logits }) => tf.logSoftmax(logits))).div(states.length);
    });
  }

  /**
   * States of all layers. Call it within a tidy.
   *
   * @param previous - Those of the pass before, which layers below hear with `topDown`; nothing is heard of the first pass.
   */
  states(x: tf.Tensor, ctx: Context, previous?: readonly LocalState[]): LocalState[] {
    const { numNodes } = graphOfPass(this, ctx);
    const { inputWidth, classes, topDown = false, activation = 'relu' } = this.options;
    expectShape(ctx.path || 'graph.LayerLocal', x, [numNodes, inputWidth]);
    const states: LocalState[] = [];
    this.layers.forEach((layer, i) => {
      const below = i === 0 ? x : stopGradient(states[i - 1].nodes);
      const above = previous === undefined ? tf.zeros([numNodes, classes]) : stopGradient(tf.softmax(previous[i + 1]?.logits ?? previous[i].logits)); // prettier-ignore
      const given = topDown && i < this.layers.length - 1 ? tf.concat([below, above], 1) : below;
      const nodes = unit(activate(activation, layer.apply(given, ctx.within(`${i}`)), ctx.within(`${i}`)), 1);
      const prototypes = unit(this.prototypes[i].weight.read(), 0);
      states.push({ nodes, logits: tf.matMul(nodes, prototypes).mul(SCALE) });
    });
    return states;
  }

  /** Loss of each layer by itself: the mean cross entropy of some nodes and their classes, [B] both. Its gradient reaches the parameters of that layer alone. */
  losses(states: readonly LocalState[], nodes: Int32Array, labels: Int32Array): tf.Scalar[] {
    return states.map(
      ({ logits }) =>
      tf.tidy(() => crossEntropy(tf.gather(logits, tf.tensor1d(nodes, 'int32')), tf.tensor1d(labels, 'int32')).mean<tf.Scalar>()) // prettier-ignore
    );
  }
}

/** Rows (or columns) of length 1. */
function unit(x: tf.Tensor, axis: number): tf.Tensor2D {
  return x.div(x.square().sum(axis, true).add(1e-12).sqrt());
}
