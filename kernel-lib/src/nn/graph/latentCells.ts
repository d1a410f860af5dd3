import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, expectShape, given, Module, type Random } from '../../base/core'; // prettier-ignore
import { adjacencyOf, fromEdges, type Graph, inducedCycles } from '../../base/graph';
import { embed, entmax } from '../../base/ops';
import { neighbourMean, neighbourSum } from '../../base/ops/graph';
import { Linear } from '../layers';

/** Options of `graph.LatentCells`. */
export interface LatentCellsOptions {
  /** Values of a node that come in, F. */
  inputWidth: number;
  /** Width of nodes and cells, W. */
  hidden: number;
  outputWidth: number;
  /** Nodes of a cell at most. Default 4. */
  maxCycle?: number;
  /** Sparsity of both samplers, above 1 and at most 2. Default 1.5. */
  alpha?: number;
  random: Random;
}

/** A cell complex that was sampled. */
export interface SampledCells {
  /** Shares of the neighbours of each node, [N, N], rows sum to 1. */
  edges: tf.Tensor2D;
  /** Edges, both ways, of which either share is above 0. */
  skeleton: Graph;
  /** Cycles that were kept, and the share of each, [K]. */
  cells: number[][];
  shares: tf.Tensor1D;
}

/**
 * Differentiable cell complex module (arXiv 2305.16174): the topology is learnt with the task, without a graph. Each node chooses its neighbours by alpha-entmax over how near they are in a learnt space, which is exactly sparse; of the induced
 * cycles of that skeleton, cells are chosen by alpha-entmax over how near their nodes lie to their mean in it; messages pass along edges and from cells, by these shares, so that the gradient reaches both choices. Nodes [N, F] to
 * [N, P].
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export class LatentCells extends Module {
  readonly kind = 'latent-cells';
  private readonly options: Required<LatentCellsOptions>;
  private readonly maps: Record<'near' | 'spread' | 'own' | 'edges' | 'cells' | 'out', Linear>;

  constructor(options: LatentCellsOptions) {
    const where = 'graph.LatentCells';
    const { inputWidth, hidden, outputWidth, maxCycle = 4, alpha = 1.5, random } = given(where, options);
    super();
    Object.entries({ inputWidth, hidden, outputWidth }).forEach(([name, value]) => expectInteger(where, name, value, 1)); // prettier-ignore
    expectInteger(where, 'maxCycle', maxCycle, 3);
    expectNumber(where, 'alpha', alpha, 1.01, 2);
    this.options = { inputWidth, hidden, outputWidth, maxCycle, alpha, random };
    const inputs = Axis.of('inputs', inputWidth).pin('the data have them');
    const inner = Axis.of('hidden', hidden).pin('nodes and cells share it');
    const linear = (name: string, from: Axis, to: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth: from, outputWidth: to, random: random.child(name) }));
    this.maps = {
      near: linear('near', inputs, inner),
      spread: linear('spread', inputs, inner),
      own: linear('own', inputs, inner),
      edges: linear('edges', inputs, inner),
      cells: linear('cells', inner, inner),
      out: linear('out', inner, Axis.of('outputs', outputWidth).pin('the task has them'))
    };
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'graph.LatentCells', x, ['N', this.options.inputWidth]);
    return tf.tidy(() => {
      const map = (name: keyof LatentCells['maps'], rows: tf.Tensor): tf.Tensor2D =>
        this.maps[name].apply(rows, ctx.within(name)) as tf.Tensor2D;
      const { edges, skeleton, cells, shares } = this.sample(x as tf.Tensor2D, ctx);
      const [N] = edges.shape;
      const at = Int32Array.from(skeleton.sources, (source, edge) => skeleton.targets[edge] * N + source);
      const flat = edges
        .add(edges.transpose())
        .div(2)
        .reshape<tf.Tensor2D>([N * N, 1]);
      const weights = embed(flat, tf.tensor1d(at, 'int32'));
      let nodes: tf.Tensor2D = map('own', x)
        .add(neighbourSum(map('edges', x), skeleton, weights))
        .relu();
      if (cells.length > 0) {
        const { into, from } = membersOf(cells, N);
        const held = map('cells', neighbourMean(nodes, into)).relu() as tf.Tensor2D;
        const open = embed(shares.reshape<tf.Tensor2D>([-1, 1]), tf.tensor1d(from.sources, 'int32'));
        const total = neighbourSum(tf.ones<tf.Rank.R2>([cells.length, 1]), from, open).add(1 / cells.length);
        nodes = nodes.add(neighbourSum(held, from, open).div(total));
      }
      return map('out', nodes);
    });
  }

  /** The complex of these nodes, [N, F]. Call it within a tidy. */
  sample(x: tf.Tensor2D, ctx: Context): SampledCells {
    const { alpha, maxCycle } = this.options;
    const [N] = x.shape;
    const places = this.maps.near.apply(x, ctx.within('near')) as tf.Tensor2D;
    const squares = places.square().sum(1, true);
    const apart = squares.add(squares.transpose()).sub(tf.matMul(places, places, false, true).mul(2));
    const edges = entmax(apart.neg().sub(tf.eye(N).mul(1e9)), alpha);
    const held = edges.dataSync();
    const pairs: [number, number][] = [];
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < i; j++) {
        if (held[i * N + j] > 0 || held[j * N + i] > 0) {
          pairs.push([j, i]);
        }
      }
    }
    const skeleton = fromEdges({ numNodes: N, edges: pairs, undirected: true });
    const cycles = inducedCycles(skeleton, { most: maxCycle });
    if (cycles.length === 0) {
      return { edges, skeleton, cells: [], shares: tf.tensor1d([]) };
    }
    const { into } = membersOf(cycles, N);
    const spread = this.maps.spread.apply(x, ctx.within('spread')) as tf.Tensor2D;
    // Mean square of the distances to the mean.
    const away = neighbourMean(spread.square(), into).sub(neighbourMean(spread, into).square()).sum(1);
    const all = entmax(away.neg().reshape<tf.Tensor2D>([1, -1]), alpha).reshape<tf.Tensor1D>([-1]);
    const found = all.dataSync();
    const kept = cycles.map((_, cell) => cell).filter((cell) => found[cell] > 0);
    const shares = tf.gather(all, tf.tensor1d(kept, 'int32'));
    return { edges, skeleton, cells: kept.map((cell) => cycles[cell]), shares };
  }
}

/** Nodes into their cells, and cells into their nodes. */
function membersOf(cells: readonly number[][], numNodes: number) {
  const nodes = Int32Array.from(cells.flat());
  const of = Int32Array.from(cells.flatMap((cell, i) => cell.map(() => i)));
  const order = Array.from(nodes.keys()).sort((a, b) => nodes[a] - nodes[b] || of[a] - of[b]);
  const sorted = (all: Int32Array): Int32Array => Int32Array.from(order, (i) => all[i]);
  return {
    into: adjacencyOf(nodes, of, numNodes, cells.length),
    from: adjacencyOf(sorted(of), sorted(nodes), cells.length, numNodes)
  };
}
