import { tf } from '../../base/backend';
import { Axis, expectInteger, expectNumber, expectShape, fail, Module, Random, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import { Linear, normSpecs, rmsNorm } from '../../nn/layers';
import type { NormSpec } from '../../nn/layers';
import * as moe from '../../nn/moe';
import { modelSpecs, specOf } from '../spec';
import type { ModelSpec } from '../spec';
import { MIXED_IDS, SLOT_IDS, TokenMixerBlock } from './tokenMixerBlock';
import type { TokenMixerMoe } from './tokenMixerBlock';
import { RankingHead, TokenMixerStack } from './tokenMixerStack';

/** Options of `models.tokenMixer`. */
export interface TokenMixerOptions {
  /** Groups of features, each a token, T. */
  slots: number;
  /** Features of a group, F. */
  inputWidth: number;
  /** Blocks, L. */
  layers: number;
  /** Width of a token, D. */
  width: number;
  /** Mixed tokens; they divide the width. Default: as many as slots. */
  heads?: number;
  /** Width inside a network or an expert, H. Default 2 D. */
  hidden?: number;
  /** Reverts what it mixed, with a network before and one after, so that a token comes out where it went in. Default true. */
  mixRevert?: boolean;
  /** How many layers a residual spans: the tokens that go into n layers are added to what comes out. True, the default, is 1; false is none. */
  interResidual?: boolean | number;
  /** Experts in place of the networks. Default null: one network a slot. */
  moe?: TokenMixerMoe | null;
  /**
   * After every so many layers but the last, a head of its own predicts as well, and its cross entropy, the mean over heads times `coefficient`,
   * is a loss of the pass, "auxiliary", where that is training and holds "labels", 0 or 1, [B]. Default coefficient 0.1. Default null: none.
   */
  auxiliary?: { every: number; coefficient?: number } | null;
  /** How norms are built. Default: `layers.rmsNorm()`. */
  norm?: NormSpec;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/**
 * A ranking model that mixes groups of features without attention (TokenMixer-Large, arXiv 2602.06563): groups [B, T, F] to the log
 * odds of a click, [B]. Each slot has an embedding and networks of its own; the head reads the mean over slots. Paths: "input.0",
 * "layers.0.mixed.0.w1", "layers.0.tokens.0.w1", ..., "head"; with experts "layers.0.tokens.2.experts.w1"; auxiliary heads "layers.exit6".
 *
 * @throws {SwitchyardError} where an option is out of range; in `apply`, where the shape is not [B, T, F].
 */
export function tokenMixer(options: TokenMixerOptions): TokenMixer {
  return new TokenMixer(resolve(options));
}

export class TokenMixer extends Module {
  readonly kind = 'token-mixer';
  private readonly input: Module;
  private readonly layers: Module;
  private readonly head: Module;

  constructor(
    /** Options that it was built from. */
    readonly options: Required<TokenMixerOptions>,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed).child('tokenMixer')
  ) {
    super();
    const { slots, heads, inputWidth, layers, interResidual, auxiliary, norm } = options;
    // A token is cut into as many pieces as there are mixed tokens.
    const piece = Axis.of('piece', options.width / heads);
    const width = Axis.product('heads x piece', Axis.fixed('heads', heads), piece);
    const features = Axis.of('features', inputWidth).pin('the data have them');
    const embed = (slot: number): Module =>
      new Linear({ inputWidth: features, outputWidth: width, bias: false, random: random.child('input').child(slot) });
    this.input = this.addChild('input', moe.untied({ count: slots, by: SLOT_IDS, build: embed }));
    const stream = random.child('layers');
    const blocks = Array.from(
      { length: layers },
      (_, i) => new TokenMixerBlock({ ...options, width, piece, random: stream.child(i) })
    );
    this.layers = this.addChild(
      'layers',
      new TokenMixerStack({
        ...{ blocks, norm, width, random: stream },
        interResidual: Number(interResidual),
        auxiliary: auxiliary && { coefficient: 0.1, ...auxiliary }
      })
    );
    this.head = this.addChild('head', new RankingHead(width, norm, random.child('head')));
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { slots, heads } = this.options;
    expectShape(ctx.path || this.kind, x, ['B', slots, 'F']);
    return tf.tidy(() => {
      const leave = (name: string, count: number): void =>
        ctx.setState(stateKey(name), tf.range(0, count, 1, 'int32').tile([x.shape[0]]));
      leave(SLOT_IDS, slots);
      leave(MIXED_IDS, heads);
      const tokens = this.layers.apply(this.input.apply(x, ctx.within('input')), ctx.within('layers'));
      return this.head.apply(tokens, ctx.within('head'));
    });
  }
}

function resolve(options: TokenMixerOptions): Required<TokenMixerOptions> {
  const where = 'models.tokenMixer';
  const { slots, width, heads = slots, hidden = 2 * width, mixRevert = true, auxiliary = null } = options;
  const { interResidual = true, moe: experts = null, norm = rmsNorm(), seed = 0 } = options;
  (['slots', 'inputWidth', 'layers', 'width'] as const).forEach((name) => expectInteger(where, name, options[name], 1));
  expectInteger(where, 'hidden', hidden, 1);
  expectInteger(where, 'heads', heads, 1, width);
  if (width % heads !== 0) {
    fail(where, `heads must divide width (${width})`, heads);
  }
  if (!mixRevert && heads !== slots) {
    fail(where, `heads must be slots (${slots}) where nothing is reverted`, heads);
  }
  expectInteger(where, 'interResidual', Number(interResidual), 0, options.layers);
  if (auxiliary !== null) {
    expectInteger(where, 'auxiliary.every', auxiliary.every, 1);
    expectNumber(where, 'auxiliary.coefficient', auxiliary.coefficient ?? 0, 0);
  }
  if (experts !== null) {
    expectInteger(where, 'moe.experts', experts.experts, 1);
    expectInteger(where, 'moe.k', experts.k, 1, experts.experts);
  }
  return {
    ...options,
    heads,
    hidden,
    mixRevert,
    auxiliary,
    interResidual,
    moe: experts,
    norm: normSpecs.of(norm),
    seed
  };
}

modelSpecs.register('token-mixer', (options: TokenMixerOptions) => ({
  kind: 'token-mixer',
  options: { ...options },
  build: (random) => new TokenMixer(resolve(options), random)
}));
