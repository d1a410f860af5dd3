import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectNumber,
  Module,
  type Random,
  type Size,
  type SpecData,
  given
} from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { stopGradient } from '../../../base/ops';
import { edgeDot } from '../../../base/ops/graph';
import { EDGE_GATES } from '../../stateKeys';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';
import { publishShares } from '../publishShares';
import { sage } from './sage';

/** Options of `graph.cooperative`. */
export interface CooperativeSpecOptions {
  /** Layer that messages pass through, by sums or means of its own edges: `graph.sage()`, `graph.gin()`. Default `graph.sage()`. */
  environment?: SpecData;
  /** Layer that scores the four actions of each node. Default `graph.sage()`. */
  action?: SpecData;
  /** Of the softmax of actions that gradients go through. Default 1. */
  temperature?: number;
}

/** Options of `graph.Cooperative`. */
export interface CooperativeOptions extends CooperativeSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/** Actions of a node, in the order of their scores. */
export const ACTIONS = ['standard', 'listen', 'broadcast', 'isolate'] as const;

/**
 * Cooperative layer (Co-GNN, arXiv 2310.01267): each node chooses to listen and broadcast ("standard"), only one of them, or neither ("isolate"); an edge is there where its source broadcasts and its target listens, and
 * the environment's layer works on what is left. While training, actions are drawn (Gumbel), else the best is taken; gradients go straight through to their softmax. Nodes [N, F] to [N, P]. Observers of "routing" are
 * told the actions, as experts of the nodes, and those of "edges" the edges that are away.
 */
export class Cooperative extends Module implements GraphLayer {
  readonly kind = 'cooperative';
  private readonly environment: GraphLayer;
  private readonly action: GraphLayer;
  private readonly temperature: number;

  constructor(options: CooperativeOptions) {
    const {
      inputWidth,
      outputWidth,
      environment = sage(),
      action = sage(),
      temperature = 1,
      random
    } = given('graph.Cooperative', options);
    super();
    expectNumber('graph.Cooperative', 'temperature', temperature, 1e-6);
    this.temperature = temperature;
    const inputs = Axis.of('inputs', inputWidth);
    const build = (name: string, spec: SpecData, outputWidth: number): GraphLayer =>
      this.addChild(name, layerSpecs.of(spec).build({ inputWidth: inputs, outputWidth, random: random.child(name) }));
    this.environment = build('environment', environment, outputWidth);
    this.action = build('action', action, ACTIONS.length);
    this.action.outputs.pin('the actions are four');
  }

  get outputs(): Axis {
    return this.environment.outputs;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    return tf.tidy(() => {
      const actions = this.choose(this.action.apply(x, ctx.within('action')) as tf.Tensor2D, ctx);
      publishShares(this.kind, actions, ACTIONS, ctx);
      const [standard, listens, broadcasts] = tf.split(actions, ACTIONS.length, 1) as tf.Tensor2D[];
      const gates = edgeDot(standard.add<tf.Tensor2D>(broadcasts), standard.add<tf.Tensor2D>(listens), graph);
      publishClosed(gates, graph, ctx);
      ctx.setState(EDGE_GATES, gates);
      const y = this.environment.apply(x, ctx.within('environment'));
      ctx.clearState(EDGE_GATES);
      return y;
    });
  }

  /** One of the four for each node, [N, 4], with the gradient of the softmax. */
  private choose(logits: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const noise = (): tf.Tensor => ctx.random.child('actions').uniform(logits.shape, 1e-6, 1 - 1e-6).log().neg().log().neg(); // prettier-ignore
    const shares = tf.softmax((ctx.training ? logits.add(noise()) : logits).div<tf.Tensor2D>(this.temperature));
    const taken = tf.oneHot(stopGradient(shares).argMax(1), ACTIONS.length).toFloat();
    return taken.add(shares.sub(stopGradient(shares)));
  }
}

/** Tells observers of "edges" which of a graph's edges are shut. */
function publishClosed(gates: tf.Tensor2D, graph: Graph, ctx: Context): void {
  if (!ctx.wants('edges')) {
    return;
  }
  const open = gates.dataSync();
  const removed = Array.from(graph.sources.keys()).filter((edge) => open[edge] < 0.5).flatMap((edge) => [graph.sources[edge], graph.targets[edge]]); // prettier-ignore
  ctx.publish({ kind: 'edges', path: ctx.path, numNodes: graph.numNodes, added: new Int32Array(0), removed: Int32Array.from(removed) }); // prettier-ignore
}

/** The layer of a graph network: {@link Cooperative}. */
export function cooperative(options: CooperativeSpecOptions = {}): GraphLayerSpec {
  return { kind: 'cooperative', options: { ...options }, build: (shape) => new Cooperative({ ...options, ...shape }) };
}

layerSpecs.register('cooperative', cooperative);
