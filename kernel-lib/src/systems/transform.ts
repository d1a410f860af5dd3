import type { SystemEntry } from './entry';

/** Systems that turn one network into another: upcycling, carving, merging. */
export const transformSystems: readonly SystemEntry[] = [
  {
    id: 'm-smoe-mc-smoe',
    title: 'Merge, Then Compress: Demystify Efficient SMoE with Hints from Its Routing Policy',
    function: 'moe.mergeExperts',
    test: 'test/systems/mcSmoe.test.ts',
    note:
      'moe.mergeExperts, then moe.compressExperts. Grouped by the cosine of router logits, as the paper does by default. The ' +
      'loss is compared on trained experts; the stable rank is not: merging experts that a planted task trained to different ' +
      'maps lowers it in one seed of three. It is tested where experts have a low-rank part in common, noise and an order ' +
      'of neurons each, and merging must find the common part. Not covered: distillation after merging.'
  },
  {
    id: 'ewa',
    title: 'Experts Weights Averaging: A New General Training Scheme for Vision Transformers',
    function: 'moe.averagedExperts',
    test: 'test/systems/ewa.test.ts',
    note:
      'With routers.randomPartition while it trains, and moe.averageToDense in the end. Chosen: an expert moves toward the mean ' +
      'of all, itself included, so the mean stays and the variance falls by (1 - beta)^2. Trained on a planted regression.'
  },
  {
    id: 'cmoe',
    title: 'CMoE: Fast Carving of Mixture-of-Experts for Efficient LLM Inference',
    function: 'moe.carve',
    test: 'test/systems/cmoe.test.ts',
    note:
      "{ group: 'activationRate', router: 'analytic' }. Chosen: k-means begins with neurons far from each other, and not with " +
      'those that fire most, which may be of one group. A part weighs 1 + scale p with a trainable scale. Not covered: the ' +
      'load-balancing bias of the fine-tuning. SmolLM2 with 12 of 16 parts on: perplexity 31.0, after 40 steps of distillation 19.1, dense 9.1; as many neurons left out 16.2 and 12.3 ' +
      '(test/systems/smollm2Carved.slow.test.ts, one seed).'
  },
  {
    id: 'factorllm',
    title: 'FactorLLM: Factorizing Knowledge via Mixture of Experts for Large Language Models',
    function: 'moe.carve',
    test: 'test/systems/factorllm.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/factorllm.slow.test.ts',
      figures:
        'error of the task alone less that with the prior, 200 steps of the router: 0.39 +- 0.11; of the untrained router 1.02 +- 0.21; ' +
        'of the dense network -0.369 +- 0.040',
      date: '2026-11-30'
    },
    note:
      "{ group: 'split', router: 'linear' }, then moe.priorApproximateLoss while the router trains. Chosen: the prior is the K " +
      'parts with the largest share of the whole output. Accuracy is the error on a planted regression. SmolLM2 with 12 of 16 parts on: perplexity 544, after 40 steps of distillation with the prior ' +
      '43.8, dense 9.1; as many neurons left out 16.2 and 12.3 (test/systems/smollm2Carved.slow.test.ts, one seed).'
  },
  {
    id: 'read-me',
    title: 'Read-ME: Refactorizing LLMs as Router-Decoupled Mixture of Experts with System Co-Design',
    function: 'moe.carve',
    test: 'test/systems/readMe.test.ts',
    note:
      "{ group: 'activationSparsity', router: 'lookahead' } over a model with models.mapFeedForwards, then sim.expertCache and " +
      'sim.batchByExperts. Chosen: experts are parts, so with all of them the function stays (the paper lets experts overlap), ' +
      "and each layer has its own matrix on the first layer's tokens. Neighbouring routers share a third to a half of their " +
      'entropy (5 % by chance), but already 0.28 to 0.39 before training: the residual stream, not only learning. Not ' +
      'covered: MMLU, latency. SmolLM2 with 12 of 16 parts on: perplexity 25.0, after 40 steps of distillation 16.3, dense 9.1; as many neurons left out 16.2 and 12.3 ' +
      '(test/systems/smollm2Carved.slow.test.ts, one seed).'
  },
  {
    id: 'bam',
    title: 'BAM! Just Like That: Simple and Efficient Parameter Upcycling for Mixture of Experts',
    function: 'models.upcycle',
    test: 'test/systems/bam.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/bam.slow.test.ts',
      figures:
        'loss on mixed text at step 0: of feed-forward upcycling less that with attention 0.0083 +- 0.0057; of the two models 0.303 +- 0.037',
      date: '2026-11-30'
    },
    note:
      "{ attention: 'mixture', shareKeyValue }, of models built with parallel: true; without it the block stays sequential. Chosen: " +
      'shared keys and values, like all that is no expert, are the mean of the models. The gain over feed-forward upcycling is small. ' +
      'Not covered: training at equal compute.'
  },
  {
    id: 'spt',
    title: 'SPT: Fine-Tuning Transformer-based Language Models Efficiently with Sparsification',
    function: 'models.sparsifyAttention',
    test: 'test/systems/spt.test.ts',
    note:
      "With moe.carve({ group: 'split', router: 'linear' }) for the feed-forward networks. Chosen: keys are ranked by the product of codewords, " +
      'k-means of queries and keys together. With 8 parts of 64 codewords 93 % to 97 % of the largest weights are found on unseen text; with ' +
      '16 codewords 85 % to 92 %. Attention is masked, not smaller: memory and time are not claimed.'
  },
  {
    id: 'meta-dmoe',
    title: 'Meta-DMoE: Adapting to Domain Shift by Meta-Distillation from Mixture-of-Experts',
    function: 'moe.metaDistill',
    test: 'test/systems/metaDmoe.test.ts',
    note:
      'Gradients go through the adaptation, to the second order. Chosen: the aggregator gives each teacher one weight for all tokens of a domain, ' +
      'from scores that begin at 0 and are bounded; without that it settles on one teacher. On held-out rotations the two nearest of six ' +
      'teachers have more than half of the weight; the error is a third of that of the mean of teachers. A student trained for adaptation ' +
      'is poor without it, so it is compared with one trained plainly on all domains too, on two seeds (metaDmoe.slow.test.ts).'
  },
  {
    id: 'clip-moe-dmu',
    title: 'CLIP-MoE: Towards Building Mixture of Experts for CLIP with Diversified Multiplet Upcycling',
    function: 'models.upcycle',
    test: 'test/systems/clipMoe.test.ts',
    note:
      'On two models.Tower, with ops.infoNce, and core.kMeans for the groups that the second stage learns to tell apart. Things have a plain and a ' +
      'faint attribute; recall of 36 kinds over 3 seeds is 0.63 and 0.68 for the variants and 0.70 for the mixture, which is above both in each ' +
      'seed (clipMoe.slow.test.ts). Most of the gain is there with equal weights, before the router is trained. Not covered: images and captions.'
  }
];
