import { tf } from '../../base/backend';
import { Axis, expectInteger, fail, Module, refuseOldNames, showShape, sizeOf } from '../../base/core';
import type { Context, Random, Size } from '../../base/core';
import { ceil } from '../../base/math';
import * as ops from '../../base/ops';
import type { DispatchPlan } from '../../base/ops';
import { applyToAll } from '../experts/applyToAll';
import type { ExpertBank, ExpertSpec, LiveModules } from '../experts/expertBank';
import { expertsOf } from '../experts/specs';
import { Linear } from '../layers';
import type { Router, RouterSpec, Routing } from '../routers';
import { specs as routerSpecs } from '../routers/specs';
import { applySlots } from './applySlots';
import { choicesOf, readRouting } from './hostRouting';
import { publishRouting } from './publishRouting';

/** Options of `moe.layer`. */
export interface MoeLayerOptions {
  /** Decides which experts work on a token: `routers.topK({ k: 2 })`. */
  router: RouterSpec;
  /** E. */
  experts: Size;
  /** Width of tokens, D. */
  width: Size;
  /** Width inside an expert, H. */
  hidden: Size;
  /** Kind of the experts; "plain" and "gated" stand for `moe.plainExperts()` and `moe.gatedExperts()`. Default "plain". */
  expertKind?: 'plain' | 'gated' | ExpertSpec;
  /**
   * An expert takes at most `ceil(capacityFactor * T * K / E)` choices (K on average), the rest is dropped: a token whose choices are all
   * dropped comes out as zeros, so that a residual connection passes it on. Null, the default, drops nothing.
   */
  capacityFactor?: number | null;
  /** Choices that an expert takes at most of each sequence, the last but one dimension of what comes in. Default null: as many as there are. */
  sequenceCapacity?: number | null;
  /** Experts that work on every token besides, as one of their joint hidden width (arXiv 2401.06066). Default 0. */
  sharedExperts?: number;
  /** Width inside the shared experts together. Default: `sharedExperts` times `hidden`. */
  sharedHidden?: Size;
  /** Kind of the shared experts. Default: as `expertKind`. */
  sharedKind?: 'plain' | 'gated' | ExpertSpec;
  /** Weighs the shared experts' output of a token by the sigmoid of a learned score of it, as Qwen2-MoE does. Default false. */
  sharedGate?: boolean;
  /** Modules that experts work with and do not own, by the name that their spec says. Default: none. */
  live?: LiveModules;
  /** Stream for the initial parameters. */
  random: Random;
}

/** The options of a layer, with its sizes as they are. */
export interface SizedMoeOptions extends MoeLayerOptions {
  experts: number;
  width: number;
  hidden: number;
}

/** A mixture of experts; see {@link layer}. */
export interface MoeLayer extends Module {
  /** Options that it is built from, at its present sizes; transformations read them. */
  readonly options: SizedMoeOptions;
  readonly router: Router;
  readonly experts: ExpertBank;
  readonly shared: ExpertBank | null;
  readonly sharedGate: Linear | null;
}

/**
 * A mixture of experts in place of a feed-forward network: tokens [..., D] to [..., D]. Parameters are "router.*",
 * "experts.*", "shared.*" and "sharedGate.weight". Reads from the device once in a pass, and publishes what was decided from the same read.
 *
 * @throws {SwitchyardError} where an option is out of range; in `apply`, where the width is not D, there are no tokens, or
 * a logit of the router is not finite.
 */
export function layer(options: MoeLayerOptions): MoeLayer {
  refuseOldNames('moe.layer', options, { numExperts: 'experts' });
  const router = routerSpecs.of(options.router);
  const { expertKind: experts = 'plain', capacityFactor = null, live } = options;
  const { sharedExperts = 0, sharedHidden, sharedKind = experts, sharedGate = false, random } = options;
  if (typeof options.experts === 'string' || 'build' in Object(options.experts)) {
    fail('moe.layer', 'experts is how many there are; what they are is expertKind', options.experts);
  }
  (['experts', 'width', 'hidden'] as const).forEach((name) => expectInteger('moe.layer', name, sizeOf(options[name]), 1)); // prettier-ignore
  expectInteger('moe.layer', 'sharedExperts', sharedExperts, 0);
  const { sequenceCapacity = null } = options;
  if (sequenceCapacity !== null) {
    expectInteger('moe.layer', 'sequenceCapacity', sequenceCapacity, 1);
  }
  if (sequenceCapacity !== null && capacityFactor !== null) {
    fail('moe.layer', 'capacityFactor must be null where sequenceCapacity is given', capacityFactor);
  }
  if (sharedHidden !== undefined) {
    expectInteger('moe.layer', 'sharedHidden', sizeOf(sharedHidden), 1);
  }
  if (sharedGate && sharedExperts === 0) {
    fail('moe.layer', 'sharedGate needs sharedExperts of at least 1', sharedExperts);
  }
  if (capacityFactor !== null && !(Number.isFinite(capacityFactor) && capacityFactor > 0)) {
    fail('moe.layer', 'capacityFactor must be a number above 0, or null', capacityFactor);
  }
  const width = Axis.of('width', options.width);
  const hidden = Axis.of('hidden', options.hidden);
  const bank = (kind: 'plain' | 'gated' | ExpertSpec, name: string, numExperts: Size, size: Size): ExpertBank => {
    return expertsOf(kind).build({ numExperts, width, hidden: size, random: random.child(name), live });
  };
  const routed = bank(experts, 'experts', options.experts, hidden);
  return new MixtureOfExperts(
    { ...options, router },
    { width, hidden },
    orDispose(routed, () => router.build({ width, numExperts: routed.experts, random: random.child('router') })),
    routed,
    sharedExperts === 0
      ? null
      : bank(sharedKind, 'shared', Axis.fixed('shared', 1), sharedHidden ?? sharedExperts * hidden.size),
    sharedGate
      ? new Linear({ inputWidth: width, outputWidth: 1, bias: false, random: random.child('sharedGate') })
      : null
  );
}

