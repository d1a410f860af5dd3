import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectNumber,
  Module,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { loopedOf, symmetricOf } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';

/** Options of `graph.appnp`. */
export interface AppnpSpecOptions {
  /** Steps, K. Default 10. */
  steps?: number;
  /** Share of a step at which a node goes back to its own, in 0..1. Default 0.1. */
  teleport?: number;
}

/** Options of `graph.APPNP`. */
export interface AppnpOptions extends AppnpSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Personalised propagation (APPNP, arXiv 1810.05997): h = x W + b, then K times `z = (1 - teleport) A z + teleport h` from z = h, with A normalised as in {@link GCN}; nodes [N, F] to [N, P].
 */
export class APPNP extends Module implements GraphLayer {
  readonly kind = 'appnp';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly steps: number;
  private readonly teleport: number;

  constructor(options: AppnpOptions) {
    const { inputWidth, outputWidth, steps = 10, teleport = 0.1, random } = given('graph.APPNP', options);
    super();
    expectInteger('graph.APPNP', 'steps', steps, 0);
    expectNumber('graph.APPNP', 'teleport', teleport, 0, 1);
    this.steps = steps;
    this.teleport = teleport;
    this.outputs = Axis.of('outputs', outputWidth);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = loopedOf(graphOfPass(this, ctx));
    return tf.tidy(() => {
      const own = this.map.apply(x, ctx.within('map')) as tf.Tensor2D;
      const kept = own.mul(this.teleport);
      const weights = symmetricOf(graph).map((weight) => (1 - this.teleport) * weight);
      let nodes = own;
      for (let step = 0; step < this.steps; step++) {
        nodes = neighbourSum(nodes, graph, weights).add(kept);
      }
      return nodes;
    });
  }
}

/** The layer of a graph network: {@link APPNP}. */
export function appnp(options: AppnpSpecOptions = {}): GraphLayerSpec {
  return { kind: 'appnp', options: { ...options }, build: (shape) => new APPNP({ ...options, ...shape }) };
}

layerSpecs.register('appnp', appnp);
