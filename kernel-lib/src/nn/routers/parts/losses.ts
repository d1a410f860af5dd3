/**
 * @file Auxiliary losses of routers, as free functions: `probs` is [T, E] and differentiable, `indices` is int32 [T, K] with
 * -1 where a choice is unused. None is multiplied by a coefficient. Libraries disagree about what "the" load-balancing
 * loss is; each convention has its name here. With f_i the share of tokens that chose expert i (in any of their K choices)
 * and P_i its mean probability:
 *
 * | name | formula | at perfect balance | over layers |
 * | --- | --- | --- | --- |
 * | switch | E * sum_i (f_i / K) P_i | 1 | sum |
 * | gshard | E * sum_i g_i P_i, g_i counts first choices only | 1 | sum |
 * | hf | E * sum_i f_i P_i, all layers as one batch of tokens | K | one value |
 * | perLayer | E * sum_i f_i P_i of each layer | K | mean |
 */
import { tf } from '../../../base/backend';
import { fail } from '../../../base/core';
import * as ops from '../../../base/ops';
import { oneHot } from './oneHot';

/** Scores and choices of one layer, as a balancing loss needs them. */
export interface RoutedLayer {
  /** [T, E] */
  probs: tf.Tensor2D;
  /** int32 [T, K], -1 where unused */
  indices: tf.Tensor2D;
}

/** Sums over tokens, which pool over layers. */
export interface BalanceSums {
  /** How often each expert was chosen; [E] */
  chosen: tf.Tensor;
  /** Probability of each expert; [E] */
  probability: tf.Tensor;
  /** T, a scalar */
  numTokens: tf.Tensor;
}

/** How often each expert was chosen; [T, K] gives [E]. Unused choices count nowhere; no gradient. */
export function countChoices(indices: tf.Tensor2D, numExperts: number): tf.Tensor1D {
  return tf.tidy(() => oneHot(indices.flatten().toInt(), numExperts).sum<tf.Tensor1D>(0));
}

/**
 * `E * sum_i (f_i / K) P_i`: Switch Transformers eq. 4 (arXiv 2101.03961), for K > 1 as in Megatron-LM and MegaBlocks.
 * Where choices are unused, K is the mean number used. 1 at perfect balance.
 */
export function switchLoss(probs: tf.Tensor2D, indices: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const layer = sumLayer({ probs, indices });
    const used = layer.chosen.sum().div(layer.numTokens).maximum(Number.EPSILON);
    return balanceOfSums(layer).div<tf.Scalar>(used);
  });
}

/** `E * sum_i g_i P_i`, g_i the share of tokens whose first choice is i (GShard, arXiv 2006.16668). 1 at perfect balance. */
export function gshardLoss(probs: tf.Tensor2D, indices: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => switchLoss(probs, indices.slice<tf.Tensor2D>([0, 0], [-1, 1])));
}

/**
 * `E * sum_i f_i P_i` with the tokens of all layers taken as one batch: `load_balancing_loss_func` of Hugging Face
 * transformers. K at perfect balance. A layer that favours one expert can hide another that favours a different one.
 *
 * @throws {SwitchyardError} where the layers differ in their number of experts.
 */
export function hfLoss(layers: readonly RoutedLayer[]): tf.Scalar {
  return tf.tidy(() => balanceOfSums(layers.map(sumLayer).reduce(addSums)));
}

/**
 * The mean over layers of each layer's own `E * sum_i f_i P_i`, as OLMoE corrects the above (arXiv 2409.02060).
 * K at perfect balance, and above it as soon as one layer is not balanced.
 */
export function perLayerLoss(layers: readonly RoutedLayer[]): tf.Scalar {
  return tf.tidy(() => {
    const losses = layers.map((layer) => balanceOfSums(sumLayer(layer)));
    return tf.addN(losses).div<tf.Scalar>(layers.length);
  });
}

/** `mean_t (log sum_i exp logit_ti)^2`, which keeps logits small (ST-MoE eq. 5, arXiv 2202.08906). `logits` is [T, E]. */
export function routerZLoss(logits: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => ops.logSumExp(logits).square().mean<tf.Scalar>());
}

/** The sums of one layer, from which {@link balanceOfSums} makes its loss. */
export function sumLayer({ probs, indices }: RoutedLayer): BalanceSums {
  const [numTokens, numExperts] = probs.shape;
  return { chosen: countChoices(indices, numExperts), probability: probs.sum(0), numTokens: tf.scalar(numTokens) };
}

/** Pools the sums of two layers. */
export function addSums(a: BalanceSums, b: BalanceSums): BalanceSums {
  if (a.chosen.size !== b.chosen.size) {
    fail('routers.hfLoss', `layers must have the same number of experts (${a.chosen.size})`, b.chosen.size);
  }
  return {
    chosen: a.chosen.add(b.chosen),
    probability: a.probability.add(b.probability),
    numTokens: a.numTokens.add(b.numTokens)
  };
}

/** `E * sum_i f_i P_i` of pooled sums. */
export function balanceOfSums({ chosen, probability, numTokens }: BalanceSums): tf.Scalar {
  return chosen.mul(probability).sum().mul(chosen.size).div<tf.Scalar>(numTokens.square());
}
