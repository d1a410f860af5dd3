import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, expectShape, fail, refuseOldNames } from '../../base/core';
import type { Random } from '../../base/core';
import { activate } from '../../nn/layers';
import type { MoeLayer, MoeLayerOptions } from '../../nn/moe/layer';
import { assignValues, buildLayer, under } from './buildLayer';
import { CARVED_SCORES, carvedRouter } from './carvedRouter';
import type { CarvedScores } from './carvedRouter';
import { expertsLike, readDense, stackNetworks, takeNeurons } from './denseWeights';
import type { DenseNetwork, DenseParts, NetworkWeights } from './denseWeights';
import { groupByDomain } from './groupByDomain';
import { cutInOrder, groupByFiring } from './groupNeurons';
import type { FiringPattern, NeuronGroups } from './groupNeurons';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/** Way in which neurons are grouped into experts. */
export type NeuronGrouping = 'split' | 'random' | 'activationRate' | 'activationSparsity';

/** Options of `moe.carve`. */
export interface CarveOptions {
  /** Routed parts, E. E + shared divides the hidden width. */
  experts: number;
  /** Parts that are always on. Default 0. */
  shared?: number;
  /** Routed parts of a token, K. */
  k: number;
  /**
   * "split": neighbours together (FactorLLM, arXiv 2408.11855). "random". "activationRate": see CMoE, arXiv 2502.04416;
   * the neurons that fire most often are shared, the others grouped by when they fire. "activationSparsity": an expert for
   * each domain, of the neurons that fire for it (Read-ME, arXiv 2410.19123). Default "split".
   */
  group?: NeuronGrouping;
  /**
   * "linear", to be trained; "lookahead": the same on the tokens of the first routed layer, so that a model knows the parts of
   * all layers before it runs them; "analytic": by how strongly each part's middle neuron fires. Default "linear".
   */
  router?: CarvedScores;
  /** Tokens to watch the neurons on, [T, D]; for the groupings by activation. */
  tokens?: tf.Tensor2D | null;
  /** Domain of each of those tokens, 0..E-1; [T]; for "activationSparsity". */
  domains?: ArrayLike<number> | null;
  /** Share of the neurons counted as firing on a token, those of largest magnitude. Default 0.1. */
  firing?: number;
  /** Stream for the router and for "random". */
  random: Random;
}

export interface CarveReport extends TransformReport {
  /** Hidden neurons of the network that are always on. */
  shared: number[];
  /** Hidden neurons of each expert; [E]. */
  routed: number[][];
  /** The neuron that stands for each expert; [E]. */
  representatives: number[];
}

const GROUPINGS: readonly NeuronGrouping[] = ['split', 'random', 'activationRate', 'activationSparsity'];

/**
 * Carves a trained feed-forward network into parts of equal numbers of hidden neurons, some always on, the others experts; no
 * weight is changed. With all parts active (k = E) the function stays. A bias of the output goes to the shared part, or
 * else is spread over the K parts of a token.
 *
 * @throws {SwitchyardError} where the hidden width cannot be cut evenly, or an option is out of range or missing.
 */
export function carve(network: DenseNetwork, options: CarveOptions): { layer: MoeLayer; report: CarveReport } {
  refuseOldNames('moe.carve', options, { numExperts: 'experts' });
  const { experts: numExperts, shared = 0, k, router = 'linear', random } = options;
  expectOneOf('moe.carve', 'router', router, CARVED_SCORES);
  return tidyUp(() => {
    const parts = readDense('moe.carve', network);
    check(options, parts);
    const groups = group(parts, options);
    const { width, hidden, activation, gated } = parts;
    const spec = carvedRouter({ k, scores: router, activation, gated });
    const shape: MoeLayerOptions = {
      ...{ experts: numExperts, width, hidden: hidden / (numExperts + shared), sharedExperts: shared },
      ...{ router: spec, expertKind: expertsLike(parts), random: random.child('carve') }
    };
    const layer = buildLayer(shape, carvedValues(parts.weights, groups, k));
    if (router === 'analytic') {
      assignValues(layer, representativeValues(parts, groups));
    }
    const parameters = { before: network.countParameters(), after: layer.countParameters() };
    return { layer, report: { transformation: 'carve', parameters, ...groups } };
  });
}

