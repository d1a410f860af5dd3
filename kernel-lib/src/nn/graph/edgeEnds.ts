import type { tf } from '../../base/backend';
import type { Graph } from '../../base/graph';
import { edgeGather } from '../../base/ops/graph';

/** Values of nodes, [N, F], at the ends of a graph's edges. A row for each edge, [M, F], is made when it is asked for. */
export class EdgeEnds {
  constructor(
    readonly nodes: tf.Tensor2D,
    readonly graph: Graph
  ) {}

  /** Values of the source of each edge, [M, F]. */
  get source(): tf.Tensor2D {
    return edgeGather(this.nodes, this.graph, 'source');
  }

  /** Values of the target of each edge, [M, F]. */
  get target(): tf.Tensor2D {
    return edgeGather(this.nodes, this.graph, 'target');
  }
}
