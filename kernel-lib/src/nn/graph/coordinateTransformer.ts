import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, fail, given, Module, Parameter, type Random } from '../../base/core'; // prettier-ignore
import { fromEdges, type Graph, nodePairs, perGraph } from '../../base/graph';
import { edgeDot, edgeSoftmax, neighbourSum } from '../../base/ops/graph';
import { FeedForward, LayerNorm, Linear } from '../layers';
import { graphOfPass } from './messagePassing';
import { publishNeighbours } from './publishNeighbours';

/** Options of `graph.CoordinateTransformer`. */
export interface CoordinateTransformerOptions {
  /** Kinds of atoms, S: types of nodes are 0..S - 1; none where nodes have no types. Default 1. */
  species?: number;
  /** D. */
  width: number;
  /** Default 2. */
  layers?: number;
  /** Heads, which divide the width. Default 1. */
  heads?: number;
  random: Random;
}

/** All pairs of the nodes of each graph, a node with itself among them, as edges from the second to the first. */
const allPairs = perGraph((graph: Graph): Graph => {
  const { first, second } = nodePairs(graph);
  return fromEdges({ numNodes: graph.numNodes, edges: { sources: second, targets: first } });
});

class CoordinateBlock extends Module {
  readonly kind = 'coordinate-block';
  private readonly maps: Record<'query' | 'key' | 'value' | 'out', Linear>;
  private readonly norms: Record<'attentionNorm' | 'feedForwardNorm', LayerNorm>;
  private readonly feedForward: FeedForward;

  constructor(
    private readonly heads: number,
    width: Axis,
    random: Random
  ) {
    super();
    const linear = (name: string): Linear =>
      this.addChild(name, new Linear({ inputWidth: width, outputWidth: width, random: random.child(name) }));
    this.maps = { query: linear('query'), key: linear('key'), value: linear('value'), out: linear('out') };
    const norm = (name: string): LayerNorm => this.addChild(name, new LayerNorm({ width }));
    this.norms = { attentionNorm: norm('attentionNorm'), feedForwardNorm: norm('feedForwardNorm') };
    this.feedForward = this.addChild('feedForward', new FeedForward({ width, hidden: Axis.of('hidden', 4 * width.size), random: random.child('feedForward') })); // prettier-ignore
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'a block needs nodes and pairs', 'a tensor');
  }

  pass(nodes: tf.Tensor2D, pairs: Graph, ctx: Context): { nodes: tf.Tensor2D; shares: tf.Tensor2D } {
    const normed = this.norms.attentionNorm.apply(nodes, ctx.within('attentionNorm'));
    const through = (name: keyof CoordinateBlock['maps'], x: tf.Tensor): tf.Tensor2D => this.maps[name].apply(x, ctx.within(name)) as tf.Tensor2D; // prettier-ignore
    const scale = Math.sqrt(this.heads / nodes.shape[1]);
    const scores = edgeDot(through('key', normed), through('query', normed).mul(scale), pairs, { heads: this.heads });
    const shares = edgeSoftmax(scores, pairs);
    publishNeighbours(this.kind, shares, pairs, ctx);
    const between = nodes.add<tf.Tensor2D>(through('out', neighbourSum(through('value', normed), pairs, shares)));
    const again = this.norms.feedForwardNorm.apply(between, ctx.within('feedForwardNorm'));
    return { nodes: between.add(this.feedForward.apply(again, ctx.within('feedForward'))), shares };
  }
}

/**
 * Transformer on Cartesian coordinates (arXiv 2510.02259): tokens are a linear map of an atom's position and an embedding of its kind, pre-norm blocks attend among all atoms of a molecule, and linear maps give each atom's share of the energy
 * and its force. No edges are read, no distances, and nothing turns by construction. Positions [N, 3], of a batch of molecules, to [N, 4]: share, then force. Observers of "routing" are told who attends to whom.
 *
 * @throws {SwitchyardError} where a size is out of range; in a pass, where nodes have other types.
 */
export class CoordinateTransformer extends Module {
  readonly kind = 'coordinate-transformer';
  private readonly species: number;
  private readonly embedding: Parameter;
  private readonly first: Linear;
  private readonly blocks: readonly CoordinateBlock[];
  private readonly norm: LayerNorm;
  private readonly out: Linear;

  constructor(options: CoordinateTransformerOptions) {
    const where = 'graph.CoordinateTransformer';
    const { species = 1, width, layers = 2, heads = 1, random } = given(where, options);
    super();
    Object.entries({ species, width, layers, heads }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    if (width % heads !== 0) {
      fail(where, `heads must divide the width (${width})`, heads);
    }
    this.species = species;
    const axis = Axis.of('width', width).pin('blocks add to it');
    const kinds = Axis.of('species', species).pin('the data have them');
    this.embedding = this.addParameter('embedding', Parameter.over([kinds, axis], (shape) => random.child('embedding').normal(shape))); // prettier-ignore
    this.first = this.addChild('first', new Linear({ inputWidth: Axis.fixed('x, y, z', 3), outputWidth: axis, random: random.child('first') })); // prettier-ignore
    this.blocks = Array.from({ length: layers }, (_, i) => this.addChild(`${i}`, new CoordinateBlock(heads, axis, random.child(i)))); // prettier-ignore
    this.norm = this.addChild('norm', new LayerNorm({ width: axis }));
    this.out = this.addChild('out', new Linear({ inputWidth: axis, outputWidth: Axis.fixed('energy, force', 4), random: random.child('out') })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => this.pass(x, ctx).out);
  }

  /** Shares of attention of each layer, [pairs, heads], with the pairs that they are of: edges from who is heard to who hears. */
  attention(x: tf.Tensor, ctx: Context): { pairs: Graph; shares: tf.Tensor2D[] } {
    return { pairs: allPairs(graphOfPass(this, ctx)), shares: tf.tidy(() => this.pass(x, ctx).shares) };
  }

  private pass(x: tf.Tensor, ctx: Context): { out: tf.Tensor; shares: tf.Tensor2D[] } {
    const graph = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.CoordinateTransformer', x, [graph.numNodes, 3]);
    const types = graph.nodeTypes ?? new Int32Array(graph.numNodes);
    const wrong = types.find((type) => type >= this.species);
    if (wrong !== undefined) {
      fail('graph.CoordinateTransformer', `types of nodes must be 0..${this.species - 1}`, wrong);
    }
    const kinds = tf.gather(this.embedding.read(), tf.tensor1d(types, 'int32'));
    let nodes = this.first.apply(x, ctx.within('first')).add<tf.Tensor2D>(kinds);
    const shares = this.blocks.map((block, i) => {
      const made = block.pass(nodes, allPairs(graph), ctx.within(`${i}`));
      nodes = made.nodes;
      return made.shares;
    });
    return { out: this.out.apply(this.norm.apply(nodes, ctx.within('norm')), ctx.within('out')), shares };
  }
}
