import type { SystemEntry } from './entry';

/** Systems whose mark is the kind of expert. */
export const expertsSystems: readonly SystemEntry[] = [
  {
    id: 'mh-moe',
    title: 'MH-MoE:Multi-Head Mixture-of-Experts',
    function: 'moe.multiHead',
    test: 'test/systems/mhMoe.test.ts',
    note:
      'moe.multiHeadParity finds the sizes that equal a mixture. The activation ratio is the share of the experts that a token ' +
      'reaches. Not covered: 1-bit weights, and the quality of language models.'
  },
  {
    id: 'vitposepp',
    title: 'ViTPose++: Vision Transformer for Generic Body Pose Estimation',
    function: 'moe.taskFeedForward',
    test: 'test/systems/vitposepp.test.ts',
    note:
      'The second matrix of the network is split by the features that come out, as in the paper. Joint training is compared on ' +
      'two linear maps of the same inputs, in place of images. Not covered: the knowledge token, and whole pose models.'
  },
  {
    id: 'rexmoe',
    title: 'ReXMoE: Reusing Experts with Minimal Overhead in Mixture-of-Experts',
    function: 'moe.sharedGroup',
    test: 'test/systems/rexmoe.test.ts',
    note:
      'With routers.progressivePool. Chosen: experts join the pool one by one, those of the nearest layers first. Compared on a ' +
      'planted regression in place of a character model: the error falls by 1 % on average over 4 seeds, in 3 of them.'
  },
  {
    id: 'mixture-of-attention-heads',
    title: 'Mixture of Attention Heads: Selecting Attention Heads Per Token',
    function: 'moe.attentionHeads',
    test: 'test/systems/mixtureOfAttentionHeads.test.ts',
    note:
      'Keys and values are shared by all heads. Work on a token is counted without the router, whose product grows with the ' +
      'heads. The toy task copies from a distance that the token names, in place of translation; the dense network there ' +
      'spends more on a token.'
  },
  {
    id: 'gnt-move',
    title: 'Enhancing NeRF akin to Enhancing LLMs: Generalizable NeRF Transformer with Mixture-of-View-Experts',
    function: 'moe.neighbourConsistencyLoss',
    test: 'test/systems/gntMove.test.ts',
    note:
      'A layer with sharedExperts: 1, the permanent one, and the loss on pairs of neighbours. Chosen: the Jensen-Shannon divergence. ' +
      'On a field of three regions over 3 seeds the divergence between neighbours falls by a third and stays 80 times as large ' +
      'between distant points. Not covered: the view and ray transformers of a radiance field.'
  },
  {
    id: 'mot',
    title: 'Mixture-of-Transformers: A Sparse and Scalable Architecture for Multi-Modal Foundation Models',
    function: 'models.mixtureOfTransformers',
    test: 'test/systems/mot.test.ts',
    note:
      'With moe.untied, and routers.fixed over modalities for the feed-forward networks; models.untie makes one from a dense transformer. ' +
      'The modality of a token is that of its id. Embeddings and the head are shared. Where a modality is not in a batch, some of its ' +
      'parameters have no gradient, the others one of exactly zero. Not covered: quality at equal compute.'
  }
];
