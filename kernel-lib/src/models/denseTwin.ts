import type { MoeLayer } from '../moe';
import { denseFlops, mixerFlops } from './activeFlops';
import { isGated, mixerName } from './mixer';
import type { DenseMixer, Mixer } from './mixer';
import { Transformer } from './transformer';

/**
 * A model without routing that spends as many operations on a token as `model`: each mixture of experts becomes one
 * network whose hidden width makes up for the experts that work on a token and for the router's product (within one
 * hidden unit), and a network with looked-up projections a SwiGLU. All else, the seed included, is the same.
 */
export function denseTwin(model: Transformer): Transformer {
  const modules = model.modules();
  const mixers = model.options.mixers.map((mixer, i) =>
    twin(mixer, model.options.width, modules.get(`layers.${i}.${mixerName(mixer)}`) as MoeLayer)
  );
  return new Transformer({ ...model.options, mixers });
}

function twin(mixer: Mixer, width: number, module: MoeLayer): DenseMixer {
  if (mixer.kind === 'dense') {
    return mixer;
  }
  const gated = mixer.kind === 'tokenIndexed' || isGated('denseTwin', mixer);
  const unit = denseFlops({ gated, hidden: 1 }, width);
  return { kind: 'dense', hidden: Math.round(mixerFlops(mixer, width, module) / unit), gated };
}
