import type { tf } from '../../base/backend';
import type { Context, Module, Random, Size, Spec } from '../../base/core';

/**
 * Which experts each token goes to and with what weight. Three forms: `sparse` names at most K experts for each token;
 * `dense` weighs all experts for each token; `slots` mixes tokens into the rows that experts work on. Tensors belong to
 * whoever called the router.
 */
export type Routing = SparseRouting | DenseRouting | SlotRouting;

/** Fields of every form of routing. */
interface RoutingBase {
  numTokens: number;
  numExperts: number;
  /** Probability of each expert for each token, differentiable; [T, E]. Rows sum to 1 unless the scores are sigmoids. */
  probs: tf.Tensor2D;
  /** Logits that the scores were made from; [T, E]. */
  logits: tf.Tensor2D;
}

/** Routing that names the experts of each token: indices and weights [T, K]. */
export interface SparseRouting extends RoutingBase {
  form: 'sparse';
  /** Choices of a token, K; the maximum where it varies. */
  k: number;
  /** Experts of each token, best first, -1 where a choice is unused; int32 [T, K]. No gradient. */
  indices: tf.Tensor2D;
  /** Weight of each choice, differentiable, 0 where unused; [T, K]. */
  weights: tf.Tensor2D;
  /** Added to the scores for the choice alone; [E]. Absent where nothing is. */
  selectionBias?: tf.Tensor;
}

/** Routing that sends every token to every expert: weights [T, E]. */
export interface DenseRouting extends RoutingBase {
  form: 'dense';
  /** Weight of each expert for each token, differentiable; [T, E]. */
  weights: tf.Tensor2D;
}

/** Each expert works on S rows that are weighted sums of tokens; each token gets a weighted sum of what comes out. */
export interface SlotRouting extends RoutingBase {
  form: 'slots';
  /** Rows of an expert, S. */
  slots: number;
  /** Weight of each token in each row, differentiable; [T, E, S]. */
  dispatch: tf.Tensor3D;
  /** Weight of each row's output for each token, differentiable; [T, E, S]. */
  combine: tf.Tensor3D;
}

/** A router's shape, known once the layer that holds it is built. */
export interface RouterShape {
  /** Width of what is routed, D. */
  width: Size;
  /** E. */
  numExperts: Size;
  /** Stream for the initial parameters. */
  random: Random;
}

/**
 * Decides, for each token, which experts work on it. It knows nothing of the experts; the layer knows nothing of how
 * the choice was made. Its losses go to `ctx.addLoss`, changes of its buffers to `ctx.afterPass`.
 */
export interface Router extends Module {
  readonly numExperts: number;
  /** Choices of a token, K, at most E; the maximum where it varies, E for a dense router. */
  readonly k: number;
  /** Choices of a token on average, which is what it costs: K where that is fixed, else what the router aims at. */
  readonly meanK: number;
  /** True where its routings are slots: what mixing tokens into rows and back costs is then in its operations. */
  readonly mixesTokens?: boolean;
  /** Routes tokens `x` [T, D]. */
  route(x: tf.Tensor2D, ctx: Context): Routing;
}

/** Specification of a router, as `routers.topK(...)` gives it: options, checked, that a layer builds its router from. */
export interface RouterSpec extends Spec<RouterShape, Router> {
  /** @throws {SwitchyardError} where the options do not fit `shape` (k > numExperts). */
  build(shape: RouterShape): Router;
}
