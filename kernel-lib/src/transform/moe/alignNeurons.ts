import { tf } from '../../base/backend';
import { hungarian } from '../../base/math/hungarian';
import { neuronFeatures, takeNeurons } from './denseWeights';
import type { NetworkWeights } from './denseWeights';

/**
 * A network with its hidden neurons in the order in which they match those of `reference` best: of all orders, the one
 * with the largest sum of dot products of what belongs to each neuron (Git Re-Basin, arXiv 2209.04836, section 3.2). What
 * it computes stays.
 */
export function alignNeurons(network: NetworkWeights, reference: NetworkWeights): NetworkWeights {
  const similarity = tf.matMul(neuronFeatures(reference), neuronFeatures(network), false, true);
  const [hidden] = similarity.shape;
  return takeNeurons(network, hungarian(similarity.neg().dataSync(), hidden, hidden));
}
