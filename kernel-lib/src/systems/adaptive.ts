import type { SystemEntry } from './entry';

/** Systems that route past layers, or a query to a model. */
export const adaptiveSystems: readonly SystemEntry[] = [
  {
    id: 'duo-llm',
    title: 'Duo-LLM: A Framework for Studying Adaptive Computation in Large Language Models',
    function: 'models.duoLLM',
    test: 'test/systems/duoLLM.test.ts',
    notebook: 'notebooks/adaptive-depth.ipynb',
    claim: 'claim held',
    measured: {
      test: 'test/systems/duoLLM.slow.test.ts',
      figures:
        'router less oracle at as many big calls 0.225 +- 0.032 nats; one big module in the block that suits each token, its loss known, ' +
        "against big ones everywhere 0.124 +- 0.012; the router's choices dealt by lot less the router 0.005 +- 0.012, undecided; the router " +
        'untrained less trained 0.013 +- 0.012; big calls of the router 46 +- 10 %, budget 50 %',
      date: '2026-12-01'
    },
    note:
      'With adaptive.oracleRoutes. A token tries its paths while the tokens before it keep those of the router, so the oracle is never ' +
      'behind at the same number of big calls, and what a router has learnt shows against its own choices dealt by lot: hardly anything. ' +
      'On real text (the run saved in the notebook, five seeds) one big module beats big ones everywhere by 0.136 +- 0.013 nats, of which ' +
      'the same tries with more computation gain 0.109; the router is 0.226 +- 0.032 behind the oracle and 0.006 +- 0.020 ahead of its ' +
      'choices by lot; they agree in 35.1 % of choices, by chance in 30.5 %.'
  },
  {
    id: 'informed-routing',
    title: 'Informed Routing in LLMs: Smarter Token-Level Computation for Faster Inference',
    function: 'adaptive.tokenRoute',
    test: 'test/systems/informedRouting.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/informedRouting.slow.test.ts',
      figures:
        'loss with skips less that with forecasts 0.173 +- 0.061 nats; executed with forecasts less with skips 3.8 +- 4.1 % of the ' +
        'decisions, undecided; squared error of the forecast where it is executed less where it is not 0.209 +- 0.061',
      date: '2026-12-01'
    },
    note:
      'With models.mapFeedForwards and the router of Duo-LLM. Units are feed-forward networks. Chosen: a linear forecaster of rank 4 in ' +
      'closed form; the router is not shown the forecast error, it learns it from the loss. Two blocks, half executed. An exact ' +
      'forecaster is shown on one layer. Not covered: the last LoRA tuning, and time.'
  },
  {
    id: 'mpnet',
    title: 'mpNet: variable depth unfolded neural network for massive MIMO channel estimation',
    function: 'adaptive.matchingPursuit',
    test: 'test/systems/mpNet.test.ts',
    note:
      'Real signals of planted atoms in place of complex channels. Training without targets closes 98 % of the gap between a disturbed ' +
      'dictionary and the true one. Not covered: steering vectors as parameters, detection of incidents.'
  },
  {
    id: 'versatileffn',
    title: 'VersatileFFN: Achieving Parameter Efficiency in LLMs via Adaptive Wide-and-Deep Reuse',
    function: 'models.versatileFFN',
    test: 'test/systems/versatileffn.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/versatileffn.slow.test.ts',
      figures:
        'steps of tokens that sum two digits less those of tokens that copy one 1.06 +- 0.25; what further steps save of the loss of sums, the ' +
        'gate as it was, 0.24 +- 0.09 nats; loss less that of a dense network of as many parameters 0.010 +- 0.010 nats, above 0',
      date: '2026-12-01'
    },
    note:
      'With adaptive.versatileFFN, moe.sharedSlices and adaptive.recursiveFFN. Sub-experts are slices; chosen: steps add up, and are ' +
      'random first and learnt then, with a small price: learnt at once, sums took fewer steps. What is hard goes deeper, but the loss is ' +
      'not below that of a dense network: at this scale. In a transformer of two blocks on copies and sums, five runs over three settings ' +
      'by hand, neither was clear. The fast check asks for parameters, counted operations, and that a price on depth brings it to one ' +
      'step.'
  },
  {
    id: 'evit',
    title: 'Not All Patches are What You Need: Expediting Vision Transformers via Token Reorganizations',
    function: 'adaptive.tokenReorganize',
    test: 'test/systems/evit.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/evit.slow.test.ts',
      figures:
        'accuracy lost at 0.49 of the operations 0.1 +- 0.3 points; patches of the object kept above the share that is kept 52 +- 0.4 ' +
        'points; digits without tuning, 2 of 16 patches kept: fused less dropped 3.9 +- 2.0 points',
      date: '2026-12-01'
    },
    note:
      'With models.vit. Toy images, 25 steps of tuning. 256 patches: 0.49 of the operations took 0.63 of the time. Fused against dropped: ' +
      'no difference on the toy images, where one read of all patches is enough. The fast test is of what is kept and fused. Not covered: ' +
      'higher resolution at equal cost.'
  },
  {
    id: 'a-sdm',
    title: 'A-SDM: Accelerating Stable Diffusion through Model Assembly and Feature Inheritance Strategies',
    function: 'adaptive.featureReuse',
    test: 'test/systems/aSdm.test.ts',
    claim: 'claim not tested',
    note:
      'With models.unet, models.assembleUnet, adaptive.featureDistance, moe.expertConv, generative.switchFlows and mmd. A flow of 8 x ' +
      '8 digits, 20 steps, the deep blocks reused every second one: 32 % fewer operations, MMD (its root) up by 6.0 +- 3.8 % (95 %, ' +
      'three seeds), squared 12 %. Convolutions at all depths reused: 49 % fewer, the root up by 10 %, squared 21 %: the 10 % that the ' +
      'check asks for is kept by the root alone. Chosen: a module gives its whole last output; networks are switched by time. Not ' +
      'covered: text.'
  },
  {
    id: 'ddm',
    title: 'Decentralized Diffusion Models',
    function: 'generative.decentralizedFlow',
    test: 'test/systems/ddm.test.ts',
    note:
      'With generative.partition, trainFlow and trainPosterior. Points of the plane. That experts exchange nothing is shown by training one ' +
      'without the others, to the same bits. With one expert a point all modes are drawn where partitions are of one size; a ' +
      'partition of a tenth of the data got 1 % of the points, since noise is sent to the largest. Not covered: images, distillation.'
  }
];
