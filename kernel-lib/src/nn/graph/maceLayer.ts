import { tf } from '../../base/backend';
import { Axis, type Context, fail, Module, Parameter, type Random } from '../../base/core';
import type { Graph } from '../../base/graph';
import { realCoupling } from '../../base/math/clebschGordan';
import { withGradient } from '../../base/ops';
import { edgeGather, edgeScatter } from '../../base/ops/graph';
import { Linear, uniformFanIn } from '../layers';
import { symmetricProducts } from './operators/symmetricProducts';

/** Sizes of a layer. */
export interface MaceLayerOptions {
  species: number;
  /** Channels, K. */
  width: number;
  /** Largest degree of what comes in, of what is summed over neighbours, and of what goes out. */
  degrees: { from: number; sum: number; to: number };
  /** Factors of the largest products: the body order less one. */
  order: number;
  /** Numbers of a length that weights of messages are made of. */
  radial: number;
  /** Divisor of sums over neighbours. */
  neighbours: number;
  random: Random;
}

/** Edges and nodes of a pass as a layer reads them. */
export interface MaceInputs {
  graph: Graph;
  /** Harmonics of the edges' directions, [M, (sum + 1)^2], and functions of their lengths, [M, radial]. */
  harmonics: tf.Tensor2D;
  lengths: tf.Tensor2D;
  /** Species, one-hot, [N, S]. */
  species: tf.Tensor2D;
}

interface Path {
  l1: number;
  l2: number;
  l3: number;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const components = (lMax: number): number => (lMax + 1) ** 2;
/** SiLU, scaled to keep variances near 1; its gradient has one, since forces are trained on. */
export function silu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>(
    [x],
    (save) => {
      save([x]);
      return x.mul(x.sigmoid()).mul<T>(1.68);
    },
    (dy, [x]) => {
      const gate = x.sigmoid();
      return [dy.mul(gate.add(x.mul(gate).mul(tf.sub(1, gate)))).mul(1.68)];
    }
  );
}

/** Weights of variance 1 over the width, so that products of several sums are of the size of one. */
const UNIT = uniformFanIn(Math.sqrt(3));

/**
 * Layer of MACE (arXiv 2206.07697): what neighbours hold is coupled to the harmonics of where they are and summed, products of up to `order` of these sums are coupled to each degree, and mixed by weights of the node's species. Features
 * are [N, (degree + 1)^2, K].
 */
export class MaceLayer extends Module {
  readonly kind = 'mace-layer';
  private readonly paths: readonly Path[];
  private readonly linear: Record<string, Linear> = {};
  private readonly products: readonly { degree: number; order: number; weight: Parameter }[];
  private readonly skips: readonly Parameter[];

