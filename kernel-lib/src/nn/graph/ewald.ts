import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectShape, fail, given, Module, Parameter, type Random } from '../../base/core'; // prettier-ignore
import { adjacencyOf, type Graph, perGraph } from '../../base/graph';
import { neighbourSum } from '../../base/ops/graph';
import { graphOfPass } from './messagePassing';

/** Options of `graph.EwaldMessages`. */
export interface EwaldMessagesOptions {
  /** Values of a node, F. */
  width: number;
  /** Lengths of the periodic box, one a dimension. */
  box: readonly number[];
  /** Largest frequency, in radians a unit of length, that messages have. */
  cutoff: number;
  random: Random;
}

/**
 * Long-range messages in Fourier space (Ewald message passing, arXiv 2303.04791): of each graph of a batch, in a periodic box, the structure factors `S(k) = sum over j of h_j exp(-i k r_j)` of all frequencies up to a cutoff are filtered,
 * a learnt weight for each frequency and value, and read at the nodes: `sum over k of w(k) Re(S(k) exp(i k r))`. All nodes hear all others, over any distance, at the cost of nodes times frequencies; the edges of the pass are not read.
 * Nodes with their positions behind them, [N, F + D], to messages [N, F], which are added to those of a layer that ends at a distance.
 *
 * @throws {SwitchyardError} where a length is not above 0, or no frequency is below the cutoff.
 */
export class EwaldMessages extends Module {
  readonly kind = 'ewald-messages';
  /** Frequencies, one of each k and -k, [K][D]; without 0. */
  readonly frequencies: readonly (readonly number[])[];
  private readonly width: number;
  private readonly filter: Parameter;

  constructor(options: EwaldMessagesOptions) {
    const where = 'graph.EwaldMessages';
    const { width, box, cutoff, random } = given(where, options);
    super();
    expectInteger(where, 'width', width, 1);
    expectInteger(where, 'dimensions of the box', box.length, 1);
    box.forEach((length) => expectNumber(where, 'lengths of the box', length, 1e-9));
    expectNumber(where, 'cutoff', cutoff, 0);
    this.width = width;
    this.frequencies = frequenciesOf(box, cutoff);
    if (this.frequencies.length === 0) {
      fail(where, `cutoff must be at least the box's least frequency (${(2 * Math.PI) / Math.max(...box)})`, cutoff);
    }
    const axes = [Axis.fixed('frequencies', this.frequencies.length), Axis.of('width', width).pin('nodes hold it')];
    this.filter = this.addParameter('filter', Parameter.over(axes, (shape) => random.child('filter').normal(shape, 0, 0.1))); // prettier-ignore
  }

  /** Operations on a node: structure factors and messages. */
  override ownFlops(): number {
    return this.frequencies.length * (2 * this.frequencies[0].length + 8 * this.width);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    const { width, frequencies } = this;
    const [dimensions, count] = [frequencies[0].length, frequencies.length];
    expectShape(ctx.path || 'graph.EwaldMessages', x, [graph.numNodes, width + dimensions]);
    const { into, from } = membership(graph);
    return tf.tidy(() => {
      const [held, positions] = tf.split(x as tf.Tensor2D, [width, dimensions], 1);
      const phases = tf.matMul(positions, tf.tensor2d(frequencies as number[][]), false, true);
      const filter = this.filter.read();
      const parts = [phases.cos(), phases.sin()].map((wave) => {
        const waves = wave.expandDims(2);
        // [N, K F] to the graphs and back to their nodes.
        const rows = waves.mul(held.expandDims(1)).reshape<tf.Tensor2D>([graph.numNodes, count * width]);
        const factors = neighbourSum(neighbourSum(rows, into), from).reshape([graph.numNodes, count, width]);
        return factors.mul(waves).mul(filter).sum(1);
      });
      return parts[0].add(parts[1]);
    });
  }
}

/** Nodes into their graphs, and back. */
const membership = perGraph((graph: Graph) => {
  const nodes = Int32Array.from({ length: graph.numNodes }, (_, i) => i);
  const of = graph.graphOf ?? new Int32Array(graph.numNodes);
  return {
    into: adjacencyOf(nodes, of, graph.numNodes, graph.numGraphs),
    from: adjacencyOf(of, nodes, graph.numGraphs, graph.numNodes)
  };
});

/** Frequencies of a box up to a cutoff, whose first coordinate that is not 0 is above 0. */
function frequenciesOf(box: readonly number[], cutoff: number): number[][] {
  const steps = box.map((length) => (2 * Math.PI) / length);
  let all: number[][] = [[]];
  for (const step of steps) {
    const most = Math.floor(cutoff / step);
    all = all.flatMap((start) => Array.from({ length: 2 * most + 1 }, (_, i) => [...start, (i - most) * step]));
  }
  return all.filter((k) => (k.find((value) => value !== 0) ?? 0) > 0 && Math.hypot(...k) <= cutoff);
}
