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
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/rexmoe.slow.test.ts',
      figures:
        'error of separate layers over that of a group, less 1: -0.8 +- 1.6 %; choices of experts of another layer: 34 +- 4 %',
      date: '2026-11-29'
    },
    note:
      'With routers.progressivePool. Chosen: experts join the pool one by one, those of the nearest layers first. Compared on a ' +
      'planted regression in place of a character model: experts of other layers are used, and at equal work no gain is made out.'
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
    claim: 'claim held',
    measured: {
      test: 'test/systems/gntMove.slow.test.ts',
      figures:
        'without the loss and the permanent expert less with both: divergence between neighbours 0.00050 +- 0.00037 nats, error on unseen ' +
        'points 0.026 +- 0.013; ln of the divergence of distant points over that of neighbours 4.70 +- 0.23',
      date: '2026-11-30'
    },
    note:
      'A layer with sharedExperts: 1, the permanent one, and the loss on pairs of neighbours. Chosen: the Jensen-Shannon divergence. ' +
      'On a field of three regions; the error is compared with a layer that has an expert less, so that it says of both together ' +
      'that they help, not of which. Not covered: the view and ray transformers of a radiance field.'
  },
  {
    id: 'moepp',
    title: 'MoE++: Accelerating Mixture-of-Experts Methods with Zero-Computation Experts',
    function: 'moe.mixedExperts',
    test: 'test/systems/moepp.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/moepp.slow.test.ts',
      figures:
        'rank correlation of how frequent a character is and how many networks it gets 0.00 +- 0.09; less that of the untrained model 0.07 +- 0.12',
      date: '2026-11-29'
    },
    note:
      'With moe.zeroExperts, moe.copyExperts, moe.constantExperts and routers.topK({ gatingResidual: true }). Confirmed: residuals ' +
      'pass through a learnt matrix; chosen: it begins at 0. A copy gives the gate weight times the token. The constant expert ' +
      'is the only free one with a product, 4 D a row. On planted words no sign is made out that rare ' +
      'characters get more networks than frequent ones. Not covered: balance weighted by kind, throughput.'
  },
  {
    id: 'widenet',
    title: 'Go Wider Instead of Deeper',
    function: 'models.wideNet',
    test: 'test/systems/wideNet.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/wideNet.slow.test.ts',
      figures: 'loss of a shared dense block with as many parameters less that of experts: 0.045 +- 0.042',
      date: '2026-11-30'
    },
    note:
      'A causal character model in place of a ViT. The norms of the passes hardly part in the 100 steps that a check has (tokens ' +
      'change experts in 15.5 % of the cases with own norms and 15.8 % with one), so the effect is tested on planted norms. The loss ' +
      'is compared on planted words, at two thirds of the work of the dense block.'
  },
  {
    id: 'stem',
    title: 'STEM: Scaling Transformers with Embedding Modules',
    function: 'moe.tokenIndexed',
    test: 'test/systems/stem.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/stem.slow.test.ts',
      figures: 'loss of SwiGLU of the same work less that of the table: 0.121 +- 0.034',
      date: '2026-11-30'
    },
    note:
      "In models.denseTransformer({ tokenIndexed: true }). The row's formula is confirmed. Prefetching is sim.expertCache with " +
      'look-ahead, a row an expert. The SwiGLU of the same work has fewer parameters; beside planted words the loss fell by 0.09 to ' +
      '0.15 nats on Python and TypeScript; on eight words in a fixed order it is the same (-0.04 and +0.003), and a first trial had ' +
      'measured 0.014 worse.'
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
  },
  {
    id: 'mofme',
    title: 'Efficient Deweather Mixture-of-Experts with Uncertainty-aware Feature-wise Linear Modulation',
    function: 'moe.modulatedExperts',
    test: 'test/systems/mofme.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/mofme.slow.test.ts',
      figures:
        'calibration error of a linear router less that of the uncertain one 0.10 +- 0.03; restored by whole experts less by modulation ' +
        '1.6 +- 1.8 dB, by modulation less by one block 2.3 +- 0.7 dB',
      date: '2026-11-29'
    },
    note:
      'With routers.uncertainty. Chosen: Monte Carlo dropout on the features of a token, and logits divided by how far the samples ' +
      'disagree. Taught which of four kinds 48 tokens are, it is better calibrated than a linear router; inside a mixture, where ' +
      'nothing says which expert is right, no difference was stable. Weather that is a gain and an offset of each feature is restored ' +
      'better than by one block, at 33 % of the parameters of whole experts, and not shown to be as good as by these. Not covered: images.'
  },
  {
    id: 'graphmoe',
    title:
      'GRAPHMOE: Amplifying Cognitive Depth of Mixture-of-Experts Network via Introducing Self-Rethinking Mechanism',
    function: 'moe.rethink',
    test: 'test/systems/graphmoe.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/graphmoe.slow.test.ts',
      figures:
        'ln of the ratio of errors, two rounds of one expert to one round of one: -0.22 +- 0.06, to one round of two, as much work: 0.29 +- 0.14',
      date: '2026-11-29'
    },
    note:
      'With peft.loraExperts, and routers.recurrent, whose GRU goes from round to round. Chosen: the virtual node adds what experts said to the ' +
      'token, which all experts and the router then see; the output is the sum over rounds. The composed task is planted by two rounds of a ' +
      'network adapted in four ways, and two rounds of one expert beat one round of one. One round of two experts, as much work, ' +
      'does better still.'
  }
];
