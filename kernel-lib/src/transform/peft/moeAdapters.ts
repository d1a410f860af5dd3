import { tf } from '../../base/backend';
import { expectInteger, fail, Module, Random } from '../../base/core';
import type { Context } from '../../base/core';
import { isFeedForward } from '../../nn/experts/loraExperts';
import { constant, FeedForward, type GatedFeedForward, initialize } from '../../nn/layers';
import * as routers from '../../nn/routers';
import { Adapters } from './adapters';
import type { AdapterPart } from './adapters';
import { routeDense } from './gatedRanks';
import { targetModules } from './targets';
import type { Targets } from './targets';

/** Options of `peft.moeAdapters`. */
export interface MoeAdaptersOptions {
  /** Feed-forward networks ("layers.*.feedForward"). */
  targets: Targets;
  /** Domains, an adapter each. */
  domains: number;
  /** Width inside an adapter. */
  hidden: number;
  /** Weighs the domains' adapters and the task's. Default: a softmax over all, without balancing. */
  router?: routers.RouterSpec;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Adapters with two stages of training; see {@link moeAdapters}. */
export class DomainAdapters extends Adapters {
  constructor(
    model: Module,
    parts: ReadonlyMap<string, AdapterPart>,
    private readonly mixtures: readonly DomainMixture[]
  ) {
    super('domain-adapters', model, parts);
    this.trainDomain(0);
  }

  /** First stage: all tokens go through this domain's adapter, beside the network, and it alone is trained. */
  trainDomain(domain: number): void {
    this.mixtures.forEach((mixture) => mixture.select(domain));
  }

  /** Second stage, and use: a task adapter and the router are trained; the router mixes all adapters for each token. */
  trainMixture(): void {
    this.mixtures.forEach((mixture) => mixture.select(null));
  }
}

/**
 * Mixture-of-Domain-Adapters (arXiv 2306.05406): beside each frozen feed-forward network an adapter for each domain, and one
 * for the task, small networks that add 0 at first; `ffn(x) + sum_i g_i(x) adapter_i(x)`. Train each domain's with
 * `trainDomain(i)` on its text, then the task's and the router with `trainMixture()`. Parameters are "<path>.domain0.*", ...,
 * "<path>.task.*" and "<path>.router.*".
 *
 * @throws {SwitchyardError} where an option is out of range, or a target is of another kind.
 */
export function moeAdapters(model: Module, options: MoeAdaptersOptions): DomainAdapters {
  const { targets, domains, hidden, seed = 0 } = options;
  expectInteger('peft.moeAdapters', 'domains', domains, 1);
  expectInteger('peft.moeAdapters', 'hidden', hidden, 1);
  const { router = routers.topK({ k: domains + 1, balance: {} }) } = options;
  const random = Random.fromSeed(seed).child('moeAdapters');
  const parts = new Map<string, AdapterPart>();
  const mixtures: DomainMixture[] = [];
  const networks = targetModules('peft.moeAdapters', model, targets, {
    is: isFeedForward,
    kinds: 'a feed-forward network'
  });
  for (const [path, network] of networks) {
    const module = new DomainMixture(network, { domains, hidden, router, random: random.child(path) });
    mixtures.push(module);
    parts.set(path, {
      module,
      attach: () => network.intercept((inner, x, ctx) => tf.tidy(() => inner(x).add(module.apply(x, ctx))))
    });
  }
  return new DomainAdapters(model, parts, mixtures);
}

/** The adapters of one network: [..., D] to what they add, [..., D]. */
class DomainMixture extends Module {
  readonly kind = 'domain-mixture';
  private readonly router: routers.Router;
  private readonly adapters: readonly Module[];
  private selected: number | null = null;

  constructor(
    network: FeedForward | GatedFeedForward,
    options: Required<Omit<MoeAdaptersOptions, 'targets' | 'seed'>> & { random: Random }
  ) {
    super();
    const { domains, hidden, router, random } = options;
    const [width] = network.w1.weight.axes;
    const names = [...Array.from({ length: domains }, (_, i) => `domain${i}`), 'task'];
    const { activation } = network;
    this.adapters = names.map((name) =>
      this.addChild(name, bottleneck({ width, hidden: hidden, activation, random: random.child(name) }))
    );
    const shape = { width, numExperts: names.length, random: random.child('router') };
    this.router = this.addChild('router', router.build(shape));
  }

  /** Which domain is trained, or null for the mixture. */
  select(domain: number | null): void {
    const domains = this.adapters.length - 1;
    if (domain !== null && (!Number.isInteger(domain) || domain < 0 || domain >= domains)) {
      fail('moeAdapters.trainDomain', `domain must be 0..${domains - 1}`, domain);
    }
    this.selected = domain;
    const working = domain === null ? [this.adapters[domains], this.router] : [this.adapters[domain]];
    const trained = new Set(working.flatMap((module) => [...module.parameters().values()]));
    this.parameters().forEach((parameter) => (parameter.trainable = trained.has(parameter)));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { adapters, selected, router } = this;
    if (selected !== null) {
      return adapters[selected].apply(x, ctx.within(`domain${selected}`));
    }
    return tf.tidy(() => {
      const tokens = x.reshape<tf.Tensor2D>([-1, x.shape[x.rank - 1]]);
      const weights = tf.split(routeDense(router, tokens, ctx), adapters.length, 1);
      const outputs = adapters.map((adapter, i) => adapter.apply(tokens, ctx.within(`adapter${i}`)).mul(weights[i]));
      return tf.addN(outputs).reshape(x.shape);
    });
  }
}

function bottleneck(options: ConstructorParameters<typeof FeedForward>[0]): FeedForward {
  const network = new FeedForward(options);
  const zero = initialize(constant(0), network.w2.weight.shape, options.random);
  network.w2.weight.assign(zero);
  zero.dispose();
  return network;
}
