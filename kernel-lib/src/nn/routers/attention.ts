import { tf } from '../../base/backend';
import { expectNumber, Parameter } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { BEHAVIOURS } from '../stateKeys';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { sideInput } from './parts/sideInput';
import { resolveTokenChoice, TokenChoice } from './parts/tokenChoice';
import type { TokenChoiceOptions } from './parts/tokenChoice';
import type { RouterShape, RouterSpec } from './router';
import { specs } from './specs';

export interface AttentionRouterOptions extends TokenChoiceOptions {
  /** Pull together what the router makes of all behaviours and of some. Default: not at all. */
  contrastive?: ContrastiveOptions | null;
}

/** The contrastive loss of {@link attention}. */
export interface ContrastiveOptions {
  /** Share of behaviours hidden in the second view. */
  maskRate: number;
  /** Default 0.1. */
  coefficient?: number;
  /** Default 0.1. */
  temperature?: number;
}

/**
 * Attention-weighted gate (AW-MoE, Gong et al., ICDE 2023): logits are `mean_n a_n (b_n G)` over a sequence of behaviours b,
 * where the activation unit gives `a_n = sigmoid(x A b_n / sqrt(D))`. The pass holds the behaviours as "behaviours",
 * [T, N, D], rows of zeros where there are fewer than N. With `contrastive`, training adds the loss "contrastive": InfoNCE
 * between the probabilities of a token and those with some behaviours hidden, against the other tokens'.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts; in `route`, without behaviours.
 */
export function attention(options: AttentionRouterOptions): RouterSpec {
  const resolved = {
    ...resolveTokenChoice('routers.attention', options),
    contrastive: resolveContrastive(options.contrastive)
  };
  return { kind: 'attention', options: resolved, build: (shape) => new AttentionRouter(resolved, shape) };
}

function resolveContrastive(options: ContrastiveOptions | null = null): Required<ContrastiveOptions> | null {
  if (options === null) {
    return null;
  }
  const { maskRate, coefficient = 0.1, temperature = 0.1 } = options;
  expectNumber('routers.attention', 'contrastive.maskRate', maskRate, 0, 1);
  expectNumber('routers.attention', 'contrastive.coefficient', coefficient, 0);
  expectNumber('routers.attention', 'contrastive.temperature', temperature, 1e-6);
  return { maskRate, coefficient, temperature };
}

interface Resolved extends Required<TokenChoiceOptions> {
  contrastive: Required<ContrastiveOptions> | null;
}

class AttentionRouter extends TokenChoice {
  readonly kind = 'attention';
  private readonly activation: Parameter;
  private readonly weight: Parameter;
  private readonly contrastive: Required<ContrastiveOptions> | null;

  constructor({ contrastive, ...choice }: Resolved, shape: RouterShape) {
    super('routers.attention', choice, shape);
    const { random } = shape;
    const { width, experts } = this.axes;
    this.contrastive = contrastive;
    const square = (sizes: number[]): tf.Tensor => random.child('activation').normal(sizes, 0, 1 / Math.sqrt(sizes[0]));
    this.activation = this.addParameter('activation', Parameter.over([width, width], square));
    this.weight = this.addParameter('weight', projectionWeight(width, experts, random.child('weight')));
  }

  override ownFlops(): number {
    return projectFlops(this.activation) + projectFlops(this.weight);
  }

  protected override score(x: tf.Tensor2D, ctx: Context): tf.Tensor2D {
    const behaviours = sideInput('routers.attention', BEHAVIOURS, x.shape[0], ctx);
    const logits = this.attend(x, behaviours);
    if (ctx.training && this.contrastive !== null) {
      const { maskRate, coefficient, temperature } = this.contrastive;
      const [numTokens, length] = behaviours.shape;
      const shown = ctx.random.child('mask').uniform([numTokens, length, 1]).greaterEqual(maskRate).toFloat();
      const partial = this.attend(x, behaviours.mul(shown));
      const loss = ops.infoNce(tf.softmax(logits), tf.softmax(partial), temperature);
      ctx.addLoss('contrastive', loss.mul(coefficient));
    }
    return logits;
  }

  private attend(x: tf.Tensor2D, behaviours: tf.Tensor3D): tf.Tensor2D {
    const [numTokens, length, width] = behaviours.shape;
    const query = project(x, this.activation);
    const scores = behaviours.mul(query.expandDims(1)).sum(2, true).div(Math.sqrt(width)); // [T, N, 1]
    const pooled = behaviours.mul(tf.sigmoid(scores)).sum(1).div(length).reshape<tf.Tensor2D>([numTokens, width]);
    return project(pooled, this.weight);
  }
}

specs.register('attention', attention);
