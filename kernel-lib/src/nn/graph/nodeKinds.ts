import { tf } from '../../base/backend';
import { type Axis, fail, Module, Parameter, type Random } from '../../base/core';
import type { Graph } from '../../base/graph';
import { dispatch, type DispatchPlan, embed, groupedBias, groupedMatMul, planDispatch } from '../../base/ops';
import { initialize, xavierUniform } from '../layers';

/**
 * Rows of nodes sorted by the type of the node; where there is one kind, nodes need no types.
 *
 * @throws {SwitchyardError} where nodes of several kinds have no types, or one of K or more.
 */
export function kindPlan(where: string, graph: Graph, nodeKinds: number): DispatchPlan {
  const kinds = graph.nodeTypes ?? new Int32Array(graph.numNodes);
  const wrong = kinds.find((kind) => kind >= nodeKinds);
  if (wrong !== undefined || (nodeKinds > 1 && graph.nodeTypes === undefined)) {
    fail(where, `types of nodes must be 0..${nodeKinds - 1}`, wrong ?? 'none');
  }
  return planDispatch(kinds, { numTokens: graph.numNodes, k: 1, numExperts: nodeKinds });
}

/** Products of what nodes hold, [N, F], with the matrix of their kind, [K, F, P], and its bias, [K, P], where there is one; in the order of nodes, [N, P]. */
export function byKind(x: tf.Tensor2D, weight: tf.Tensor3D, bias: tf.Tensor2D | null, plan: DispatchPlan): tf.Tensor2D {
  const rows = groupedMatMul(dispatch(x, plan), weight, plan);
  const moved = bias === null ? rows : groupedBias(rows, bias, plan);
  return embed(moved, tf.tensor1d(plan.inverse, 'int32')) as tf.Tensor2D;
}

/** Linear maps of nodes by their kind, [N, F] to [N, P]. */
export class KindLinear extends Module {
  readonly kind = 'kind-linear';
  private readonly weight: Parameter;
  private readonly bias: Parameter | null;

  constructor(options: { kinds: Axis; inputs: Axis; outputs: Axis; bias: boolean; random: Random }) {
    super();
    const { kinds, inputs, outputs, bias, random } = options;
    this.weight = this.addParameter('weight', Parameter.over([kinds, inputs, outputs], (shape) => initialize(xavierUniform(), shape, random))); // prettier-ignore
    this.bias = bias ? this.addParameter('bias', Parameter.over([kinds, outputs], tf.zeros, { decay: false })) : null;
  }

  override ownFlops(): number {
    const [, inputs, outputs] = this.weight.axes;
    return 2 * inputs.size * outputs.size;
  }

  override apply(): tf.Tensor {
    return fail(this.kind, 'nodes must be sorted by their kind (through)', 'a tensor');
  }

  /** The map of each node's kind. */
  through(x: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
    const bias = (this.bias?.read() ?? null) as tf.Tensor2D | null;
    return byKind(x, this.weight.read() as tf.Tensor3D, bias, plan);
  }
}
