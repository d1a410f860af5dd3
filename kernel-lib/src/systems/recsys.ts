import type { SystemEntry } from './entry';

/** Systems that rank, recommend or predict links. */
export const recsysSystems: readonly SystemEntry[] = [
  {
    id: 'tokenmixer-large',
    title: 'TokenMixer-Large: Scaling Up Large Ranking Models in Industrial Recommenders',
    function: 'models.tokenMixer',
    test: 'test/systems/tokenMixer.test.ts',
    claim: 'mechanism',
    measured: {
      test: 'test/systems/tokenMixer.slow.test.ts',
      figures:
        'share of clicks told right that only two slots together tell, of which a guess has half: 0.960 +- 0.007',
      date: '2026-11-30'
    },
    note:
      'With models.mixTokens and revertTokens; each slot has a moe.layer of its own (moe.untied). Chosen: norms before the networks, a residual ' +
      'of one layer; one of n layers takes its place, since both at once double the stream. The check on gradients holds without norms: ' +
      'without residuals nothing reaches the first of 24 layers. With norms, before training, the opposite is found: without ' +
      'residuals the first gradient is a million times the last, with them three to five times; without reverting it is millions of ' +
      'times. The test asks for all three. Not covered: token-parallel serving, pruning of experts for inference, data of a real ranker.'
  }
];
