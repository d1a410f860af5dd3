import { tf } from '../../base/backend';
import { Axis, fail, Module, stateKey } from '../../base/core';
import type { Context, Random, Size } from '../../base/core';
import { Linear } from '../../nn/layers';
import type { NormSpec } from '../../nn/layers';

/** Key of what a token-mixer model predicts, 0 or 1, where a pass in training holds it; [B]. */
export const LABELS = stateKey('labels');

export interface TokenMixerStackOptions {
  blocks: readonly Module[];
  /** Layers that a residual spans; 0 is none. */
  interResidual: number;
  auxiliary: { every: number; coefficient: number } | null;
  norm: NormSpec;
  width: Size;
  random: Random;
}

/**
 * Blocks one after the other, [B, T, D] to [B, T, D], with residuals from layer to layer, and heads on the way down that must predict as well.
 * Names: "0", "1", ..., and "exit6" above the sixth block.
 */
export class TokenMixerStack extends Module {
  readonly kind = 'token-mixer-stack';

  constructor(private readonly options: TokenMixerStackOptions) {
    super();
    const { blocks, auxiliary, norm, width, random } = options;
    blocks.forEach((block, i) => {
      this.addChild(`${i}`, block);
      const depth = i + 1;
      if (auxiliary !== null && depth < blocks.length && depth % auxiliary.every === 0) {
        this.addChild(exitAt(depth), new RankingHead(width, norm, random.child(exitAt(depth))));
      }
    });
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { blocks, interResidual } = this.options;
    return tf.tidy(() => {
      const inputs: tf.Tensor[] = [x];
      const exits: tf.Tensor1D[] = [];
      blocks.forEach((block, i) => {
        const out = block.apply(inputs[i], ctx.within(`${i}`));
        const closes = interResidual > 0 && (i + 1) % interResidual === 0;
        inputs.push(closes ? out.add(inputs[i + 1 - interResidual]) : out);
        const exit = ctx.training ? this.children.get(exitAt(i + 1)) : undefined;
        if (exit !== undefined) {
          exits.push(exit.apply(inputs[i + 1], ctx.within(exitAt(i + 1))) as tf.Tensor1D);
        }
      });
      this.addAuxiliaryLoss(exits, ctx);
      return inputs[blocks.length];
    });
  }

  private addAuxiliaryLoss(exits: tf.Tensor1D[], ctx: Context): void {
    const labels = ctx.getState(LABELS);
    if (exits.length === 0 || labels === null) {
      return;
    }
    if (labels.size !== exits[0].size) {
      fail(ctx.path || this.kind, `the pass must hold ${exits[0].size} "${LABELS.name}"`, labels.size);
    }
    const all = tf.stack(exits);
    const loss = tf.softplus(all).sub(all.mul(labels.toFloat().flatten())).mean();
    ctx.addLoss('auxiliary', loss.mul(this.options.auxiliary!.coefficient));
  }
}

/** The log odds that the mean over slots speaks for: [B, T, D] to [B]. Names: "norm", "linear". */
export class RankingHead extends Module {
  readonly kind = 'ranking-head';
  private readonly norm: Module;
  private readonly linear: Module;

  constructor(width: Size, norm: NormSpec, random: Random) {
    super();
    this.norm = this.addChild('norm', norm.build({ width }));
    this.linear = this.addChild(
      'linear',
      new Linear({ inputWidth: width, outputWidth: Axis.fixed('odds', 1), random })
    );
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const pooled = this.norm.apply(x, ctx.within('norm')).mean(1);
      return this.linear.apply(pooled, ctx.within('linear')).squeeze([1]);
    });
  }
}

function exitAt(depth: number): string {
  return `exit${depth}`;
}
