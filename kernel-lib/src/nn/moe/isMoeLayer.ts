import type { Module } from '../../base/core';
import type { MoeLayer } from './layer';

/** Whether a module is a mixture of experts, of this copy of the library or another. */
export function isMoeLayer(module: Module): module is MoeLayer {
  return module.kind === 'moe' && 'router' in module && 'experts' in module;
}
