import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, fail, Random, showShape } from '../../../base/core';
import { copyModel } from '../../../models/copyModel';
import { Mlp } from '../../../models/mlp';
import type { TransformReport } from '../../moe/report';
import { HostNetwork } from './hostNetwork';
import { NodeSampler } from './nodeSampler';

/** Options of `prune.bayesianMask`. */
export interface BayesianMaskOptions {
  /** [n, D]; the caller keeps it. */
  inputs: tf.Tensor2D;
  /** [n, P]. */
  targets: tf.Tensor2D;
  /** Standard deviation of the targets around what the network gives. */
  noise: number;
  /** Prior: each node that counts divides its probability by `exp(penalty)`; weights and biases are normal of this deviation. Default log n, and 1. */
  prior?: { penalty?: number; deviation?: number };
  /** Sweeps over all nodes that are kept, after `burnIn` of them. Default 2000 and as many. */
  sweeps?: number;
  burnIn?: number;
  /** Sweeps from one sample that is kept to the next. Default 10. */
  every?: number;
  /** Whether weights move; false samples masks alone. Default true. */
  weights?: boolean;
  /** Default 0. */
  seed?: number;
}

export interface BayesianMaskReport extends TransformReport {
  mode: 'mask';
  /** Nodes that count in each kept sample. */
  active: number[];
  /** Share of the kept samples that each node counts in, by hidden layer. */
  inclusion: number[][];
  /** Share of the proposals that were taken: of masks, and of the weights of nodes that count. */
  accepted: { masks: number; weights: number };
}

/** Mean of what networks of the posterior give, and the interval that holds so much of a target; [m * P] each. */
export interface Predicted {
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

const WHERE = 'prune.bayesianMask';
const HOST_ACTIVATIONS: Partial<Record<string, (x: number) => number>> = {
  relu: (x) => Math.max(0, x),
  silu: (x) => x / (1 + Math.exp(-x))
};

/**
 * Masked Bayesian network (arXiv 2305.14765): a posterior over which hidden nodes count and what their weights are, sampled by Metropolis and Hastings. Each sweep proposes for each node
 * weights near its own, or new ones of the prior where it does not count, and then to count or not to. A new model, of the most probable sample, whose other nodes are
 * masked; the one given is where the chain begins, and stays. For regression by `models.mlp`.
 *
 * @throws {SwitchyardError} where the model is another one, cut or masked, or has no hidden layer, shapes do not fit, a value is not finite, or an option is out of range.
 */
export function bayesianMask(
  model: Mlp,
  options: BayesianMaskOptions
): { model: Mlp; report: BayesianMaskReport; predict: (inputs: tf.Tensor2D, level?: number) => Predicted } {
  const { inputs, targets, noise, prior = {}, sweeps = 2000, burnIn = sweeps, every = 10, weights = true, seed = 0 } = options; // prettier-ignore
  const network = hostOf(model, inputs);
  check(model, options, { sweeps, burnIn, every });
  const { penalty = Math.log(inputs.shape[0]), deviation = 1 } = prior;
  expectNumber(WHERE, 'prior.penalty', penalty, 0);
  expectNumber(WHERE, 'prior.deviation', deviation, Number.MIN_VALUE);
  const random = Random.fromSeed(seed).child('bayesianMask');
  const sampler = new NodeSampler(network, { targets: Float64Array.from(targets.dataSync()), noise, penalty, deviation, weights, next: random.generator() }); // prettier-ignore
  for (let sweep = 0; sweep < burnIn; sweep++) {
    sampler.sweep(true);
  }
  sampler.forget();
  const samples: HostNetwork['layers'][] = [];
  let best = { density: -Infinity, layers: network.snapshot() };
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    sampler.sweep(false);
    const density = sampler.density();
    best = density > best.density ? { density, layers: network.snapshot() } : best;
    if (sweep % every === 0) {
      samples.push(network.snapshot());
    }
  }
  const hidden = samples.map((layers) => layers.slice(0, -1).map(({ active }) => active));
  const parameters = model.countParameters();
  const report: BayesianMaskReport = {
    ...{ transformation: 'bayesianMask', mode: 'mask', parameters: { before: parameters, after: parameters } },
    active: hidden.map((layers) => layers.reduce((sum, own) => sum + own.reduce((a, b) => a + b, 0), 0)),
    inclusion: hidden[0].map((own, l) => Array.from(own, (_, node) => hidden.reduce((sum, each) => sum + each[l][node], 0) / hidden.length)), // prettier-ignore
    accepted: sampler.accepted()
  };
  const predict = (x: tf.Tensor2D, level = 0.9): Predicted => predicted(network, samples, { x, level, noise, random });
  return { model: masked(model, best.layers), report, predict };
}

