import type { HostNetwork, NodeState } from './hostNetwork';

interface SamplerOptions {
  /** [n * P]. */
  targets: Float64Array;
  noise: number;
  /** Cost of a node that counts, in the logarithm of the prior. */
  penalty: number;
  /** Of weights and biases. */
  deviation: number;
  /** Whether weights move. */
  weights: boolean;
  /** Uniform numbers in [0, 1). */
  next: () => number;
}

/** Share of weight proposals that is aimed at. */
const AIM = 0.3;

/** Markov chain over which nodes of a network count, and over weights; its stationary distribution is the posterior. */
export class NodeSampler {
  private logLikelihood: number;
  private readonly steps: Float64Array[];
  private readonly counts = { masks: { taken: 0, all: 0 }, weights: { taken: 0, all: 0 } };

  constructor(
    private readonly network: HostNetwork,
    private readonly options: SamplerOptions
  ) {
    this.logLikelihood = this.likelihood();
    this.steps = network.layers.map(({ outputs }) => new Float64Array(outputs).fill(0.1));
  }

  /** One proposal of weights and one of its mask for each node, and one of the outputs' biases. */
  sweep(adapts: boolean): void {
    const { layers } = this.network;
    layers.slice(0, -1).forEach(({ outputs }, layer) => {
      for (let node = 0; node < outputs; node++) {
        if (this.options.weights) {
          this.moveNode(layer, node, adapts);
        }
        this.flip(layer, node);
      }
    });
    if (this.options.weights) {
      this.moveOutputs(adapts);
    }
  }

  /** Logarithm of the posterior density, but for a constant; weights of nodes that do not count are no part of it. */
  density(): number {
    const { penalty } = this.options;
    return this.network.layers.slice(0, -1).reduce((sum, { outputs }, layer) => {
      for (let node = 0; node < outputs; node++) {
        const state = this.network.nodeAt(layer, node);
        sum += state.active ? this.prior(state) - penalty : 0;
      }
      return sum;
    }, this.logLikelihood);
  }

  accepted(): { masks: number; weights: number } {
    const share = ({ taken, all }: { taken: number; all: number }): number => (all === 0 ? 0 : taken / all);
    return { masks: share(this.counts.masks), weights: share(this.counts.weights) };
  }

  /** Begins to count anew. */
  forget(): void {
    Object.values(this.counts).forEach((each) => (each.taken = each.all = 0));
  }

  private moveNode(layer: number, node: number, adapts: boolean): void {
    const { deviation } = this.options;
    const state = this.network.nodeAt(layer, node);
    if (!state.active) {
      // Nothing depends on it: its posterior is the prior.
      this.network.changeAside(layer, node, this.jittered(state, deviation, 0));
      return;
    }
    const proposed = this.jittered(state, this.steps[layer][node], 1);
    const taken = this.propose(layer, node, proposed, this.prior(proposed) - this.prior(state));
    this.count('weights', taken);
    if (adapts) {
      this.steps[layer][node] *= Math.exp(0.05 * ((taken ? 1 : 0) - AIM));
    }
  }

  private flip(layer: number, node: number): void {
    const state = this.network.nodeAt(layer, node);
    const change = state.active ? this.options.penalty : -this.options.penalty;
    this.count('masks', this.propose(layer, node, { ...state, active: !state.active }, change));
  }

  /** Takes a change of a node with the probability that keeps the chain in balance; proposals are symmetric. */
  private propose(layer: number, node: number, state: NodeState, logPrior: number): boolean {
    const before = this.logLikelihood;
    const undo = this.network.change(layer, node, state);
    this.logLikelihood = this.likelihood();
    if (Math.log(this.options.next()) < this.logLikelihood - before + logPrior) {
      return true;
    }
    undo();
    this.logLikelihood = before;
    return false;
  }

  private moveOutputs(adapts: boolean): void {
    const last = this.network.layers.length - 1;
    const { bias, sums, outputs } = this.network.layers[last];
    for (let k = 0; k < outputs; k++) {
      const step = this.steps[last][k] * this.normal();
      const before = this.logLikelihood;
      const logPrior = (bias[k] ** 2 - (bias[k] + step) ** 2) / (2 * this.options.deviation ** 2);
      const shift = (by: number): void => {
        bias[k] += by;
        for (let at = k; at < sums.length; at += outputs) {
          sums[at] += by;
        }
      };
      shift(step);
      this.logLikelihood = this.likelihood();
      const taken = Math.log(this.options.next()) < this.logLikelihood - before + logPrior;
      if (!taken) {
        shift(-step);
        this.logLikelihood = before;
      }
      this.steps[last][k] *= adapts ? Math.exp(0.05 * ((taken ? 1 : 0) - AIM)) : 1;
    }
  }

  private likelihood(): number {
    const { targets, noise } = this.options;
    const { outputs } = this.network;
    let squares = 0;
    for (let i = 0; i < targets.length; i++) {
      squares += (targets[i] - outputs[i]) ** 2;
    }
    return -squares / (2 * noise ** 2);
  }

  private prior({ incoming, bias, outgoing }: NodeState): number {
    const squares = (values: Float64Array): number => values.reduce((sum, value) => sum + value ** 2, 0);
    return -(squares(incoming) + bias ** 2 + squares(outgoing)) / (2 * this.options.deviation ** 2);
  }

  /** `share` of each weight and a normal number of this deviation. */
  private jittered({ active, incoming, bias, outgoing }: NodeState, deviation: number, share: number): NodeState {
    const drawn = (value: number): number => share * value + deviation * this.normal();
    return { active, incoming: incoming.map(drawn), bias: drawn(bias), outgoing: outgoing.map(drawn) };
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.options.next())) * Math.cos(2 * Math.PI * this.options.next());
  }

  private count(of: 'masks' | 'weights', taken: boolean): void {
    this.counts[of].all++;
    this.counts[of].taken += taken ? 1 : 0;
  }
}
