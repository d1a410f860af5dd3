import { tf } from '../../../base/backend';
import { Axis, type Context, expectInteger, given, Parameter, type Random, type Size } from '../../../base/core';
import { type Graph, perGraph } from '../../../base/graph';
import { dispatch, type DispatchPlan, embed, gelu, groupedMatMul } from '../../../base/ops';
import { edgeDot, neighbourSum } from '../../../base/ops/graph';
import { initialize, xavierUniform } from '../../layers';
import type { EdgeEnds } from '../edgeEnds';
import { type GraphLayerSpec, layerSpecs } from '../layerSpecs';
import { graphOfPass, type Messages } from '../messagePassing';
import { KindLinear, kindPlan } from '../nodeKinds';
import { type RelationRows, relationRows } from '../relationRows';
import { type AttentionChoices, NeighbourAttention } from './neighbourAttention';

/** Options of `graph.hgt`. */
export interface HgtSpecOptions extends Omit<AttentionChoices, 'combine'> {
  /** Types of edges, R. */
  relations: number;
  /** Types of nodes, K, each of which has maps of its own. Default 1. */
  nodeKinds?: number;
  /** Whether what a node held is mixed in, by a share of its type, where as many values come out as come in; these widths cannot be cut then. Default false. */
  skip?: boolean;
  /** Adds biases to the maps of nodes, initially 0. Default true. */
  bias?: boolean;
}

/** Options of `graph.HGT`. */
export interface HgtOptions extends HgtSpecOptions {
  inputWidth: Size;
  outputWidth: number;
  random: Random;
}

/**
 * Heterogeneous graph transformer (HGT, arXiv 2003.01332), nodes [N, F] to [N, P]: keys, queries and values are maps of a node's type; an edge of type r has the score `(k A_r) . q mu_r / sqrt(W)` in each head, a softmax over all edges
 * that enter a node, of any type, gives shares, and `gelu` of the sum of shares times `v M_r` goes through another map of the node's type. With a skip `s y + (1 - s) x` is the output, with the
 * sigmoid s of a number of the node's type, initially 1. Keys and values meet `A_r` and `M_r` in one row for each node and type of edge that it sends by. Edges must have types, 0..R-1, and nodes where there are several kinds; weights are not read.
 *
 * @throws {SwitchyardError} where an option is out of range; in a call, where types are not there or too many.
 */
export class HGT extends NeighbourAttention {
  readonly kind = 'hgt';
  private readonly maps: Record<'key' | 'query' | 'value' | 'last', KindLinear>;
  private readonly relation: Record<'attend' | 'message' | 'prior', Parameter>;
  private readonly skip: Parameter | null;
  private readonly rowsOf: (graph: Graph) => RelationRows;
  private readonly kindsOf: (graph: Graph) => DispatchPlan;

  constructor(options: HgtOptions) {
    const where = 'graph.HGT';
    const {
      inputWidth,
      relations,
      nodeKinds = 1,
      skip = false,
      bias = true,
      random,
      ...choices
    } = given(where, options);
    super(where, { ...choices, combine: 'concat', loops: false, bias: false });
    expectInteger(where, 'relations', relations, 1);
    expectInteger(where, 'nodeKinds', nodeKinds, 1);
    const inputs = Axis.of('inputs', inputWidth);
    const kinds = Axis.of('nodeKinds', nodeKinds).pin('the data have them');
    const types = Axis.of('relations', relations).pin('the data have them');
    const map = (name: string, from: Axis): KindLinear =>
      this.addChild(
        name,
        new KindLinear({ kinds, inputs: from, outputs: this.flat, bias, random: random.child(name) })
      );
    this.maps = {
      ...{ key: map('key', inputs), query: map('query', inputs), value: map('value', inputs) },
      last: map('last', this.flat)
    };
    const make = (name: string, axes: Axis[], initial: (shape: number[]) => tf.Tensor, decay = true): Parameter =>
      this.addParameter(name, Parameter.over(axes, initial, { decay }));
    const drawn = (name: string) => (shape: number[]) => initialize(xavierUniform(), shape, random.child(name));
    const square = [types, this.heads, this.headWidth, this.headWidth];
    this.relation = {
      ...{ attend: make('attend', square, drawn('attend')), message: make('message', square, drawn('message')) },
      prior: make('prior', [types, this.heads], tf.ones, false)
    };
    const skips = skip && inputs.size === this.flat.size;
    this.skip = skips ? make('skip', [kinds, Axis.fixed('score', 1)], tf.ones, false) : null;
    if (skips) {
      [inputs, this.flat].forEach((axis) => axis.pin('what came in is added to what comes out'));
    }
    this.rowsOf = perGraph((graph) => relationRows(where, graph, { relations, layout: 'compact', end: 'source' }));
    this.kindsOf = perGraph((graph) => kindPlan(where, graph, nodeKinds));
  }

