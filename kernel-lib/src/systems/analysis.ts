import type { SystemEntry } from './entry';

/** Systems that measure what routing does. */
export const analysisSystems: readonly SystemEntry[] = [
  {
    id: 'closer-look-into-moe-llms',
    title: 'A Closer Look into Mixture-of-Experts in Large Language Models',
    function: 'moe.analysis.normVsGate',
    test: 'test/systems/closerLook.test.ts',
    note:
      'With moe.analysis.similarity and moe.analysis.diversityByLayer. The statistics are proved on planted experts; of our ' +
      'character model the intervals are tested, not the findings on large models.'
  },
  {
    id: 'openmoe',
    title: 'OpenMoE: An Early Effort on Open Mixture-of-Experts Language Models',
    function: 'moe.analysis.routing',
    test: 'test/systems/openmoe.test.ts',
    note:
      'Information comes from telemetry.specialisation with tokens as units, agreement from telemetry.saturation. Context is ' +
      'the token before. All three findings hold on a character model of two layers; capacity is that of a sequence.'
  },
  {
    id: 'three-phases-of-expert-routing',
    title: 'Three Phases of Expert Routing: How Load Balance Evolves During Mixture-of-Experts Training',
    function: 'moe.analysis.congestion',
    test: 'test/systems/threePhases.test.ts',
    note:
      'The game is chosen by us: load m = softmax(quality - gamma m), linear in the crowd, which near balance is softmax at ' +
      'temperature 1 + gamma / E; elsewhere the two differ. Quality is the mean router logits of token types. On the small ' +
      'character model gamma only rises in 80 steps (non-monotone: no). The overlay in the load panel is not there.'
  },
  {
    id: 'routed-lm-scaling-laws',
    title: 'Unified Scaling Laws for Routed Language Models',
    function: 'moe.analysis.scalingLaw',
    test: 'test/systems/routedScalingLaws.test.ts',
    note:
      'With moe.analysis.effectiveParams. One router, not three techniques. The grid of trained models is of single layers on a ' +
      'planted task, three seeds: in the seconds that a check has, character models (widths 4 to 16) gain nothing from experts ' +
      '(c = 0.001 +- 0.021; held-out error 0.041 against 0.038 of the separable law), so they cannot tell the laws apart.'
  }
];
