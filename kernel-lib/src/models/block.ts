import { tf } from '../base/backend';
import { fail, Module, stateKey } from '../base/core';
import type { Context, Random, Size } from '../base/core';
import { causalAttention, partsOf, rmsNorm } from '../nn/layers';
import type { BlockParts } from '../nn/layers';
import { buildFeedForward, feedForwardName } from './feedForward';
import type { FeedForwardSpec } from './feedForward';

/** Key of what the attention of the last block that keeps its paths added; [B, N, D]. */
export const ATTENTION_PATH = stateKey('attentionPath');
/** Key of what its feed-forward network or mixture added; [B, N, D]. */
export const FEED_FORWARD_PATH = stateKey('feedForwardPath');

export interface BlockOptions {
  /** D. */
  width: Size;
  heads: number;
  /** Stream for the initial parameters. */
  random: Random;
  feedForward: FeedForwardSpec;
  /** See `TransformerSize`. */
  parallel: boolean;
  parts: BlockParts;
  /** Which of the model's blocks it is, from 0. */
  number: number;
  /** A block whose attention and feed-forward network this one uses instead of its own; with `norms`, its norms as well. */
  share?: { block: Block; norms: boolean } | null;
  /** See `BlockModelOptions`. Default 1. */
  residualScale?: number;
  /** Leaves what its parts add in the pass's state. Default false. */
  keepsPaths?: boolean;
}

/**
 * A pre-norm transformer block, [B, N, D] to [B, N, D]: `x + attention(norm(x))`, then the same with what works on each
 * token alone, "feedForward" or "moe"; or, parallel, both added to `x` at once (as in GPT-J and PaLM, arXiv 2204.02311).
 */
export class Block extends Module {
  readonly kind = 'block';
  /** "moe" or "feedForward". */
  readonly feedForwardName: string;
  // Null where the block goes without.
  private readonly attentionNorm: Module | null;
  private readonly attention: Module | null;
  private readonly feedForwardNorm: Module | null;
  private readonly feedForward: Module | null;
  private readonly between: Module | null;
  private readonly parallel: boolean;
  private readonly residualScale: number;
  private readonly keepsPaths: boolean;

  constructor(options: BlockOptions) {
    super();
    const { width, heads, feedForward, parallel, parts, number, random, share = null, residualScale = 1 } = options;
    this.residualScale = residualScale;
    this.keepsPaths = options.keepsPaths ?? false;
    this.feedForwardName = feedForwardName(feedForward);
    this.parallel = parallel;
    const { norm = rmsNorm(), attention = causalAttention(), between } = partsOf(parts);
    const normed = share?.norms ? share.block : null;
    const attends = attention.kind !== 'none';
    const add = <M extends Module>(name: string, module: M | null): M | null => module && this.addChild(name, module);
    this.attentionNorm = normed?.attentionNorm ?? add('attentionNorm', attends ? norm.build({ width }) : null);
    const shape = { width, heads, block: number, random: random.child('attention') };
    this.attention = share?.block.attention ?? add('attention', attends ? attention.build(shape) : null);
    const resizing = between?.build({ block: number, width, random: random.child('between') }) ?? null;
    if (resizing !== null && parallel) {
      fail('Block', 'a block with something between attention and feed-forward network must not be parallel', parallel);
    }
    this.between = add('between', resizing);
    const works = feedForward.kind !== 'none';
    this.feedForwardNorm = normed?.feedForwardNorm ?? add('feedForwardNorm', works ? norm.build({ width }) : null);
    this.feedForward =
      share?.block.feedForward ??
      add(this.feedForwardName, buildFeedForward(feedForward, width, random.child(this.feedForwardName)));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const attended = this.attended(x, ctx);
      const y = this.between?.apply(attended, ctx.within('between')) ?? attended;
      if (this.feedForward === null || this.feedForwardNorm === null) {
        return y.clone();
      }
      const normedAgain = this.feedForwardNorm.apply(this.parallel ? x : y, ctx.within('feedForwardNorm'));
      const added = this.scaled(this.feedForward.apply(normedAgain, ctx.within(this.feedForwardName)));
      return y.add(this.kept(FEED_FORWARD_PATH, added, ctx));
    });
  }

  private attended(x: tf.Tensor, ctx: Context): tf.Tensor {
    if (this.attention === null || this.attentionNorm === null) {
      return x;
    }
    const normed = this.attentionNorm.apply(x, ctx.within('attentionNorm'));
    const added = this.scaled(this.attention.apply(normed, ctx.within('attention')));
    return x.add(this.kept(ATTENTION_PATH, added, ctx));
  }

  private kept(key: typeof ATTENTION_PATH, added: tf.Tensor, ctx: Context): tf.Tensor {
    if (this.keepsPaths) {
      ctx.setState(key, added.clone());
    }
    return added;
  }

  private scaled(x: tf.Tensor): tf.Tensor {
    return this.residualScale === 1 ? x : x.mul(this.residualScale);
  }

  /** A block whose paths are counted cannot be left out. */
  override isResidual(): boolean {
    return this.between === null && !this.keepsPaths;
  }

  override get branches(): ReadonlyMap<string, readonly string[]> {
    const norms: Record<string, string> = { attention: 'attentionNorm', [this.feedForwardName]: 'feedForwardNorm' };
    return this.keepsPaths ? new Map() : new Map(this.paths.map((name) => [name, [name, norms[name]]]));
  }

  /** Names of the children whose output is added. */
  get paths(): readonly string[] {
    return ['attention', this.feedForwardName].filter((name) => this.children.has(name));
  }

  override lengthAfter(length: number): number {
    return this.between === null ? length : this.between.lengthAfter(length);
  }

  override lengthWithin(child: string, length: number): number {
    return child.startsWith('attention') || child === 'between' ? length : this.lengthAfter(length);
  }
}
