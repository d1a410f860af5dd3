import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectNumber,
  Module,
  Parameter,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { initialize, Linear, xavierUniform } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { energyMinimum, type GraphEnergy } from '../operators/energy';

/** Options of `graph.energyLayer`. */
export interface EnergyLayerSpecOptions {
  /** Pressures of an edge, E. Default: the output's width. */
  edgeWidth?: number;
  /** b: how much large values cost, above 0. Default 1. */
  stiffness?: number;
}

/** Options of `graph.EnergyLayer`. */
export interface EnergyLayerOptions extends EnergyLayerSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Energy graph network (arXiv 2407.04494), nodes [N, F] to [N, P]: what they hold is where a learnt convex energy of the graph is least, `b / 2 |h|^2 - h . (x W + c)` of nodes and `log cosh(h_source K + h_target Q)` of edges (see
 * `graph.energyMinimum`). It hears the whole component, along edges and against them, and comes out the same however nodes are updated, one at a time or late. The graph's weights are not read.
 */
export class EnergyLayer extends Module implements GraphLayer {
  readonly kind = 'energy-layer';
  readonly outputs: Axis;
  private readonly map: Linear;
  private readonly ends: Record<'source' | 'target', Parameter>;
  private readonly stiffness: number;

  constructor(options: EnergyLayerOptions) {
    const { inputWidth, outputWidth, edgeWidth, stiffness = 1, random } = given('graph.EnergyLayer', options);
    super();
    expectNumber('graph.EnergyLayer', 'stiffness', stiffness, Number.MIN_VALUE);
    if (edgeWidth !== undefined) {
      expectInteger('graph.EnergyLayer', 'edgeWidth', edgeWidth, 1);
    }
    this.stiffness = stiffness;
    this.outputs = Axis.of('outputs', outputWidth);
    const pressures = Axis.of('pressures', edgeWidth ?? this.outputs.size);
    this.map = this.addChild('map', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('map') }));
    const make = (name: string): Parameter =>
      this.addParameter(name, Parameter.over([this.outputs, pressures], (shape) => initialize(xavierUniform(), shape, random.child(name)))); // prettier-ignore
    this.ends = { source: make('source'), target: make('target') };
  }

  override ownFlops(): number {
    const [outputs, pressures] = this.ends.source.axes;
    return 4 * outputs.size * pressures.size;
  }

  /** Energy whose minimum the layer gives for these nodes, of the caller's own tensors but for the maps. */
  energyOf(x: tf.Tensor, ctx: Context): GraphEnergy {
    const [source, target] = [this.ends.source.read(), this.ends.target.read()] as tf.Tensor2D[];
    return { pull: this.map.apply(x, ctx.within('map')) as tf.Tensor2D, source, target, stiffness: this.stiffness };
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => energyMinimum(graph, this.energyOf(x, ctx)));
  }
}

/** The layer of a graph network: {@link EnergyLayer}. */
export function energyLayer(options: EnergyLayerSpecOptions = {}): GraphLayerSpec {
  return { kind: 'energy-layer', options: { ...options }, build: (shape) => new EnergyLayer({ ...options, ...shape }) };
}

layerSpecs.register('energy-layer', energyLayer);
