import { tf } from '../../base/backend';
import { Axis, expectInteger, expectShape, fail, Module, Parameter, refuseOldNames, sizeOf } from '../../base/core';
import type { Context, CostShape, Random, Size } from '../../base/core';
import { numberedLabels } from '../experts/numberedLabels';
import { attend, attentionSpecs, initialize, uniformFanIn } from '../layers';
import type { AttentionSpec } from '../layers';
import { denseWeights } from '../routers';
import type { Router, RouterSpec } from '../routers';
import { specs } from '../routers/specs';
import { readRouting } from './hostRouting';
import { publishRouting } from './publishRouting';

/** Options of `moe.AttentionMixture`. */
export interface AttentionMixtureOptions {
  /** Weighs the experts for each token: `routers.topP({ p: 1 })` uses all. */
  router: RouterSpec;
  /** E. */
  experts: Size;
  /** D. */
  width: Size;
  /** Heads of each expert; they divide the width. */
  heads: number;
  /** One set of keys and values for all experts, and a cache as small as that of one. Default false. */
  shareKeyValue?: boolean;
  /** Stream for the initial parameters. */
  random: Random;
}

/**
 * Causal attention whose experts are whole multi-head attentions, all of which work on every token, weighted by a router (the soft
 * mixture of attention of BAM, arXiv 2408.08274): [B, N, D] to [B, N, D]. Parameters: query and output [E, D, D],
 * keyValue [E, D, 2 D], or [1, D, 2 D] where shared.
 *
 * @throws {SwitchyardError} where a size is out of range; in `apply`, where the router does not weigh experts for each token.
 */
export function attentionMixture(options: AttentionMixtureOptions): AttentionMixture {
  const where = 'moe.attentionMixture';
  refuseOldNames(where, options, { numExperts: 'experts' });
  (['experts', 'width', 'heads'] as const).forEach((name) => expectInteger(where, name, sizeOf(options[name]), 1));
  if (sizeOf(options.width) % options.heads !== 0) {
    fail(where, `width must be a multiple of heads (${options.heads})`, sizeOf(options.width));
  }
  return new AttentionMixture(options);
}

export class AttentionMixture extends Module {
  readonly kind = 'attention-mixture';
  readonly router: Router;
  private readonly query: Parameter;
  private readonly keyValue: Parameter;
  private readonly output: Parameter;
  private readonly axes: { experts: Axis; width: Axis; heads: Axis; headWidth: Axis };

  constructor(options: AttentionMixtureOptions) {
    super();
    const { router, shareKeyValue = false, random } = options;
    const experts = Axis.of('experts', options.experts);
    const width = Axis.of('width', options.width);
    const heads = Axis.of('heads', options.heads);
    const headWidth = Axis.of('headWidth', width.size / options.heads);
    this.axes = { experts, width, heads, headWidth };
    this.router = this.addChild('router', router.build({ width, numExperts: experts, random: random.child('router') }));
    const matrices = (name: string, axes: Axis[]): Parameter =>
      this.addParameter(
        name,
        Parameter.over(axes, (sizes) => initialize(uniformFanIn(), sizes, random.child(name)))
      );
    const ofHeads = Axis.product('heads x headWidth', heads, headWidth);
    const both = Axis.product('keyValue', Axis.fixed('key, value', 2), ofHeads);
    this.query = matrices('query', [experts, width, ofHeads]);
    this.keyValue = matrices('keyValue', [shareKeyValue ? Axis.fixed('shared', 1) : experts, width, both]);
    this.output = matrices('output', [experts, ofHeads, width]);
  }

  /** D, and the heads of an expert. */
  get sizes(): { width: number; heads: number } {
    return { width: this.axes.width.size, heads: this.axes.heads.size };
  }

  /** Every expert works on every token. */
  override ownFlops({ length }: CostShape): number {
    const { experts, width, heads, headWidth } = this.axes;
    const inner = heads.size * headWidth.size;
    const keyValue = 4 * this.keyValue.axes[0].size * width.size * inner;
    return keyValue + experts.size * (4 * width.size * inner + 4 * length * inner);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || this.kind, x, ['B', 'N', this.axes.width.size]);
    return tf.tidy(() => this.attendTo(x, this.keysAndValues(x), ctx));
  }

  /** Keys and values that a cache holds of tokens [B, M, D]: [E, B, M, 2 D], or [1, B, M, 2 D] where shared. */
  keysAndValues(x: tf.Tensor): tf.Tensor4D {
    const [batch, length, width] = x.shape;
    return tf.tidy(() =>
      onAll(x.reshape([-1, width]), this.keyValue).reshape([this.keyValue.axes[0].size, batch, length, -1])
    );
  }

  /** Tokens [B, N, D], the last N of those whose keys and values are cached, to [B, N, D]. */
  attendTo(x: tf.Tensor, cache: tf.Tensor4D, ctx: Context): tf.Tensor {
    const [numExperts, heads, width] = [this.axes.experts.size, this.axes.heads.size, this.axes.width.size];
    const inner = heads * this.axes.headWidth.size;
    const [batch, length] = x.shape;
    return tf.tidy(() => {
      const tokens = x.reshape<tf.Tensor2D>([-1, width]);
      const weights = this.weigh(tokens, ctx);
      const [, , positions] = cache.shape;
      const ofEach = tf.tile(cache, [numExperts / cache.shape[0], 1, 1, 1]).reshape([-1, positions, 2 * inner]);
      const [keys, values] = tf.split(ofEach, 2, 2);
      const queries = onAll(tokens, this.query).reshape([-1, length, inner]);
      const mixed = attend(queries, keys, values, { heads }).reshape([numExperts, batch * length, inner]);
      const outputs = tf.matMul(mixed, this.output.read());
      const ofToken = weights.transpose().expandDims(2);
      return outputs.mul(ofToken).sum(0).reshape(x.shape);
    });
  }

  // [T, E].
  private weigh(tokens: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const where = ctx.within('router');
    const routing = this.router.route(tokens, where);
    if (routing.form === 'slots') {
      fail(ctx.path || this.kind, 'the router must weigh experts for each token', routing.form);
    }
    const host = readRouting(where.path, routing, ctx.wants('routing'));
    const routed = { router: this.router.kind, experts: numberedLabels(routing.numExperts), dropped: null };
    publishRouting(routing, host, routed, ctx);
    return denseWeights(routing);
  }
}

// Tokens [T, D] through each of the matrices [G, D, F]: [G, T, F].
function onAll(tokens: tf.Tensor, matrices: Parameter): tf.Tensor {
  const count = matrices.axes[0].size;
  return tf.matMul(tf.tile(tokens.expandDims(0), [count, 1, 1]), matrices.read());
}

/** The options of {@link attentionMixture} in a model. */
export type MixedAttentionOptions = Pick<AttentionMixtureOptions, 'router' | 'shareKeyValue'> & { experts: number };

/** The attention of a model: {@link attentionMixture}. */
export function mixedAttention({ experts, shareKeyValue = false, ...options }: MixedAttentionOptions): AttentionSpec {
  refuseOldNames('moe.mixedAttention', options, { numExperts: 'experts' });
  const router = specs.of(options.router);
  const own = { router, experts, shareKeyValue };
  return {
    kind: 'mixture',
    options: own,
    build: ({ width, heads, random }) => attentionMixture({ ...own, width, heads, random })
  };
}

attentionSpecs.register('mixture', mixedAttention);
