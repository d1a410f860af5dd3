import { mixerFlops } from './activeFlops';
import { isGated } from './mixer';
import type { DenseMixer, Mixer } from './mixer';
import { Transformer } from './transformer';

/**
 * A model without routing that spends as many operations on a token as `model`: each mixture of experts becomes one
 * network whose hidden width makes up for the experts that work on a token and for the router's product (within one
 * hidden unit), and a network with looked-up projections a SwiGLU. All else, the seed included, is the same.
 */
export function denseTwin(model: Transformer): Transformer {
  const { mixers, width } = model.options;
  return new Transformer({ ...model.options, mixers: mixers.map((mixer) => twin(mixer, width)) });
}

function twin(mixer: Mixer, width: number): DenseMixer {
  if (mixer.kind === 'dense') {
    return mixer;
  }
  const gated = mixer.kind === 'tokenIndexed' || isGated('denseTwin', mixer);
  const unit = mixerFlops({ kind: 'dense', hidden: 1, gated }, width);
  return { kind: 'dense', hidden: Math.round(mixerFlops(mixer, width) / unit), gated };
}
