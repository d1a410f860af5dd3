import type { SystemEntry } from './entry';

/** Systems that route past layers, or a query to a model. */
export const adaptiveSystems: readonly SystemEntry[] = [
  {
    id: 'duo-llm',
    title: 'Duo-LLM: A Framework for Studying Adaptive Computation in Large Language Models',
    function: 'models.duoLLM',
    test: 'test/systems/duoLLM.test.ts',
    notebook: 'notebooks/adaptive-depth.ipynb',
    note:
      'With adaptive.oracleRoutes. A token tries its paths while the tokens before it keep those of the router, so the oracle is ' +
      'never behind at the same number of big calls. Blocks of width 32, three seeds: oracle 2.59, router 2.75, random 2.77 nats; ' +
      'they agree in 40 % of choices. One big module, chosen for each token with its loss known, beats big ones everywhere by 0.09 +- ' +
      '0.05 nats (95 %). On real text (the notebook, five seeds) by 0.13 +- 0.01, of which the same tries with more computation gain ' +
      '0.11; the router is 0.22 +- 0.03 behind the oracle and hardly ahead of its own choices dealt by lot (0.005 +- 0.009). What is ' +
      'trained is in the slow test (duoLLM.slow.test.ts).'
  },
  {
    id: 'informed-routing',
    title: 'Informed Routing in LLMs: Smarter Token-Level Computation for Faster Inference',
    function: 'adaptive.tokenRoute',
    test: 'test/systems/informedRouting.test.ts',
    note:
      'With models.mapFeedForwards and the router of Duo-LLM. Units are feed-forward networks. Chosen: a linear forecaster of rank 4 ' +
      'in closed form; the router is not shown the forecast error, it learns it from the loss. Two blocks, half executed, 3 seeds: ' +
      '2.16 nats with forecasts, 2.31 with skips. These are in the slow test (informedRouting.slow.test.ts). An exact forecaster is ' +
      'shown on one layer. Not covered: the last LoRA tuning.'
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
    note:
      'With adaptive.versatileFFN, moe.sharedSlices and adaptive.recursiveFFN. Sub-experts are slices; chosen: steps add up, and are ' +
      'random first and learnt then, with a small price: learnt at once, sums took fewer steps. Steps of tokens that copy a digit ' +
      '1.1, of those that sum two 2.1 (three seeds, all so; p is over tokens). The loss is not below the dense one at as many ' +
      'parameters: 0.006 against 0.0004 nats. In a transformer of two blocks on copies and sums, five runs over three settings by ' +
      'hand: below dense in two (1.02 and 1.01 against 1.04 nats), not in three (1.25 against 1.05 the farthest), and sums deeper ' +
      'than copies in one block of one seed only. At this scale neither claim is supported; the check on it asks for parameters, ' +
      'counted operations, and that a price on depth brings it to one step; the slow one (versatileffn.slow.test.ts) for the steps of ' +
      'copies and sums.'
  },
  {
    id: 'evit',
    title: 'Not All Patches are What You Need: Expediting Vision Transformers via Token Reorganizations',
    function: 'adaptive.tokenReorganize',
    test: 'test/systems/evit.test.ts',
    note:
      'With models.vit. Toy images, three seeds: at 0.49 of the operations accuracy changes by 0.07 +- 0.3 points (95 %) after 25 ' +
      'steps of tuning, and all of the object is kept. 256 patches: 0.49 of the operations took 0.63 of the time. Fused against ' +
      'dropped: no difference on the toy images, where one read of all patches is enough; in digits without tuning, 2 of 16 patches ' +
      'kept, 4.0 +- 3.4 points better. The slow test (evit.slow.test.ts) is of both; the fast one of what is kept and fused.'
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
      'three seeds), squared 12 %. Convolutions at all depths reused: 49 % fewer, up by 10 %. Chosen: a module gives its whole last ' +
      'output; networks are switched by time. Not covered: text.'
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
