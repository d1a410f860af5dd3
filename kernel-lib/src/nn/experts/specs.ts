import { SpecTable } from '../../base/core';
import type { SpecData } from '../../base/core';
import type { ExpertSpec } from './expertBank';

/** The kinds of experts: `moe.expertSpecs.of({ kind: 'plain', options: {} })`; your own are registered here. */
export const specs = new SpecTable<ExpertSpec>('expert');

/** A kind of experts, also by the name of one that needs no options: "plain", "gated". */
export function expertsOf(experts: string | SpecData): ExpertSpec {
  return specs.of(typeof experts === 'string' ? { kind: experts, options: {} } : experts);
}
