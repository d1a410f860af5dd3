import type { SystemEntry } from './entry';

/** Systems of one training for many sizes. */
export const elasticSystems: readonly SystemEntry[] = [
  {
    id: 'matformer',
    title: 'MatFormer: Nested Transformer for Elastic Inference',
    function: 'elastic.supernet',
    test: 'test/systems/matformer.test.ts',
    claim: 'claim not tested',
    note:
      "Granularities of the hidden axes, elastic.every for joint training, mix'n'match by elastic.select. That losses lie on a curve, " +
      'and that small slices draft well for the whole, is not measured here.'
  },
  {
    id: 'sortednet',
    title:
      'SortedNet, a Place for Every Network and Every Network in its Place: Towards a Generalized Solution for Training Many-in-One Neural Networks',
    function: 'elastic.uniform',
    test: 'test/systems/sortedNetworks.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/sortedNetworks.slow.test.ts',
      figures:
        'accuracy on digits of a slice less 96 % of that of a network of its size trained alone, by share of the width: 1/8 0.016 +- ' +
        '0.022, 1/4 0.014 +- 0.006, 1/2 0.032 +- 0.005, whole 0.033 +- 0.004; 1/8 less the same slice of a plain training 0.66 +- 0.08',
      date: '2026-11-29'
    },
    note: 'Prefixes of width and depth, drawn evenly; the losses of a step are a mean, so that gradients accumulate in one update.'
  },
  {
    id: 'sorted-llama-soft',
    title:
      'Sorted LLaMA: Unlocking the Potential of Intermediate Layers of Large Language Models for Dynamic Inference Using Sorted Fine-Tuning (SoFT)',
    function: 'elastic.every',
    test: 'test/systems/sortedNetworks.test.ts',
    claim: 'claim not tested',
    note: 'Depths of a supernet: an exit is the first blocks with the shared norm and head. The paper adds losses; here it is their mean.'
  },
  {
    id: 'lighthubert',
    title:
      'LightHuBERT: Lightweight and Configurable Speech Representation Learning with Once-for-All Hidden-Unit BERT',
    function: 'elastic.task',
    test: 'test/systems/lighthubert.test.ts',
    claim: 'claim not tested',
    note:
      'Two trainings of elastic.task with { distillation: { teacher, distance: "squared" } }: elastic.every of the largest slice, ' +
      'then elastic.uniform. On a tower with planted representations; masked prediction and truncations of the teacher are not tried.'
  },
  {
    id: 'llama-nas',
    title: 'LLaMA-NAS: Efficient Neural Architecture Search for Large Language Models',
    function: 'elastic.space',
    test: 'test/systems/llamaNas.test.ts',
    claim: 'claim not tested',
    note: 'nas.study with nas.genetic over depth and widths, two objectives. The front is compared with that of random search on a planted loss.'
  },
  {
    id: 'amoeballm',
    title: 'AmoebaLLM: Constructing Any-Shape Large Language Models for Efficient and Instant Deployment',
    function: 'elastic.removeLayers',
    test: 'test/systems/amoeballm.test.ts',
    claim: 'claim not tested',
    note:
      'elastic.removeLayers (dynamic programming), elastic.rank (widths by importance), elastic.mixtureOfSupernets with a rank (LoRAs ' +
      'mixed by shape), and elastic.task with { distillation, balance }. Whether the mixture of LoRAs ends lower than one is not ' +
      'measured.'
  },
  {
    id: 'mixture-of-supernets',
    title:
      'Mixture-of-Supernets: Improving Weight-Sharing Supernet Training with Architecture-Routed Mixture-of-Experts',
    function: 'elastic.mixtureOfSupernets',
    test: 'test/systems/mixtureOfSupernets.test.ts',
    claim: 'claim not tested',
    note: 'Layer-wise: one weight a matrix. Neuron-wise weights are not there, and the gap to training from scratch is not measured.'
  },
  {
    id: 'sn-net',
    title: 'Stitchable Neural Networks',
    function: 'elastic.stitch',
    test: 'test/systems/snNet.test.ts',
    claim: 'claim not tested',
    note:
      'Two anchors, stitches from the cheaper to the dearer, elastic.stitchTask for brief training by drawn paths. That accuracy lies ' +
      'between the anchors after it is not measured.'
  },
  {
    id: 'model-assembling',
    title: 'Deep Model Assembling',
    function: 'elastic.assemble',
    test: 'test/systems/modelAssembling.test.ts',
    claim: 'claim not tested',
    note:
      "Module incubation of stacks of blocks; embeddings, last norm and head are the meta model's. That modules of a shared meta " +
      'model fit together better than those of independent ones is not measured.'
  },
  {
    id: 'hw-aware-subnet-search',
    title: 'A Hardware-Aware System for Accelerating Deep Neural Network Optimization',
    function: 'nas.surrogate',
    test: 'test/systems/hwAwareSearch.test.ts',
    note:
      'Ridge regressions of each objective, refitted with every trial, a genetic search of several objectives on them, and trials of ' +
      'its front; over elastic.space of any supernet. On a planted table of 10,000 candidates; the comparison with WeakNAS is not ' +
      'made.'
  },
  {
    id: 'tips',
    title: 'TIPS: Topologically Important Path Sampling for Anytime Neural Networks',
    function: 'elastic.topologicalImportance',
    test: 'test/systems/tips.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/tips.slow.test.ts',
      figures:
        'accuracy on digits after 80 steps, drawn by importance less drawn evenly, by the share of operations: 0.15 -0.044 +- 0.038, ' +
        '0.4 0.028 +- 0.011, whole 0.040 +- 0.013',
      date: '2026-11-30'
    },
    note:
      'elastic.pathChain makes a supernet a Markov chain whose walks are its slices, and the sampler of elastic.task draws by their ' +
      'weight, one for each budget of operations. How links weigh is chosen here: positions of an axis, and the 2^n ways through n ' +
      'residual blocks.'
  }
];
