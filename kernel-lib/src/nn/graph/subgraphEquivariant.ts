import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, given, Module, type Random } from '../../base/core';
import { adjacencyOf, egoNetworks, type Graph, nodePairs, perGraph } from '../../base/graph';
import { neighbourMean } from '../../base/ops/graph';
import { Linear } from '../layers';
import { graphOfPass } from './messagePassing';
import { pairBasis } from './operators';

/** Options of `graph.SubgraphEquivariant`. */
export interface SubgraphEquivariantOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Values of a pair between layers. */
  hidden: number;
  /** Values of a node that come out, P. */
  outputWidth: number;
  /** Steps from a node that its ego network reaches. Default 1. */
  radius?: number;
  /** Default 2. */
  layers?: number;
  random: Random;
}

/**
 * Subgraph permutation equivariant network (SPEN, arXiv 2111.11840): round each node its ego network, of which all ordered pairs of nodes hold values: at first the edges between them, and of a node with itself its features and whether
 * it is the centre. Layers mix the fifteen maps of pairs that commute with every order of the subgraph's nodes (`graph.pairBasis`), with ReLU between them, and a node is what its network's pairs hold in the mean. Nodes [N, F] to
 * [N, P]. Rows are as many as the sum of the squares of the networks' sizes, not N^2.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class SubgraphEquivariant extends Module {
  readonly kind = 'subgraph-equivariant';
  private readonly options: Required<SubgraphEquivariantOptions>;
  private readonly maps: readonly Linear[];
  private readonly out: Linear;
  private readonly tables: (graph: Graph) => ReturnType<typeof tableOf>;

  constructor(options: SubgraphEquivariantOptions) {
    const where = 'graph.SubgraphEquivariant';
    const { inputWidth, hidden, outputWidth, radius = 1, layers = 2, random } = given(where, options);
    super();
    Object.entries({ inputWidth, hidden, outputWidth, layers }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectInteger(where, 'radius', radius, 0);
    this.options = { inputWidth, hidden, outputWidth, radius, layers, random };
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    const basis = Axis.fixed('maps of pairs', 15);
    const inner = Axis.of('hidden', hidden).pin('pairs hold it');
    const inputs = Axis.of('inputs', inputWidth + 2).pin('the data have them');
    this.maps = Array.from({ length: layers }, (_, i) =>
      linear(`${i}`, Axis.product('maps x values', basis, i === 0 ? inputs : inner), inner)
    );
    this.out = linear('out', Axis.product('own, all x hidden', Axis.fixed('own, all', 2), inner), Axis.of('outputs', outputWidth)); // prettier-ignore
    this.tables = perGraph((graph) => tableOf(graph, radius));
  }

  /** Rows of pairs that a graph is given: what memory grows by. */
  numPairs(graph: Graph): number {
    return this.tables(graph).pairs.first.length;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.SubgraphEquivariant', x, [graph.numNodes, this.options.inputWidth]);
    const { pairs, own, marks, edges, ofPairs, ofOwn } = this.tables(graph);
    return tf.tidy(() => {
      // What a node holds stands at its pair with itself, and 0 elsewhere.
      const features = tf.gather(tf.concat([x, tf.zeros([1, x.shape[1]!])]), tf.tensor1d(own, 'int32'));
      const sides = tf.stack([tf.tensor1d(marks), tf.tensor1d(edges)], 1);
      let rows = tf.concat([features, sides], 1) as tf.Tensor2D;
      this.maps.forEach((map, i) => {
        rows = map.apply(pairBasis(rows, pairs), ctx.within(`${i}`)).relu() as tf.Tensor2D;
      });
      return this.out.apply(
        tf.concat([neighbourMean(rows, ofOwn), neighbourMean(rows, ofPairs)], 1),
        ctx.within('out')
      );
    });
  }
}

/** Pairs of all ego networks, and what they hold at first. */
function tableOf(graph: Graph, radius: number) {
  const { graph: egos, nodes, centres } = egoNetworks(graph, { radius });
  const pairs = nodePairs(egos);
  const count = pairs.first.length;
  const [marks, edges] = [new Float32Array(count), new Float32Array(count)];
  centres.forEach((row) => (marks[pairs.own[row]] = 1));
  egos.sources.forEach((source, e) => (edges[pairs.at(source, egos.targets[e])] += egos.weightOf(e)));
  // One past the last node holds nothing.
  const own = Int32Array.from(pairs.first, (row, place) => (row === pairs.second[place] ? nodes[row] : graph.numNodes));
  const every = Int32Array.from({ length: count }, (_, place) => place);
  return {
    ...{ pairs, own, marks, edges },
    ofPairs: adjacencyOf(every, pairs.graphOf, count, egos.numGraphs),
    ofOwn: adjacencyOf(pairs.own, egos.graphOf!, count, egos.numGraphs)
  };
}
