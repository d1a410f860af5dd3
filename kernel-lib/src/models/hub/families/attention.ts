/** @file What configurations of several families say of attention in the same words. */
import { fail } from '../../../base/core';
import type { RotaryOptions, RotaryScaling } from '../../../nn/layers';
import type { Config } from '../config';

/**
 * Rotary positions as a configuration says them, in `rope_parameters` or, before version 5 of transformers, `rope_theta` and `rope_scaling`.
 *
 * @throws {SwitchyardError} for a type that is not here.
 */
export function rotaryOf(config: Config, headWidth: number): RotaryOptions {
  const said = config.part(config.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
  const theta = said.number('rope_theta', config.number('rope_theta', config.number('rotary_emb_base', 10_000)));
  const part = said.number(
    'partial_rotary_factor',
    config.number('partial_rotary_factor', config.number('rotary_pct', 1))
  );
  const scaling = scalingOf(config, said);
  const turned = Math.floor(headWidth * part);
  return {
    theta,
    ...(turned === headWidth ? {} : { turned: turned - (turned % 2) }),
    ...(scaling === null ? {} : { scaling })
  };
}

function scalingOf(config: Config, said: Config): RotaryScaling | null {
  const kind = said.text('rope_type', said.text('type', 'default'));
  const context = (): number =>
    said.number('original_max_position_embeddings', config.number('max_position_embeddings'));
  switch (kind) {
    case 'default':
      return null;
    case 'linear':
      return { kind, factor: said.number('factor') };
    case 'llama3':
      return {
        kind,
        factor: said.number('factor'),
        lowFactor: said.number('low_freq_factor'),
        highFactor: said.number('high_freq_factor'),
        context: context()
      };
    case 'yarn':
      return yarnOf(config, said, context());
    default:
      return fail(said.file, 'rope_type must be one of default, linear, llama3, yarn', kind);
  }
}

function yarnOf(config: Config, said: Config, context: number): RotaryScaling {
  const factor = said.number('factor', config.number('max_position_embeddings') / context);
  const [one, all] = [said.number('mscale', 0), said.number('mscale_all_dim', 0)];
  const inferred =
    one !== 0 && all !== 0 ? yarnMagnitude(factor, one) / yarnMagnitude(factor, all) : yarnMagnitude(factor, 1);
  return {
    kind: 'yarn',
    factor,
    betaFast: said.number('beta_fast', 32),
    betaSlow: said.number('beta_slow', 1),
    context,
    attentionFactor: said.number('attention_factor', inferred),
    truncate: said.flag('truncate', true)
  };
}

/** Factor of YaRN for a context that is `factor` times as long (arXiv 2309.00071, eq. 22), as DeepSeek weighs it. */
export function yarnMagnitude(factor: number, weight: number): number {
  return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
}

/** Which blocks see only so far back: of `layer_types` where they are said, else all of them. */
export function windowOf(config: Config, layers: number, used: boolean): number | null | (number | null)[] {
  if (!used || !config.has('sliding_window')) {
    return null;
  }
  const window = config.integer('sliding_window');
  const types = config.list('layer_types');
  if (types.length === 0) {
    return window;
  }
  if (types.length !== layers) {
    fail(config.file, `layer_types must be of ${layers} layers`, types.length);
  }
  return types.map((type) => (type === 'sliding_attention' ? window : null));
}
