import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, given, Module, type Random } from '../../base/core';
import { degrees, type Graph, neighbourhoodTokens, perGraph } from '../../base/graph';
import { neighbourMean } from '../../base/ops/graph';
import { LayerNorm, Linear, SelectiveStateSpace, type SelectiveStateSpaceOptions } from '../layers';
import { graphOfPass } from './messagePassing';

/** Options of `graph.Mamba`. */
export interface MambaOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Width of tokens, W. */
  width: number;
  /** Values of a node that go out, P. */
  outputWidth: number;
  /** Steps of the longest walks that tokens are of; 0: a node is one token. Default 0. */
  hops?: number;
  /** Walks of each length. Default 4. */
  walks?: number;
  /** Scans over the nodes of a graph, one after the other. Default 1. */
  layers?: number;
  /** States of a channel. Default 8. */
  states?: number;
  /** Whether scans go both ways, with the same weights or others. Default "both". */
  direction?: SelectiveStateSpaceOptions['direction'];
  /** Stream of the walks and the initial parameters. */
  random: Random;
}

/**
 * Graph network of selective state spaces (graph Mamba, arXiv 2402.08678): a node's neighbourhood is a sequence of tokens, each the mean of what walks of one length pass, from the widest to the node itself (`graph.neighbourhoodTokens`);
 * a scan over it makes the node, and scans over all nodes of a graph, from the least degree to the largest, let each hear every other. Nodes [N, F] to [N, P]; time grows with tokens. Nodes of one degree are taken in the order of
 * their numbers, so that of these it is not the same in another order.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export class Mamba extends Module {
  readonly kind = 'mamba';
  private readonly inputWidth: number;
  private readonly hops: number;
  private readonly first: Linear;
  private readonly local: { norm: LayerNorm; scan: SelectiveStateSpace } | null;
  private readonly global: readonly { norm: LayerNorm; scan: SelectiveStateSpace }[];
  private readonly out: Linear;
  private readonly tokens: (graph: Graph) => ReturnType<typeof neighbourhoodTokens>;

  constructor(options: MambaOptions) {
    const where = 'graph.Mamba';
    const { inputWidth, width, outputWidth, hops = 0, walks = 4, layers = 1, states = 8, direction = 'both', random } = given(where, options); // prettier-ignore
    super();
    Object.entries({ inputWidth, width, outputWidth, walks, layers, states }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectInteger(where, 'hops', hops, 0);
    [this.inputWidth, this.hops] = [inputWidth, hops];
    const seed = Math.floor(random.child('walks').generator()() * 2 ** 31);
    this.tokens = perGraph((graph: Graph) => neighbourhoodTokens(graph, { hops, walks, seed }));
    const axis = Axis.of('width', width).pin('layers add to it');
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    this.first = linear('first', Axis.of('inputs', inputWidth).pin('the data have them'), axis);
    const layer = (name: string) => ({
      norm: this.addChild(`${name}.norm`, new LayerNorm({ width: axis })),
      scan: this.addChild(`${name}.scan`, new SelectiveStateSpace({ width: axis, inner: Axis.of('inner', 2 * width), states, direction, random: random.child(name) })) // prettier-ignore
    });
    this.local = hops === 0 ? null : layer('local');
    this.global = Array.from({ length: layers }, (_, i) => layer(`${i}`));
    this.out = linear('out', axis, Axis.of('outputs', outputWidth).pin('the data have them'));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.Mamba', x, [graph.numNodes, this.inputWidth]);
    return tf.tidy(() => {
      let nodes = this.neighbourhoods(this.first.apply(x, ctx.within('first')) as tf.Tensor2D, graph, ctx);
      const { places, back, shape } = sequencesOf(graph);
      this.global.forEach(({ norm, scan }, i) => {
        const normed = norm.apply(nodes, ctx.within(`${i}.norm`)) as tf.Tensor2D;
        // One row past the last is what fills the shorter sequences up; nothing enters a scan there.
        const rows = tf.gather(tf.pad(normed, [[0, 1], [0, 0]]), tf.tensor1d(places, 'int32')); // prettier-ignore
        const sequences = rows.reshape([...shape, normed.shape[1]]);
        const heard = scan.apply(sequences, ctx.within(`${i}.scan`)).reshape([-1, normed.shape[1]]);
        nodes = nodes.add<tf.Tensor2D>(tf.gather(heard, tf.tensor1d(back, 'int32')));
      });
      return this.out.apply(nodes, ctx.within('out'));
    });
  }

  private neighbourhoods(nodes: tf.Tensor2D, graph: Graph, ctx: Context): tf.Tensor2D {
    if (this.local === null) {
      return nodes;
    }
    const { norm, scan } = this.local;
    const width = nodes.shape[1];
    const tokens = neighbourMean(nodes, this.tokens(graph));
    const normed = norm.apply(tokens, ctx.within('local.norm')).reshape([graph.numNodes, this.hops + 1, width]);
    const heard = scan.apply(normed, ctx.within('local.scan')).slice([0, this.hops, 0], [-1, 1, -1]).squeeze([1]);
    return nodes.add(heard);
  }
}

/** Nodes of each graph in a row, by degree and then number: which is at each place, and the place of each. */
const sequencesOf = perGraph((graph: Graph) => {
  const of = graph.graphOf ?? new Int32Array(graph.numNodes);
  const count = degrees(graph);
  const rows: number[][] = Array.from({ length: graph.numGraphs }, () => []);
  of.forEach((each, node) => rows[each].push(node));
  rows.forEach((row) => row.sort((a, b) => count[a] - count[b] || a - b));
  const longest = Math.max(1, ...rows.map((row) => row.length));
  const places = new Int32Array(graph.numGraphs * longest).fill(graph.numNodes);
  const back = new Int32Array(graph.numNodes);
  rows.forEach((row, i) => row.forEach((node, at) => {
    places[i * longest + at] = node;
    back[node] = i * longest + at;
  })); // prettier-ignore
  return { places, back, shape: [graph.numGraphs, longest] as [number, number] }; // prettier-ignore
});
