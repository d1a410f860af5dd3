import { fail } from '../../base/core';
import type { RoutingRecord } from '../../base/core';

/**
 * Router saturation: the share of a token's experts that an earlier router chose as the later one does, the mean over
 * tokens of |S_early and S_final| / |S_final| (OLMoE, arXiv:2409.02060, section 5.1). 1 is settled; two independent
 * routers give k/E. Both records must be of the same tokens.
 *
 * @throws {SwitchyardError} where the records differ in tokens or experts.
 */
export function saturation(
  early: Pick<RoutingRecord, 'indices' | 'k' | 'numTokens' | 'numExperts'>,
  final: Pick<RoutingRecord, 'indices' | 'k' | 'numTokens' | 'numExperts'>
): number {
  if (early.numTokens !== final.numTokens) {
    fail('telemetry.saturation', `both records must have the same tokens (${final.numTokens})`, early.numTokens);
  }
  if (early.numExperts !== final.numExperts) {
    fail('telemetry.saturation', `both records must have the same experts (${final.numExperts})`, early.numExperts);
  }
  let sum = 0;
  let tokens = 0;
  for (let t = 0; t < final.numTokens; t++) {
    const before = early.indices.subarray(t * early.k, (t + 1) * early.k);
    let chosen = 0;
    let kept = 0;
    for (let i = t * final.k; i < (t + 1) * final.k; i++) {
      const expert = final.indices[i];
      if (expert >= 0) {
        chosen++;
        kept += before.includes(expert) ? 1 : 0;
      }
    }
    if (chosen > 0) {
      sum += kept / chosen;
      tokens++;
    }
  }
  return sum / tokens;
}
