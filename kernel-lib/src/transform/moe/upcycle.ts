import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, refuseOldNames, showShape } from '../../base/core';
import type { Random } from '../../base/core';
import type { MoeLayer } from '../../nn/moe/layer';
import type { RouterSpec } from '../../nn/routers';
import { buildLayer, under } from './buildLayer';
import { expertsLike, mapWeights, readDense, stackNetworks, takeNeurons } from './denseWeights';
import type { DenseNetwork, DenseParts, NetworkWeights } from './denseWeights';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/** Options of `moe.upcycle`. */
export interface UpcycleOptions {
  router: RouterSpec;
  /** E; with several networks, at least as many. */
  experts: number;
  /** See `moe.layer`. Default null. */
  capacityFactor?: number | null;
  /** Standard deviation of the noise added to each expert, as a fraction of that of each of its matrices. Default 0. */
  noise?: number;
  /**
   * Fraction of the hidden neurons of each expert that are drawn anew, with the mean and deviation of the network's own
   * (Drop-Upcycling, arXiv 2502.19261). Default 0.
   */
  reinitialize?: number;
  /** Stream for the router, the noise and what is drawn anew. */
  random: Random;
}

export interface UpcycleReport extends TransformReport {
  /** The network that each expert came from; [E]. */
  source: number[];
  /** Hidden neurons of an expert that were drawn anew. */
  reinitialized: number;
}

/**
 * Turns a trained feed-forward network into a mixture whose experts are copies of it (Sparse Upcycling, arXiv 2212.05055),
 * or several of equal shape into one (Branch-Train-MiX, arXiv 2403.07816): expert e comes from network `e mod n`. With one
 * network, no noise and nothing drawn anew, the function stays whatever the router, as long as its weights sum to 1.
 *
 * @throws {SwitchyardError} where networks differ in kind or shape, or an option is out of range.
 */
export function upcycle(
  networks: DenseNetwork | readonly DenseNetwork[],
  options: UpcycleOptions
): { layer: MoeLayer; report: UpcycleReport } {
  refuseOldNames('moe.upcycle', options, { numExperts: 'experts' });
  const { router, experts: numExperts, capacityFactor = null, random } = options;
  const { noise = 0, reinitialize = 0 } = options;
  const sources = Array.isArray(networks) ? (networks as readonly DenseNetwork[]) : [networks as DenseNetwork];
  expectInteger('moe.upcycle', 'experts', numExperts, Math.max(1, sources.length));
  expectNumber('moe.upcycle', 'noise', noise, 0);
  expectNumber('moe.upcycle', 'reinitialize', reinitialize, 0, 1);
  return tidyUp(() => {
    const parts = sources.map((network) => readDense('moe.upcycle', network));
    expectAlike(parts);
    const [{ width, hidden }] = parts;
    const reinitialized = Math.round(reinitialize * hidden);
    const source = Array.from({ length: numExperts }, (_, expert) => expert % parts.length);
    const experts = source.map((from, expert) => {
      const stream = random.child('upcycle').child(expert);
      return disturbed(redrawn(parts[from], reinitialized, stream), noise, stream.child('noise'));
    });
    const shape = {
      experts: numExperts,
      width,
      hidden,
      router,
      capacityFactor,
      random,
      expertKind: expertsLike(parts[0])
    };
    const layer = buildLayer(shape, under('experts', stackNetworks(experts)));
    const before = sources.reduce((sum, network) => sum + network.countParameters(), 0);
    const parameters = { before, after: layer.countParameters() };
    return { layer, report: { transformation: 'upcycle', parameters, source, reinitialized } };
  });
}

function expectAlike(parts: readonly DenseParts[]): void {
  const describe = ({ gated, activation, width, hidden, weights }: DenseParts): string =>
    `${gated ? 'gated ' : ''}${activation} ${showShape([width, hidden])}${weights.has('b1') ? ' with biases' : ''}`;
  const kinds = new Set(parts.map(describe));
  if (kinds.size !== 1) {
    fail('moe.upcycle', 'networks must be of one kind and shape', [...kinds].join('; '));
  }
}

// The neurons drawn anew differ from expert to expert; biases of the output stay.
function redrawn({ weights, hidden }: DenseParts, count: number, random: Random): NetworkWeights {
  if (count === 0) {
    return weights;
  }
  const fresh = mapWeights(weights, (value, name) => {
    const { mean, variance } = tf.moments(value);
    return name === 'b2' ? value : random.child(name).normal(value.shape).mul(variance.sqrt()).add(mean);
  });
  const chosen = new Set(random.shuffle(Array.from({ length: hidden }, (_, i) => i)).slice(0, count));
  // Old neurons are 0..H-1 and new ones H..2H-1 of both together.
  const both = mapWeights(weights, (value, name) => {
    const axis = name === 'w1' || name === 'w3' ? 1 : 0;
    return name === 'b2' ? value : tf.concat([value, fresh.get(name) as tf.Tensor], axis);
  });
  return takeNeurons(
    both,
    Array.from({ length: hidden }, (_, i) => (chosen.has(i) ? hidden + i : i))
  );
}

function disturbed(weights: NetworkWeights, noise: number, random: Random): NetworkWeights {
  if (noise === 0) {
    return weights;
  }
  return mapWeights(weights, (value, name) => {
    const deviation = tf.moments(value).variance.sqrt();
    return value.add(random.child(name).normal(value.shape).mul(deviation).mul(noise));
  });
}