function check(
  model: Mlp,
  { inputs, targets, noise }: BayesianMaskOptions,
  { sweeps, burnIn, every }: Record<'sweeps' | 'burnIn' | 'every', number>
): void {
  const wanted = [inputs.shape[0], model.options.outputWidth];
  if (targets.rank !== 2 || showShape(targets.shape) !== showShape(wanted)) {
    fail(WHERE, `targets must be ${showShape(wanted)}`, showShape(targets.shape));
  }
  const wrong = [inputs, targets]
    .flatMap((each) => Array.from(each.dataSync()))
    .find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    fail(WHERE, 'inputs and targets must be finite', wrong);
  }
  expectNumber(WHERE, 'noise', noise, Number.MIN_VALUE);
  expectInteger(WHERE, 'every', every, 1);
  expectInteger(WHERE, 'sweeps', sweeps, every);
  expectInteger(WHERE, 'burnIn', burnIn, 0);
}

function hostOf(model: Mlp, inputs: tf.Tensor2D): HostNetwork {
  if (!(model instanceof Mlp) || model.options.hidden.length === 0) {
    return fail(WHERE, 'the model must be a models.mlp with a hidden layer', (model as { kind?: string } | undefined)?.kind); // prettier-ignore
  }
  const { activation = 'relu', inputWidth } = model.options;
  const known = HOST_ACTIVATIONS[activation] ?? fail(WHERE, `activation must be one of ${Object.keys(HOST_ACTIVATIONS).join(', ')}`, activation); // prettier-ignore
  if (inputs.rank !== 2 || inputs.shape[1] !== inputWidth) {
    fail(WHERE, `inputs must be [n, ${inputWidth}]`, showShape(inputs.shape));
  }
  const parameters = model.parameters();
  if (
    model.buffers().size > 0 ||
    [...parameters.values()].some(({ axes }) => axes.some(({ selection }) => selection !== null))
  ) {
    // prettier-ignore
    fail(WHERE, 'the model must be whole, without batch norms', 'one with buffers or cuts');
  }
  const layers = [...model.children.keys()].map((name) => {
    const [weight, bias] = ['weight', 'bias'].map((each) => parameters.get(`${name}.${each}`) ?? fail(WHERE, 'layers must not be factored', name)); // prettier-ignore
    return { weight: weight.variable.dataSync<'float32'>(), bias: bias.variable.dataSync<'float32'>(), shape: weight.shape }; // prettier-ignore
  });
  return new HostNetwork(layers, known, Float64Array.from(inputs.dataSync()));
}

/** The model with the values of a sample; nodes that do not count are cut in a mask. */
function masked(model: Mlp, layers: HostNetwork['layers']): Mlp {
  const copy = copyModel(model);
  const parameters = copy.parameters();
  layers.forEach(({ weight, bias, active }, l) => {
    const [w, b] = ['weight', 'bias'].map((name) => parameters.get(`${l}.${name}`)!);
    // A layer must keep a node: one that does not count gives nothing on.
    const before = (layers[l - 1] as (typeof layers)[number] | undefined)?.active;
    const values = weight.map((value, i) => (before?.[Math.floor(i / bias.length)] === 0 ? 0 : value));
    tf.tidy(() => w.assign(tf.tensor(Float32Array.from(values), w.shape)));
    tf.tidy(() => b.assign(tf.tensor1d(Float32Array.from(bias))));
    const kept = [...active.keys()].filter((node) => active[node] === 1);
    if (l < layers.length - 1 && kept.length < active.length) {
      b.axes[0].keep(kept.length === 0 ? [0] : kept);
    }
  });
  return copy;
}

function predicted(
  network: HostNetwork,
  samples: readonly HostNetwork['layers'][],
  { x, level, noise, random }: { x: tf.Tensor2D; level: number; noise: number; random: Random }
): Predicted {
  expectNumber(WHERE, 'level', level, 0, 1);
  const data = Float64Array.from(x.dataSync());
  const given = samples.map((layers) => network.outputsFor(layers, data));
  const error = random.child('predict').normal([samples.length, given[0].length], 0, noise);
  const errors = error.dataSync();
  error.dispose();
  const [mean, low, high] = [0, 1, 2].map(() => new Float64Array(given[0].length));
  mean.forEach((_, i) => {
    mean[i] = given.reduce((sum, own) => sum + own[i], 0) / given.length;
    const sorted = given.map((own, s) => own[i] + errors[s * own.length + i]).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]; // prettier-ignore
    [low[i], high[i]] = [at((1 - level) / 2), at((1 + level) / 2)];
  });
  return { mean, low, high };
}
