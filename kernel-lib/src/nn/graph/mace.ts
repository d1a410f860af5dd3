import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectShape, fail, given, Module, Parameter, Random } from '../../base/core'; // prettier-ignore
import type { Graph } from '../../base/graph';
import { edgeDifference } from '../../base/ops/graph';
import { Linear } from '../layers';
import { degreeOf, type MaceInputs, MaceLayer, silu } from './maceLayer';
import { graphOfPass } from './messagePassing';
import { radialBasis } from './operators/radialBasis';
import { sphericalHarmonics } from './operators/sphericalHarmonics';
import { readout } from './readout';

/** Options of `graph.Mace`. */
export interface MaceOptions {
  /** Kinds of atoms, S: types of nodes are 0..S - 1. */
  species: number;
  /** Length at which atoms cease to hear each other; edges are those of `graph.radiusGraph`. */
  cutoff: number;
  /** Channels, K. Default 16. */
  width?: number;
  /** Largest degree of the harmonics that neighbours are summed by. Default 2. */
  lMax?: number;
  /** Largest degree of what atoms hold between layers. Default 1. */
  hiddenDegree?: number;
  /** Atoms that a message of one layer is of, 2..5: the centre, and as many neighbours as are multiplied. Default 4. */
  bodyOrder?: number;
  /** Default 2. */
  layers?: number;
  /** Bessel functions of a length. Default 8. */
  radial?: number;
  /** Divisor of sums over neighbours: as many as there are in the mean. Default 1. */
  neighbours?: number;
  /** Default 0. */
  seed?: number;
}

const WHERE = 'graph.Mace';

/**
 * Equivariant messages of higher body order (MACE, arXiv 2206.07697): an atom's neighbours are summed by spherical harmonics of where they are, products of several of these sums are coupled by Clebsch-Gordan coefficients, and so one layer's
 * message is of up to four atoms. Positions [N, 3] on a graph of the pass, with types of nodes, to each atom's share of the energy, [N, 1]: the same however all is moved, turned or mirrored. Forces are the energy's gradient, and can be
 * trained on. Features keep natural parity, as `0e + 1o + 2e`.
 *
 * @throws {SwitchyardError} where an option is out of range; in a pass, where nodes have no types, or others.
 */
export class Mace extends Module {
  readonly kind = 'mace';
  private readonly options: Required<MaceOptions>;
  private readonly embedding: Parameter;
  private readonly own: Parameter;
  private readonly layers: readonly MaceLayer[];
  private readonly reads: readonly Linear[];
  private readonly hidden: Linear;

  constructor(options: MaceOptions) {
    const { species, cutoff, width = 16, lMax = 2, hiddenDegree = 1, bodyOrder = 4, layers = 2, radial = 8, neighbours = 1, seed = 0 } = given(WHERE, options); // prettier-ignore
    super();
    Object.entries({ species, width, layers, radial }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
    expectInteger(WHERE, 'lMax', lMax, 0, 4);
    expectInteger(WHERE, 'hiddenDegree', hiddenDegree, 0, lMax);
    expectInteger(WHERE, 'bodyOrder', bodyOrder, 2, 5);
    expectNumber(WHERE, 'cutoff', cutoff, 1e-9);
    expectNumber(WHERE, 'neighbours', neighbours, 1e-9);
    this.options = { species, cutoff, width, lMax, hiddenDegree, bodyOrder, layers, radial, neighbours, seed };
    const random = Random.fromSeed(seed).child('mace');
    const channels = Axis.of('channels', width).pin('layers hand them on');
    const kinds = Axis.of('species', species).pin('the data have them');
    const one = Axis.fixed('energy', 1);
    this.embedding = this.addParameter('embedding', Parameter.over([kinds, channels], (shape) => random.child('embedding').normal(shape))); // prettier-ignore
    this.own = this.addParameter('own', Parameter.over([kinds, one], tf.zeros));
    this.layers = Array.from({ length: layers }, (_, i) => {
      const degrees = { from: i === 0 ? 0 : hiddenDegree, sum: lMax, to: i === layers - 1 ? 0 : hiddenDegree };
      return this.addChild(`${i}`, new MaceLayer({ species, width, degrees, order: bodyOrder - 1, radial, neighbours, random: random.child(i) })); // prettier-ignore
    });
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, bias: false, random: random.child(name) }));
    const inner = Axis.of('hidden', width);
    this.reads = this.layers.map((_, i) => linear(`read.${i}`, i === layers - 1 ? inner : channels, one));
    this.hidden = linear('hidden', channels, inner);
  }

  /** Shares of the energy, [N, 1]. */
  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || WHERE, x, [graph.numNodes, 3]);
    return tf.tidy(() => {
      const inputs = this.inputs(x as tf.Tensor2D, graph);
      let energies = tf.matMul(inputs.species, this.own.read() as tf.Tensor2D);
      let nodes = tf.matMul(inputs.species, this.embedding.read() as tf.Tensor2D).expandDims<tf.Tensor3D>(1);
      this.layers.forEach((layer, i) => {
        nodes = layer.pass(nodes, inputs, ctx.within(`${i}`));
        const scalars = degreeOf(nodes, 0).squeeze([1]);
        const mapped = this.hidden.apply(scalars, ctx.within('hidden'));
        const read = i === this.layers.length - 1 ? silu(mapped) : scalars;
        energies = energies.add(this.reads[i].apply(read, ctx.within(`read.${i}`)) as tf.Tensor2D);
      });
      return energies;
    });
  }

  /** Energy of each graph, [graphs, 1]. */
  energy(positions: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    return tf.tidy(() => readout(this.apply(positions, ctx) as tf.Tensor2D, graphOfPass(this, ctx), 'sum'));
  }

  /** Forces, [N, 3]: the energy's gradient, turned round. It has gradients in turn. */
  forces(positions: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    return tf.tidy(
      () =>
        tf
          .grad((x) => this.apply(x, ctx).sum())(positions)
          .neg() as tf.Tensor2D
    );
  }

  private inputs(positions: tf.Tensor2D, graph: Graph): MaceInputs {
    const { cutoff, radial, lMax, species } = this.options;
    const types = graph.nodeTypes ?? fail(WHERE, `nodes must have types 0..${species - 1}`, 'none');
    const wrong = types.find((type) => type >= species);
    if (wrong !== undefined) {
      fail(WHERE, `nodes must have types 0..${species - 1}`, wrong);
    }
    const kinds = Array.from({ length: species }, (_, kind) => kind);
    const vectors = edgeDifference(positions, positions, graph);
    const lengths = vectors.square().sum<tf.Tensor2D>(1, true).add<tf.Tensor2D>(1e-12).sqrt<tf.Tensor2D>();
    return {
      ...{ graph, harmonics: sphericalHarmonics(vectors, lMax), lengths: radialBasis(lengths, { cutoff, size: radial }) }, // prettier-ignore
      species: tf.tensor2d(Array.from(types, (type) => kinds.map((kind) => Number(kind === type))))
    };
  }
}
