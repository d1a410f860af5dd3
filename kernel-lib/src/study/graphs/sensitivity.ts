import { tf } from '../../base/backend';
import { Context, expectInteger, expectRank, fail, type Module } from '../../base/core';

/** A network on nodes: a module, or a function of their features. */
export type NodeNetwork = Module | ((x: tf.Tensor2D) => tf.Tensor);

/** Options of `graph.probes.sensitivity`. */
export interface SensitivityOptions {
  /** Nodes whose outputs are asked for. Default: all. */
  targets?: readonly number[];
}

/**
 * Sensitivity of a network's output at each node to what each node holds: the Frobenius norm of the Jacobian `dh_v / dx_u`, by gradients, without training's noise; [targets][N]. Exactly 0 where nothing of u reaches v.
 * One backward pass for each target and output channel.
 *
 * @param network - A module such as `graph.OnGraph`, or a function, [N, F] to [N, P].
 * @param x - Features of the nodes, [N, F], around which it is measured.
 * @throws {SwitchyardError} where a target is not of the nodes, or the output is not [N, P].
 */
export function sensitivity(network: NodeNetwork, x: tf.Tensor2D, options: SensitivityOptions = {}): Float64Array[] {
  const where = 'graph.probes.sensitivity';
  expectRank(where, x, 2);
  const [nodes, width] = x.shape;
  const { targets = Array.from({ length: nodes }, (_, node) => node) } = options;
  targets.forEach((node) => expectInteger(where, 'targets', node, 0, nodes - 1));
  const run = (input: tf.Tensor): tf.Tensor2D => {
    const output = applied(network, input as tf.Tensor2D);
    return output.rank === 2 && output.shape[0] === nodes ? (output as tf.Tensor2D) : fail(where, `the network must give [${nodes}, P]`, output.shape); // prettier-ignore
  };
  const channels = tf.tidy(() => run(x).shape[1]);
  return targets.map((target) => {
    const squares = new Float64Array(nodes);
    for (let channel = 0; channel < channels; channel++) {
      const slopes = tf.tidy(() =>
        tf
          .grad((input) => run(input).slice([target, channel], [1, 1]).sum())(x)
          .dataSync()
      );
      slopes.forEach((slope, i) => (squares[Math.floor(i / width)] += slope * slope));
    }
    return squares.map(Math.sqrt);
  });
}

function applied(network: NodeNetwork, x: tf.Tensor2D): tf.Tensor {
  if (typeof network === 'function') {
    return network(x);
  }
  const ctx = Context.create();
  const out = network.apply(x, ctx);
  ctx.dispose();
  return out;
}
