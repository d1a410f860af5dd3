import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { expertsOf } from '../../nn/experts';
import { feedForwardName } from '../feedForward';
import type { DenseFeedForward, FeedForwardSpec } from '../feedForward';
import { moduleFlops, sumFlops } from '../moduleFlops';
import { Transformer } from './transformer';

/**
 * A model without routing that spends as many operations on a token as `model`: each mixture of experts becomes one
 * network whose hidden width makes up for the experts that work on a token and for the router's product (within one
 * hidden unit), and a network with looked-up projections a SwiGLU. All else, the seed included, is the same.
 *
 * @throws {SwitchyardError} where a feed-forward network does not say what it spends.
 */
export function denseTwin(model: Transformer): Transformer {
  const modules = model.modules();
  const feedForwards = model.options.feedForwards.map((feedForward, i) =>
    twin(feedForward, model.options.width, modules.get(`layers.${i}.${feedForwardName(feedForward)}`)!)
  );
  return new Transformer({ ...model.options, feedForwards });
}

function twin(feedForward: FeedForwardSpec, width: number, module: Module): DenseFeedForward {
  if (feedForward.kind === 'dense') {
    return feedForward;
  }
  const { gated = false } =
    feedForward.kind === 'moe' ? expertsOf(feedForward.expertKind) : { gated: feedForward.kind === 'tokenIndexed' };
  const flops =
    sumFlops(moduleFlops(module)) ??
    fail('models.denseTwin', 'a feed-forward network must say what it spends', module.kind);
  return { kind: 'dense', hidden: Math.round(flops / ((gated ? 6 : 4) * width)), gated };
}
