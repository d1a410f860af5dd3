import { tf } from '../../base/backend';
import { type Context, Module, type Random } from '../../base/core';
import { GraphNetworkBlock } from '../../nn/graph/graphNetworkBlock';
import { Linear } from '../../nn/layers';
import type { DagSpace } from '../space';

/**
 * A network over noisy graphs of a {@link DagSpace}: encoded points with their time and its square, [B, D + 2], to the noise that is in them, [B, D]. Nodes hold their noisy operation, their place in the
 * order and the time, and each pair of nodes its noisy edge; graph network blocks pass messages along all pairs.
 */
export class GraphDenoiser extends Module {
  readonly kind = 'graph-denoiser';
  private readonly maps: Record<'nodes' | 'edges' | 'operations' | 'there', Linear>;
  private readonly blocks: GraphNetworkBlock[];

  constructor(
    private readonly space: DagSpace,
    { width, layers, random }: { width: number; layers: number; random: Random }
  ) {
    super();
    const { nodes, operations } = space;
    const linear = (name: string, inputWidth: number, outputWidth: number): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, random: random.child(name) }));
    this.maps = {
      nodes: linear('nodes', operations.length + nodes + 2 + 2, width),
      edges: linear('edges', 3, width),
      operations: linear('operations', width, operations.length),
      there: linear('there', width, 1)
    };
    this.blocks = Array.from({ length: layers }, (_, i) =>
      this.addChild(`blocks.${i}`, new GraphNetworkBlock({ width, random: random.child(`blocks.${i}`) }))
    );
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const { nodes: n, operations, pairs } = this.space;
      const [count, V, M, F] = [x.shape[0]!, n + 2, pairs.length, operations.length];
      const [noisy, edges, time] = tf.split(x, [n * F, M, 2], 1);
      const timeOf = (each: number): tf.Tensor => tf.tile(time.expandDims(1), [1, each, 1]);
      const places = tf.tile(tf.eye(V).expandDims(0), [count, 1, 1]);
      // Input and output are of no operation: [B, V, F].
      const own = tf.pad(noisy.reshape([count, n, F]), [[0, 0], [1, 1], [0, 0]]); // prettier-ignore
      const through = (name: keyof GraphDenoiser['maps'], y: tf.Tensor): tf.Tensor2D =>
        this.maps[name].apply(y, ctx.within(name)) as tf.Tensor2D;
      let features = {
        nodes: through('nodes', tf.concat([own, places, timeOf(V)], 2).reshape([count * V, -1])),
        edges: through('edges', tf.concat([edges.expandDims(2), timeOf(M)], 2).reshape([count * M, 3]))
      };
      // All graphs of the batch are one, of B parts.
      const ends = (end: 0 | 1): tf.Tensor1D => tf.tensor1d(Int32Array.from({ length: count * M }, (_, i) => Math.floor(i / M) * V + pairs[i % M][end]), 'int32'); // prettier-ignore
      const shape = { from: ends(0), to: ends(1), count: count * V };
      this.blocks.forEach((block, i) => (features = block.pass(features, shape, ctx.within(`blocks.${i}`))));
      const working = features.nodes
        .reshape([count, V, -1])
        .slice([0, 1, 0], [-1, n, -1])
        .reshape([count * n, -1]);
      return tf.concat([through('operations', working).reshape([count, n * F]), through('there', features.edges).reshape([count, M])], 1); // prettier-ignore
    });
  }
}