  /** Operations on a node of one row beside the maps of nodes: keys and values through the matrices of a relation. */
  override ownFlops(): number {
    return 4 * this.flat.size * this.headWidth.size;
  }

  protected override message({ nodes, graph }: EdgeEnds, ctx: Context): Messages {
    const plan = this.kindsOf(graph);
    const { plan: rows, relations, adjacency } = this.rowsOf(graph);
    const [key, query, value] = [this.maps.key, this.maps.query, this.maps.value].map((map) => map.through(nodes, plan)); // prettier-ignore
    if (graph.numEdges === 0) {
      return { sources: value };
    }
    const prior = embed(this.relation.prior.read() as tf.Tensor2D, tf.tensor1d(relations, 'int32'));
    const asked = this.inHeads(this.related(dispatch(key, rows), 'attend', rows)).mul(prior.expandDims(2));
    const scale = Math.sqrt(this.headWidth.size);
    const scores = edgeDot(asked.reshape([rows.rows, -1]), query.div(scale), adjacency, { heads: this.heads.size });
    return { sources: this.related(dispatch(value, rows), 'message', rows), weights: this.share(scores, graph, ctx) };
  }

  protected override aggregate(messages: Messages, graph: Graph): tf.Tensor2D {
    const { sources, weights } = messages as Exclude<Messages, tf.Tensor2D>;
    return neighbourSum(sources, graph.numEdges === 0 ? graph : this.rowsOf(graph).adjacency, weights);
  }

  protected override update(nodes: tf.Tensor2D, aggregated: tf.Tensor2D, ctx: Context): tf.Tensor {
    const plan = this.kindsOf(graphOfPass(this, ctx));
    const y = this.maps.last.through(gelu(aggregated), plan);
    if (this.skip === null) {
      return y;
    }
    const kinds = graphOfPass(this, ctx).nodeTypes ?? new Int32Array(nodes.shape[0]);
    const share = embed(this.skip.read().sigmoid() as tf.Tensor2D, tf.tensor1d(kinds, 'int32'));
    return y.mul(share).add(nodes.mul(tf.sub(1, share)));
  }

  /** Rows of relations times the matrix of their relation, head by head, [U, H W]. */
  private related(x: tf.Tensor2D, name: 'attend' | 'message', plan: DispatchPlan): tf.Tensor2D {
    const [H, W] = [this.heads.size, this.headWidth.size];
    const [rows, matrices] = [this.inHeads(x), this.relation[name].read()];
    const of = (h: number): tf.Tensor2D => {
      const head = rows.slice([0, h, 0], [-1, 1, W]).reshape<tf.Tensor2D>([x.shape[0], W]);
      return groupedMatMul(head, matrices.slice([0, h, 0, 0], [-1, 1, W, W]).squeeze([1]), plan);
    };
    return tf.concat(Array.from({ length: H }, (_, h) => of(h)), 1); // prettier-ignore
  }
}

/** The layer of a graph network: {@link HGT}. */
export function hgt(options: HgtSpecOptions): GraphLayerSpec {
  return { kind: 'hgt', options: { ...options }, build: (shape) => new HGT({ ...options, ...shape }) };
}

layerSpecs.register('hgt', hgt);
