import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, fail, Module, type Random, type Size, given } from '../../../base/core';
import { balancedOf, type Graph, perGraph, shells } from '../../../base/graph';
import { neighbourSum } from '../../../base/ops/graph';
import { Linear } from '../../layers';
import { type GraphLayer, type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass } from '../messagePassing';

/** Options of `graph.drew`. */
export interface DrewSpecOptions {
  /** Layers inside, L. */
  layers: number;
  /** Distance up to which messages come at once; those from k steps away are k - nu layers late. Default: none is late. */
  nu?: number;
}

/** Options of `graph.DRew`. */
export interface DrewOptions extends DrewSpecOptions {
  inputWidth: Size;
  outputWidth: Size;
  random: Random;
}

/**
 * Layers over a graph that is rewired from layer to layer, with delay (nu-DRew, arXiv 2305.08018): layer t = 0.. adds to each node, after ReLU, the sum over distances k = 1..t + 1 of what the nodes exactly k steps before it held
 * max(k - nu, 0) layers ago, normalised within the distance and mapped by weights of layer and distance. What comes in is mapped to the width first; nodes [N, F] to [N, P]. With nu 1 a message travels a step a layer;
 * with no delay the L layers hear L (L + 1) / 2 steps far.
 */
export class DRew extends Module implements GraphLayer {
  readonly kind = 'drew';
  readonly outputs: Axis;
  private readonly first: Linear;
  private readonly maps: readonly (readonly Linear[])[];
  private readonly nu: number;
  private readonly reach: (graph: Graph) => Graph[];

  constructor(options: DrewOptions) {
    const { inputWidth, outputWidth, layers, nu, random } = given('graph.DRew', options);
    super();
    expectInteger('graph.DRew', 'layers', layers, 1);
    if (nu !== undefined) {
      expectInteger('graph.DRew', 'nu', nu, 1);
    }
    this.nu = nu ?? Infinity;
    this.outputs = Axis.of('outputs', outputWidth);
    this.reach = perGraph((graph) => shells(graph, layers));
    this.first = this.addChild('first', new Linear({ inputWidth, outputWidth: this.outputs, random: random.child('first') })); // prettier-ignore
    this.maps = Array.from({ length: layers }, (_, t) =>
      Array.from({ length: t + 1 }, (_, i) => {
        const name = `${t}.${i + 1}`;
        const map = { inputWidth: this.outputs, outputWidth: this.outputs, bias: i === 0, random: random.child(name) };
        return this.addChild(name, new Linear(map));
      })
    );
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const far = this.reach(graphOfPass(this, ctx));
    if (x.shape[0] !== far[0].numNodes) {
      fail(ctx.path || this.kind, `nodes must be [N, F] (N ${far[0].numNodes})`, x.shape);
    }
    return tf.tidy(() => {
      const states = [this.first.apply(x, ctx.within('first')) as tf.Tensor2D];
      this.maps.forEach((maps, t) => {
        const heard = maps.map((map, i) => {
          const state = states[t - Math.max(i + 1 - this.nu, 0)];
          const sum = neighbourSum(state, far[i], balancedOf(far[i]));
          return map.apply(sum, ctx.within(`${t}.${i + 1}`));
        });
        states.push(states[t].add(tf.addN(heard).relu()));
      });
      return states.at(-1)!;
    });
  }
}

/** The layers of a graph network: {@link DRew}. */
export function drew(options: DrewSpecOptions): GraphLayerSpec {
  return { kind: 'drew', options: { ...options }, build: (shape) => new DRew({ ...options, ...shape }) };
}

layerSpecs.register('drew', drew);