/** Result of `make`; where it throws, `before` is freed. */
function orDispose<T>(before: Module, make: () => T): T {
  try {
    return make();
  } catch (error) {
    before.dispose();
    throw error;
  }
}

class MixtureOfExperts extends Module implements MoeLayer {
  readonly kind = 'moe';

  constructor(
    private readonly given: MoeLayerOptions,
    private readonly axes: { width: Axis; hidden: Axis },
    readonly router: Router,
    readonly experts: ExpertBank,
    readonly shared: ExpertBank | null,
    readonly sharedGate: Linear | null
  ) {
    super();
    this.addChild('router', router);
    this.addChild('experts', experts);
    if (shared !== null) {
      this.addChild('shared', shared);
    }
    if (sharedGate !== null) {
      this.addChild('sharedGate', sharedGate);
    }
  }

  get options(): SizedMoeOptions {
    const { width, hidden } = this.axes;
    return { ...this.given, width: width.size, hidden: hidden.size, experts: this.experts.numExperts };
  }

  /** Experts work on the rows that the router sends them, K a token on the mean; shared ones on every token. */
  override childShare(name: string): number {
    return name === 'experts' ? this.router.meanK : 1;
  }

  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const tokens = this.flatten(x, ctx);
      const routing = this.router.route(tokens, ctx.within('router'));
      const routed = this.runExperts(tokens, routing, x.shape[x.rank - 2] ?? 1, ctx);
      const all = this.shared === null ? routed : routed.add(this.applyShared(this.shared, tokens, ctx));
      return all.reshape(x.shape);
    });
  }

  private applyShared(shared: ExpertBank, tokens: tf.Tensor2D, ctx: Context): tf.Tensor {
    const output = applyToAll(shared, tokens, ctx.within('shared'));
    return this.sharedGate === null
      ? output
      : output.mul(this.sharedGate.apply(tokens, ctx.within('sharedGate')).sigmoid());
  }

  private flatten(x: tf.Tensor, ctx: Context): tf.Tensor2D {
    const where = ctx.path || 'moe.layer';
    const width = this.axes.width.size;
    if (x.shape[x.rank - 1] !== width) {
      fail(where, `expects shape [..., ${width}]`, showShape(x.shape));
    }
    if (x.size === 0) {
      fail(where, 'expects at least one token', showShape(x.shape));
    }
    return x.reshape([-1, width]);
  }

  private runExperts(tokens: tf.Tensor2D, routing: Routing, length: number, ctx: Context): tf.Tensor2D {
    const { experts } = this;
    const host = readRouting(ctx.within('router').path, routing, ctx.wants('routing'));
    const { sharedExperts = 0 } = this.given;
    const routed = {
      ...{ router: this.router.kind, experts: experts.labels },
      ...(sharedExperts > 0 ? { sharedExperts } : {})
    };
    if (routing.form === 'slots') {
      publishRouting(routing, host, { ...routed, dropped: null }, ctx);
      return applySlots(experts, tokens, routing, ctx.within('experts'));
    }
    const plan = this.plan(routing, host.indices, length);
    const capacity = this.capacityIn(routing);
    publishRouting(
      routing,
      host,
      { ...routed, dropped: plan.dropped, ...(capacity === null ? {} : { capacity }) },
      ctx
    );
    const outputs = experts.applyGroups(ops.dispatch(tokens, plan), plan, ctx.within('experts'));
    return ops.combine(outputs, routing.weights, plan);
  }

  private plan(routing: Routing, indices: Int32Array, length: number): DispatchPlan {
    const { numTokens, numExperts } = routing;
    const { sequenceCapacity = null } = this.given;
    if (sequenceCapacity !== null) {
      const capacity = { capacity: sequenceCapacity, group: length };
      return ops.planDispatch(indices, { numTokens, k: choicesOf(routing), numExperts, ...capacity });
    }
    const capacity = this.capacityIn(routing);
    return ops.planDispatch(indices, { numTokens, k: choicesOf(routing), numExperts, capacity });
  }

  /** Choices that an expert takes at most of these tokens; null where that is not limited, or by sequence. */
  private capacityIn({ numTokens, numExperts }: Routing): number | null {
    const { capacityFactor = null } = this.given;
    const fairShare = (numTokens * this.router.meanK) / numExperts;
    return capacityFactor === null ? null : capacityOf(capacityFactor, fairShare);
  }
}

// A factor such as 1.1 times 10 is a little above 11 in floating point; that is still 11.
function capacityOf(factor: number, fairShare: number): number {
  return ceil(factor * fairShare);
}
