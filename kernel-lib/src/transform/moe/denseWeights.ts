import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { ExpertSpec } from '../../nn/experts/expertBank';
import { gatedExperts } from '../../nn/experts/gatedExperts';
import { plainExperts } from '../../nn/experts/plainExperts';
import { GatedFeedForward } from '../../nn/layers';
import type { Activation, FeedForward } from '../../nn/layers';

/** A feed-forward network that transformations turn into experts. */
export type DenseNetwork = FeedForward | GatedFeedForward;

/** Values by name, as experts name theirs: w1, w3 [D, H], w2 [H, D], b1 [H], b2 [D]. */
export type NetworkWeights = Map<string, tf.Tensor>;

/** The axis of the hidden neurons in each value that has one. */
const HIDDEN_AXIS: ReadonlyMap<string, number> = new Map([
  ['w1', 1],
  ['w3', 1],
  ['b1', 0],
  ['w2', 0]
]);

/** A network's kind, sizes and values; the values are views that belong to the tidy round the call. */
export interface DenseParts {
  gated: boolean;
  activation: Activation;
  width: number;
  hidden: number;
  weights: NetworkWeights;
}

/** @throws {SwitchyardError} where the network is gated and has biases, which gated experts have not. */
export function readDense(where: string, network: DenseNetwork): DenseParts {
  const gated = network instanceof GatedFeedForward;
  const { w1, w2, activation } = network;
  if (gated && w1.bias !== null) {
    fail(where, 'a gated network must have no biases', 'one with biases');
  }
  const weights: NetworkWeights = new Map([['w1', w1.weight.read()]]);
  if (network instanceof GatedFeedForward) {
    weights.set('w3', network.w3.weight.read());
  }
  weights.set('w2', w2.weight.read());
  if (w1.bias !== null && w2.bias !== null) {
    weights.set('b1', w1.bias.read()).set('b2', w2.bias.read());
  }
  const [width, hidden] = w1.weight.shape;
  return { gated, activation, width, hidden, weights };
}

/** The kind of expert that computes what the network does. */
export function expertsLike({ gated, activation, weights }: DenseParts): ExpertSpec {
  return gated ? gatedExperts({ activation }) : plainExperts({ activation, bias: weights.has('b1') });
}

/** The values of some of the hidden neurons, in this order; what has no hidden axis stays. */
export function takeNeurons(weights: NetworkWeights, neurons: ArrayLike<number>): NetworkWeights {
  const index = tf.tensor1d(Int32Array.from(neurons), 'int32');
  return mapWeights(weights, (value, name) => {
    const axis = HIDDEN_AXIS.get(name);
    return axis === undefined ? value : tf.gather(value, index, axis);
  });
}

/** A row of features for each hidden neuron, all that belongs to it; [H, F]. */
export function neuronFeatures(weights: NetworkWeights): tf.Tensor2D {
  const rows: tf.Tensor2D[] = [];
  weights.forEach((value, name) => {
    const axis = HIDDEN_AXIS.get(name);
    if (axis !== undefined) {
      rows.push(value.rank === 1 ? value.expandDims(1) : axis === 1 ? value.transpose() : (value as tf.Tensor2D));
    }
  });
  return tf.concat2d(rows, 1);
}

/** A value made from each. */
export function mapWeights(
  weights: NetworkWeights,
  change: (value: tf.Tensor, name: string) => tf.Tensor
): NetworkWeights {
  return new Map([...weights].map(([name, value]) => [name, change(value, name)]));
}

/** Networks on top of each other, as experts store them: [...] to [E, ...]. */
export function stackNetworks(networks: readonly NetworkWeights[]): NetworkWeights {
  return mapWeights(networks[0], (_, name) => tf.stack(networks.map((each) => each.get(name) as tf.Tensor)));
}

/** The opposite of {@link stackNetworks}. */
export function unstackNetworks(stacked: NetworkWeights): NetworkWeights[] {
  const parts = [...stacked].map(([name, value]) => [name, tf.unstack(value)] as const);
  return parts[0][1].map((_, e) => new Map(parts.map(([name, values]) => [name, values[e]])));
}
