import { type Module, type Random, type Size, type Spec, SpecTable, type Axis } from '../../base/core';

/** Widths and random stream that a layer of a graph network is built with. */
export interface GraphLayerShape {
  /** Values of a node that come in, F. */
  inputWidth: Size;
  /** Values of a node that go out, P. */
  outputWidth: number;
  /** Stream for the initial parameters. */
  random: Random;
}

/** A layer of a graph network: nodes [N, F] to nodes [N, P], on the graph of the pass. */
export interface GraphLayer extends Module {
  /** The axis of what goes out: what the next layer takes in. */
  readonly outputs: Axis;
}

/** The layer of a graph network, as data. */
export type GraphLayerSpec = Spec<GraphLayerShape, GraphLayer>;

/** The layers of graph networks by kind; your own are registered here. */
export const layerSpecs = new SpecTable<GraphLayerSpec>('graph layer');
