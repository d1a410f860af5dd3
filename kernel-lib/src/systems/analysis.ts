import type { SystemEntry } from './entry';

/** Systems that measure what routing does. */
export const analysisSystems: readonly SystemEntry[] = [
  {
    id: 'closer-look-into-moe-llms',
    title: 'A Closer Look into Mixture-of-Experts in Large Language Models',
    function: 'moe.analysis.normVsRouter',
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
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/routedScalingLaws.slow.test.ts',
      figures:
        'layers of a planted task: a -1.21 +- 0.09, b -2.6 +- 0.9, c 0.39 +- 0.16, error left out less that of the separable law -0.03 +- 0.09; ' +
        'character models: a -0.028 +- 0.005, b 0.023 +- 0.012, c -0.005 +- 0.002, error 0.000 +- 0.002',
      date: '2026-11-29'
    },
    note:
      'With moe.analysis.effectiveParams. One router, not three techniques. On single layers of a planted task experts help, and less where there ' +
      'are more parameters, as claimed, but the separable law foretells sizes and counts left out as well. On character models of ' +
      'widths 4 to 16, 150 steps, more experts lose a little, and c has the other sign.'
  },
  {
    id: 'moe-mup',
    title: 'μ-Parametrization for Mixture of Experts',
    function: 'train.muP',
    test: 'test/systems/moeMup.test.ts',
    note:
      'Rates go to train.fit({ rates }); the sweep is a loop in the slow test (moeMup.slow.test.ts), as is movement. Movement is that ' +
      'of 8 steps on one sequence of 16 tokens, mean of 6 seeds: slopes -0.04 and -0.01, usually parameterised 0.9 and 1.3. With many ' +
      'different tokens the router of width 32 moves more than wide ones (slope -0.2 to -0.3), as its steps agree by chance with ' +
      'tokens that they are not for. Rates transfer from width 32 to 128 on a grid of factors 4. Not covered: how the number of ' +
      'experts and their size shift the best rate.'
  }
];
