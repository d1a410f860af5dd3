import { tf } from '../../../base/backend';
import type { Module } from '../../../base/core';
import type { ValueImportance } from './importance';

/** A norm whose scale says how much of each channel goes on. */
interface ScaledNorm extends Module {
  /** The scale that it multiplies with, of the shape of its parameter "weight". */
  scale(): tf.Tensor;
}

/** Scale of norms, |gamma| (network slimming, Liu et al., arXiv 1708.06519): of batch, layer and RMS norms whose channels are the group's. */
export function normScale(): ValueImportance {
  return {
    kind: 'normScale',
    score: (model) =>
      new Map(
        [...model.modules()].flatMap(([path, module]): [string, tf.Tensor][] =>
          isScaled(module) ? [[path === '' ? 'weight' : `${path}.weight`, tf.tidy(() => module.scale().abs())]] : []
        )
      )
  };
}

function isScaled(module: Module): module is ScaledNorm {
  return typeof (module as Partial<ScaledNorm>).scale === 'function';
}