function check(
  { experts: numExperts, shared = 0, k, group = 'split', tokens = null, domains = null, firing = 0.1 }: CarveOptions,
  parts: DenseParts
) {
  expectInteger('moe.carve', 'experts', numExperts, 1);
  expectInteger('moe.carve', 'shared', shared, 0);
  expectInteger('moe.carve', 'k', k, 1, numExperts);
  expectOneOf('moe.carve', 'group', group, GROUPINGS);
  expectNumber('moe.carve', 'firing', firing, 0, 1);
  if (parts.hidden % (numExperts + shared) !== 0) {
    fail('moe.carve', `numExperts + shared must divide the hidden width (${parts.hidden})`, numExperts + shared);
  }
  if (tokens !== null) {
    expectShape('moe.carve', tokens, ['T', parts.width]);
  } else if (group.startsWith('activation')) {
    fail('moe.carve', `group "${group}" must have tokens`, tokens);
  }
  if (group === 'activationSparsity' && domains?.length !== tokens?.shape[0]) {
    fail(
      'moe.carve',
      `group "activationSparsity" must have domains of all ${tokens?.shape[0]} tokens`,
      domains?.length
    );
  }
  Array.from(domains ?? [], (domain) => expectInteger('moe.carve', 'domains', domain, 0, numExperts - 1));
}

function group(parts: DenseParts, options: CarveOptions): NeuronGroups {
  const {
    experts: numExperts,
    shared = 0,
    group: by = 'split',
    tokens = null,
    domains,
    firing = 0.1,
    random
  } = options;
  if (by.startsWith('activation') && tokens !== null) {
    const pattern = watch(parts, tokens, firing);
    return by === 'activationSparsity' && domains
      ? groupByDomain(pattern, domains, numExperts, shared)
      : groupByFiring(pattern, numExperts, shared);
  }
  const inOrder = Array.from({ length: parts.hidden }, (_, neuron) => neuron);
  return cutInOrder(by === 'random' ? random.child('groups').shuffle(inOrder) : inOrder, numExperts, shared);
}

/** Which neurons fire on which tokens: on each, the `firing` share of largest magnitude. */
function watch({ gated, activation, hidden, weights }: DenseParts, tokens: tf.Tensor2D, firing: number): FiringPattern {
  const count = Math.max(1, Math.round(firing * hidden));
  const times = (name: string): tf.Tensor2D => tf.matMul(tokens, weights.get(name) as tf.Tensor2D);
  const bias = weights.get('b1');
  const inner = activate(activation, bias === undefined ? times('w1') : times('w1').add<tf.Tensor2D>(bias));
  const strength = (gated ? inner.mul<tf.Tensor2D>(times('w3')) : inner).abs<tf.Tensor2D>();
  const [numTokens] = tokens.shape;
  const most = tf.topk(strength, count).indices.dataSync();
  const fired = new Uint8Array(hidden * numTokens);
  most.forEach((neuron, i) => (fired[neuron * numTokens + Math.floor(i / count)] = 1));
  const rate = new Float32Array(hidden);
  fired.forEach((one, i) => (rate[Math.floor(i / numTokens)] += one / numTokens));
  return { rate, fired, numTokens };
}

function carvedValues(weights: NetworkWeights, { shared, routed }: NeuronGroups, k: number): Map<string, tf.Tensor> {
  const outputBias = weights.get('b2');
  const withBias = (part: NetworkWeights, scale: number): NetworkWeights =>
    outputBias === undefined ? part : part.set('b2', outputBias.mul(scale));
  const hasShared = shared.length > 0;
  const experts = routed.map((neurons) => withBias(takeNeurons(weights, neurons), hasShared ? 0 : 1 / k));
  const values = under('experts', stackNetworks(experts));
  if (hasShared) {
    const always = stackNetworks([withBias(takeNeurons(weights, shared), 1)]);
    under('shared', always).forEach((value, path) => values.set(path, value));
  }
  return values;
}

function representativeValues(
  { gated, weights }: DenseParts,
  { representatives }: NeuronGroups
): Map<string, tf.Tensor> {
  const chosen = takeNeurons(weights, representatives);
  const names = ['w1', 'b1', ...(gated ? ['w3'] : [])];
  return under('router', new Map([...chosen].filter(([name]) => names.includes(name))));
}
