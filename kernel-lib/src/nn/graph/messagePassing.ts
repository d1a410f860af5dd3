import { tf } from '../../base/backend';
import { type Context, expectOneOf, fail, Module, showShape } from '../../base/core';
import { EDGES } from '../stateKeys';
import { aggregate, AGGREGATIONS } from './aggregate';
import type { Aggregation } from './aggregate';

/** Values that both ends of each edge hold, [M, F] both. */
export interface EdgeEnds {
  source: tf.Tensor2D;
  target: tf.Tensor2D;
}

/**
 * Base of layers of graph networks: nodes [N, F] to nodes [N, P]. Each edge makes a message of what its ends hold, each node aggregates the messages that lead to it, and is updated by that. The edges are those of
 * the pass (`EDGES`, which {@link OnGraph} leaves). By default a message is what the source holds, and the update is what was aggregated.
 */
export abstract class MessagePassing extends Module {
  constructor(readonly aggregation: Aggregation) {
    super();
    expectOneOf('graph.MessagePassing', 'aggregation', aggregation, AGGREGATIONS);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const edges = ctx.getState(EDGES) ?? fail(ctx.path || this.kind, 'the pass must have edges (graph.OnGraph)', 'none'); // prettier-ignore
    if (x.rank !== 2) {
      fail(ctx.path || this.kind, 'nodes must be [N, F]', showShape(x.shape));
    }
    return tf.tidy(() => {
      const nodes = x as tf.Tensor2D;
      const [sources, targets] = [0, 1].map((row) => edges.slice([row, 0], [1, -1]).reshape<tf.Tensor1D>([-1]));
      const ends = { source: tf.gather(nodes, sources), target: tf.gather(nodes, targets) };
      const gathered = aggregate(this.aggregation, this.message(ends, ctx), targets, nodes.shape[0]);
      return this.update(nodes, gathered, ctx);
    });
  }

  /** Messages of the edges, [M, G]. */
  protected message({ source }: EdgeEnds, _ctx: Context): tf.Tensor2D {
    return source;
  }

  /** Nodes [N, P], of what they held and of what was aggregated, [N, G]. */
  protected update(_nodes: tf.Tensor2D, aggregated: tf.Tensor2D, _ctx: Context): tf.Tensor {
    return aggregated;
  }
}
