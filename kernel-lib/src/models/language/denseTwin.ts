import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { isGated, mixerName } from '../mixer';
import type { DenseMixer, Mixer } from '../mixer';
import { moduleFlops, sumFlops } from '../moduleFlops';
import { Transformer } from './transformer';

/**
 * A model without routing that spends as many operations on a token as `model`: each mixture of experts becomes one
 * network whose hidden width makes up for the experts that work on a token and for the router's product (within one
 * hidden unit), and a network with looked-up projections a SwiGLU. All else, the seed included, is the same.
 *
 * @throws {SwitchyardError} where a mixer does not say what it spends.
 */
export function denseTwin(model: Transformer): Transformer {
  const modules = model.modules();
  const mixers = model.options.mixers.map((mixer, i) =>
    twin(mixer, model.options.width, modules.get(`layers.${i}.${mixerName(mixer)}`)!)
  );
  return new Transformer({ ...model.options, mixers });
}

function twin(mixer: Mixer, width: number, module: Module): DenseMixer {
  if (mixer.kind === 'dense') {
    return mixer;
  }
  const gated = isGated('denseTwin', mixer);
  const flops = sumFlops(moduleFlops(module)) ?? fail('denseTwin', 'a mixer must say what it spends', module.kind);
  return { kind: 'dense', hidden: Math.round(flops / ((gated ? 6 : 4) * width)), gated };
}
