import { tf } from '../base/backend';
import { Axis, expectInteger, Parameter } from '../base/core';
import type { Context, Size } from '../base/core';
import { Sequential } from '../nn/layers';
import { ATTENTION_PATH, FEED_FORWARD_PATH } from './block';
import type { Block } from './block';

/**
 * Blocks as an ensemble of paths (arXiv 2308.06548): what comes in, and what each attention and each feed-forward network adds, are paths of growing length, and the output
 * is their sum, each times a scale of its own, "scales" [P, D] (EnsembleScale), initially 1. Blocks feed on each other as without, whatever the scales; none can be left out.
 */
export class PathEnsemble extends Sequential {
  /** Names of the paths, as rows of the scales: "input", "0.attention", "0.feedForward", ... */
  readonly paths: readonly string[];
  private readonly scales: Parameter;

  constructor(blocks: readonly Block[], width: Size) {
    super(blocks);
    this.paths = ['input', ...blocks.flatMap((block, i) => block.paths.map((name) => `${i}.${name}`))];
    const paths = Axis.of('paths', this.paths.length).pin('blocks feed on each other');
    this.scales = this.addParameter('scales', Parameter.over([paths, Axis.of('width', width)], tf.ones, { decay: false })); // prettier-ignore
  }

  override ownFlops(): number {
    return 2 * this.paths.length * this.scales.axes[1].size;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.applyFirst(this.children.size, x, ctx);
  }

  /** Sum of the paths through the first blocks alone. */
  applyFirst(blocks: number, x: tf.Tensor, ctx: Context): tf.Tensor {
    expectInteger(ctx.path || this.kind, 'blocks', blocks, 0, this.children.size);
    return tf.tidy(() => {
      const scales = this.scales.read();
      const scaled = (path: tf.Tensor, row: number): tf.Tensor =>
        path.mul(scales.slice([row, 0], [1, -1]).reshape([-1]));
      const sum = [scaled(x, 0)];
      let y = x;
      for (const [name, block] of [...this.children].slice(0, blocks)) {
        y = block.apply(y, ctx.within(name));
        (block as Block).paths.forEach((branch) => {
          const added = ctx.getState(branch === 'attention' ? ATTENTION_PATH : FEED_FORWARD_PATH)!;
          sum.push(scaled(added, this.paths.indexOf(`${name}.${branch}`)));
        });
      }
      return tf.addN(sum);
    });
  }
}