  constructor(private readonly options: MaceLayerOptions) {
    super();
    const { species, width, degrees, order, radial, random } = options;
    this.paths = pathsOf(degrees);
    const channels = Axis.of('channels', width).pin('layers hand them on');
    const linear = (name: string, from: Axis, to: Axis): void => {
      this.linear[name] = this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, bias: false, initializer: UNIT, random: random.child(name) })); // prettier-ignore
    };
    const hidden = Axis.of('radialHidden', width);
    linear('radial.0', Axis.of('radial', radial).pin('lengths have them'), hidden);
    linear('radial.1', hidden, Axis.product('paths x channels', Axis.fixed('paths', this.paths.length), channels));
    range(degrees.from + 1).forEach((l) => linear(`up.${l}`, channels, channels));
    range(degrees.sum + 1).forEach((l) => linear(`mix.${l}`, channels, channels));
    range(degrees.to + 1).forEach((l) => linear(`out.${l}`, channels, channels));
    const kinds = Axis.of('species', species).pin('the data have them');
    this.products = range(degrees.to + 1).flatMap((degree) =>
      range(order).flatMap((i) => {
        const count = symmetricProducts(degrees.sum, i + 1, degree).sets.length;
        const sets = Axis.product('products x channels', Axis.fixed('products', Math.max(1, count)), channels);
        const name = `product.${degree}.${i + 1}`;
        const make = (shape: number[]): tf.Tensor => random.child(name).normal(shape, 0, 1 / Math.max(1, count));
        return count === 0 ? [] : [{ degree, order: i + 1, weight: this.addParameter(name, Parameter.over([kinds, sets], make)) }]; // prettier-ignore
      })
    );
    const pairs = Axis.product('channels x channels', channels, channels);
    this.skips = range(Math.min(degrees.from, degrees.to) + 1).map(
      (l) =>
      this.addParameter(`skip.${l}`, Parameter.over([kinds, pairs], (shape) => random.child(`skip.${l}`).normal(shape, 0, 1 / Math.sqrt(width)))) // prettier-ignore
    );
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'a layer needs edges and nodes', 'a tensor');
  }

  pass(nodes: tf.Tensor3D, inputs: MaceInputs, ctx: Context): tf.Tensor3D {
    const { degrees, width } = this.options;
    const count = inputs.graph.numNodes;
    const sums = this.neighbours(nodes, inputs, ctx);
    const made = range(degrees.to + 1).map((l) => {
      const message = this.linear[`out.${l}`].apply(this.product(sums, l, inputs.species), ctx.within(`out.${l}`));
      if (l >= this.skips.length) {
        return message;
      }
      const maps = tf.matMul(inputs.species, this.skips[l].read() as tf.Tensor2D).reshape([count, width, width]);
      return message.add(tf.matMul(degreeOf(nodes, l), maps as tf.Tensor3D));
    });
    return tf.concat(made, 1) as tf.Tensor3D;
  }

  /** Sums over neighbours of what they hold, coupled to where they are: [N, (sum + 1)^2, K]. */
  private neighbours(nodes: tf.Tensor3D, { graph, harmonics, lengths }: MaceInputs, ctx: Context): tf.Tensor3D {
    const { degrees, width, neighbours } = this.options;
    const up = tf.concat(range(degrees.from + 1).map((l) => this.linear[`up.${l}`].apply(degreeOf(nodes, l), ctx.within(`up.${l}`))), 1); // prettier-ignore
    const rows = up.reshape<tf.Tensor2D>([graph.numNodes, components(degrees.from) * width]);
    const held = edgeGather(rows, graph, 'source').reshape<tf.Tensor3D>([graph.numEdges, components(degrees.from), width]); // prettier-ignore
    const inner = silu(this.linear['radial.0'].apply(lengths, ctx.within('radial.0')));
    const weights = this.linear['radial.1'].apply(inner, ctx.within('radial.1')).reshape<tf.Tensor3D>([graph.numEdges, this.paths.length, width]); // prettier-ignore
    const messages = range(degrees.sum + 1).map((l3) => {
      const parts = this.paths.flatMap(({ l1, l2, l3: to }, path) => {
        if (to !== l3) {
          return [];
        }
        const table = couplingRows(l1, l2, l3);
        const y = harmonics.slice([0, l1 * l1], [-1, 2 * l1 + 1]) as tf.Tensor2D;
        const map = tf.matMul(y, table).reshape<tf.Tensor3D>([graph.numEdges, 2 * l3 + 1, 2 * l2 + 1]);
        return [tf.matMul(map, degreeOf(held, l2)).mul<tf.Tensor>(weights.slice([0, path, 0], [-1, 1, -1]))];
      });
      return parts.reduce((sum, part) => sum.add(part));
    });
    const all = tf.concat(messages, 1).reshape<tf.Tensor2D>([graph.numEdges, components(degrees.sum) * width]);
    const sums = edgeScatter(all, graph, 'sum').div(neighbours).reshape<tf.Tensor3D>([graph.numNodes, components(degrees.sum), width]); // prettier-ignore
    return tf.concat(range(degrees.sum + 1).map((l) => this.linear[`mix.${l}`].apply(degreeOf(sums, l), ctx.within(`mix.${l}`))), 1) as tf.Tensor3D; // prettier-ignore
  }

  /** Products of the sums that turn as a degree does, [N, 2 l + 1, K], by weights of the species. */
  private product(sums: tf.Tensor3D, degree: number, species: tf.Tensor2D): tf.Tensor3D {
    const { degrees, width } = this.options;
    const count = sums.shape[0];
    const columns = tf.transpose(sums, [0, 2, 1]).reshape<tf.Tensor2D>([count * width, components(degrees.sum)]);
    const parts = this.products
      .filter((product) => product.degree === degree)
      .map(({ order, weight }) => {
        const { monomials, sets } = symmetricProducts(degrees.sum, order, degree);
        const factors = range(order).map((i) => tf.matMul(columns, selection(monomials, i, components(degrees.sum))));
        const values = tf.matMul(factors.reduce((a, b) => a.mul(b)), tableOf(sets)); // prettier-ignore
        const weights = tf.matMul(species, weight.read() as tf.Tensor2D).reshape([count, sets.length, width, 1]);
        return values.reshape([count, width, sets.length, 2 * degree + 1]).transpose([0, 2, 1, 3]).mul(weights).sum(1); // prettier-ignore
      });
    return tf.transpose(parts.reduce((sum, part) => sum.add(part)), [0, 2, 1]) as tf.Tensor3D; // prettier-ignore
  }
}

/** Components of one degree, [N, 2 l + 1, K]. */
export function degreeOf(features: tf.Tensor3D, l: number): tf.Tensor3D {
  return features.slice([0, l * l, 0], [-1, 2 * l + 1, -1]);
}

/** Couplings that keep natural parity. */
function pathsOf({ from, sum }: MaceLayerOptions['degrees']): Path[] {
  const all = range(sum + 1).flatMap((l1) => range(from + 1).flatMap((l2) => range(sum + 1).map((l3) => ({ l1, l2, l3 })))); // prettier-ignore
  return all.filter(({ l1, l2, l3 }) => l3 >= Math.abs(l1 - l2) && l3 <= l1 + l2 && (l1 + l2 + l3) % 2 === 0);
}

/** Coupling as a matrix from harmonics to a map of what is held, [2 l1 + 1, (2 l3 + 1)(2 l2 + 1)]; columns by result. Of unit size, not of unit sums. */
function couplingRows(l1: number, l2: number, l3: number): tf.Tensor2D {
  const coupling = realCoupling(l1, l2, l3);
  return tf.tensor2d(coupling.map((rows) => range(2 * l3 + 1).flatMap((m3) => rows.map((row) => row[m3]))));
}

/** Picks the i-th component of each monomial, [components, Q]. */
function selection(monomials: readonly number[][], i: number, size: number): tf.Tensor2D {
  const places = tf.tensor1d(monomials.map((monomial) => monomial[i]), 'int32'); // prettier-ignore
  return tf.oneHot(places, size).toFloat().transpose() as tf.Tensor2D;
}

/** Monomials to sets and their components, [Q, sets (2 degree + 1)]. */
function tableOf(sets: readonly Float64Array[][]): tf.Tensor2D {
  return tf.tensor2d(sets.flatMap((set) => set.map((row) => [...row]))).transpose();
}
