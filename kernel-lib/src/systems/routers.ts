import type { SystemEntry } from './entry';

/** Systems that are a router, or a layer around one. */
export const routerSystems: readonly SystemEntry[] = [
  {
    id: 'switch-transformer',
    title: 'Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity',
    function: 'routers.switchTop1',
    test: 'test/systems/switchTransformer.test.ts',
    note:
      'models.moeTransformer({ router: routers.switchTop1(), capacityFactor: 1.25, every: 2 }) is the whole model. ' +
      'Not covered: bfloat16 outside the router, distillation.'
  },
  {
    id: 'remoe',
    title: 'ReMoE: Fully Differentiable Mixture-of-Experts with ReLU Routing',
    function: 'routers.relu',
    test: 'test/systems/remoe.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/remoe.slow.test.ts',
      figures: 'loss of top-k of as many expert passes less that of ReLU routing: 0.026 +- 0.054',
      date: '2026-11-30'
    },
    note:
      'The target is given as the mean number of experts, k = E (1 - sparsity). The check gives top-k as many expert ' +
      'passes in all, not as many steps: the first steps of the ReLU router use more experts than the target.'
  },
  {
    id: 'vision-moe-router-study',
    title: 'Routers in Vision Mixture of Experts: An Empirical Study',
    function: 'routers.unified',
    test: 'test/systems/visionMoeRouterStudy.test.ts',
    notebook: 'notebooks/vision-routers.ipynb',
    claim: 'claim not tested',
    note:
      'routers.unified({ router }) writes any router as the two tensors; six of them compute the same layer to 1e-6 and ' +
      'have the same gradients. The notebook ranks six routers on synthetic images, one layer without attention, at equal ' +
      'operations of experts, over four seeds: soft and expert choice are better than token choice, as claimed; which ' +
      'of the two is better is not decided, and what soft computes to route comes on top.'
  },
  {
    id: 'r2-t2',
    title: 'R2-T2: Re-Routing in Test-Time for Multimodal Mixture-of-Experts',
    function: 'routers.testTimeReroute',
    test: 'test/systems/r2T2.test.ts',
    note:
      'References are what the corrupted model itself predicts well. Half of the loss is asked back of the kernel and gradient ' +
      'strategies; mode finding follows the routing it is given, wrong or right, and is tested to gather what lies near.'
  },
  {
    id: 'rmoe',
    title: 'Layerwise Recurrent Router for Mixture-of-Experts',
    function: 'routers.recurrent',
    test: 'test/systems/rmoe.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/rmoe.slow.test.ts',
      figures:
        'carried state less none, at one cost: information that adjacent layers share + 0.19 +- 0.11 nats, error -1.9 +- 1.7 %; ' +
        'against top-k with experts as much wider as costs the same: error + 30 +- 3 %',
      date: '2026-11-29'
    },
    note:
      'Compared with the same router without its carried state, which costs exactly as much: adjacent layers share more ' +
      'information and the error is less. Not so against topK: at width 16 the GRU costs as much as experts 1.5 times as wide, ' +
      'which do better, and neither adjacent layers nor the diversity of experts tell the two apart.'
  },
  {
    id: 'hyperrouter',
    title: 'HyperRouter: Towards Efficient Training and Inference of Sparse Mixture of Experts',
    function: 'routers.hyper',
    test: 'test/systems/hyperrouter.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/hyperrouter.slow.test.ts',
      figures:
        'error less that of a trained router: 0.090 +- 0.021, less that of a frozen one -0.004 +- 0.029; likeness of experts 0.020 +- ' +
        '0.017 and -0.008 +- 0.015',
      date: '2026-11-30'
    },
    note:
      'The embedding is all that is learnt. That it lies between a frozen and a trained router holds on the trained side only: from a ' +
      'frozen one it is not told apart in ten seeds. On a planted task the trained router has the experts least alike: the collapse ' +
      'that HyperRouter cures does not happen there.'
  },
  {
    id: 'mixture-of-routers',
    title: 'Mixture of Routers',
    function: 'routers.mixture',
    test: 'test/systems/mixtureOfRouters.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/mixtureOfRouters.slow.test.ts',
      figures:
        'of four starts, at equal parameters, less that of one router: variation of the load over experts + 0.07 +- 0.05, of the error ' +
        'from start to start -0.01 +- 0.02',
      date: '2026-11-29'
    },
    note:
      'With moe.lowRankExperts. Fault tolerance holds for the choice: losing the worst of four sub-routers changes it for fewer ' +
      'tokens than losing a quarter of a single router. The error grows as much in both (the weights change). Against the claim, the load is ' +
      'no more even than with one router of as many parameters, and the error varies as much from start to start.'
  },
  {
    id: 'pmoe',
    title: 'Patch-level Routing in Mixture-of-Experts is Provably Sample-efficient for Convolutional Neural Networks',
    function: 'routers.expertChoice',
    test: 'test/systems/pmoe.test.ts',
    note:
      "{ k: l * E / n, group: n, softmax: 'tokens' }. Samples are images seen in one pass, until 95 % of unseen ones are told apart; " +
      'l is 2. Noise on patches is 0.15: at 0.1 the savings do not grow with n. Over 3 seeds it needs 0.55 of what a single ' +
      'network of the same neurons needs with 4 patches, and 0.37 with 16. No rate is fitted.'
  },
  {
    id: 'mowst',
    title: 'Mixture of Weak & Strong Experts on Graphs',
    function: 'routers.confidence',
    test: 'test/systems/mowst.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/mowst.slow.test.ts',
      figures:
        'accuracy of both less that of the better one alone 0.288 +- 0.029; share of nodes asked of the strong expert, of those that ' +
        'features do not tell less of those that they tell 0.849 +- 0.049',
      date: '2026-12-01'
    },
    note:
      'The loss is C L_weak + (1 - C) L_strong with C = tanh(sharpness * variance of the weak probabilities), the sharpness learnt. ' +
      'Chosen: both experts train together, not in turns. The graph is planted: every second node is told by its features alone, ' +
      'the others by their neighbours alone.'
  },
  {
    id: 'blockffn',
    title: 'BlockFFN: Towards End-Side Acceleration-Friendly Mixture-of-Experts with Chunk-Level Activation Sparsity',
    function: 'routers.relu',
    test: 'test/systems/blockffn.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/blockffn.slow.test.ts',
      figures:
        'with the chunk losses: sparsity of chunks + 75 +- 18 %, of tokens + 3 +- 2 %, experts of eight tokens over those of one -20 +- 4 %; ' +
        'error + 24 +- 15 %, for at most 1 % claimed',
      date: '2026-11-29'
    },
    note:
      "{ norm: 'rms', chunk: { size: 8, sparsity, locality } }; the L1 loss that adapts holds the sparsity of tokens, which the " +
      'paper does by a schedule. Compared on a planted regression whose chunks have topics: the sparsity of chunks rises as ' +
      'claimed, and the error as well, by more than claimed. Not tried at length on text. Not covered: kernels.'
  },
  {
    id: 'dynamoe',
    title:
      'DynaMoE: Dynamic Token-Level Expert Activation with Layer-Wise Adaptive Capacity for Mixture-of-Experts Neural Networks',
    function: 'moe.schedule',
    test: 'test/systems/dynamoeSchedules.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/dynamoe.slow.test.ts',
      figures:
        'variance of the norm of the gradient, ln of the ratio to top-2: 0.15 +- 0.10; loss of a descending schedule, ln of the ratio ' +
        "to a uniform one: 0.002 +- 0.006; rank correlation of an image's loss and its experts 0.341 +- 0.052",
      date: '2026-11-30'
    },
    note:
      'With routers.topP({ p, kMax }). Chosen: the schedule gives the most experts of a token in each layer. On planted images of ' +
      'ten classes harder images take more experts. Refuted there: the gradient does not vary less than with ' +
      'top-2, but more, and a descending schedule does no better than a uniform one.'
  },
  {
    id: 'task-aware-moe-mtl',
    title: 'Sparsely Activated Mixture-of-Experts are Robust Multi-Task Learners',
    function: 'routers.task',
    test: 'test/systems/taskAwareMoe.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/taskAwareMoe.slow.test.ts',
      figures:
        'error of related tasks, dense less mixture: 0.0141 +- 0.0057; harm of an unrelated one 0.014 +- 0.012; experts shared by ' +
        'related tasks more than with the unrelated 0.19 +- 0.11; a new task from the best gate, to gates drawn at random 0.073 +- ' +
        '0.037',
      date: '2026-11-30'
    },
    note:
      'Tasks are maps to be regressed, and error stands for accuracy; the dense network is told the task as well. A new task ' +
      'starts from the gate with the least error on 16 samples, takes five steps on them, and is compared with gates drawn at random.'
  },
  {
    id: 'aw-moe',
    title: 'Attention Weighted Mixture of Experts with Contrastive Learning for Personalized Ranking in E-commerce',
    function: 'routers.attention',
    test: 'test/systems/awMoe.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/awMoe.slow.test.ts',
      figures:
        'area under the curve less that with topK: users with ten behaviours + 0.0050 +- 0.0017, with two -0.0045 +- 0.0029',
      date: '2026-11-29'
    },
    note:
      '{ contrastive: { maskRate } }. Planted users of two types; the experts see the item and the mean behaviour. Users ' +
      'with ten behaviours are ranked better than by topK; those with two are ranked worse, against the claim ' +
      'that the long tail gains most. The activation unit is tested by itself: in this ranking, equal weights do as well.'
  },
  {
    id: 'moe-robust-qa',
    title: 'Build a Robust QA System with Transformer-based Mixture of Experts',
    function: 'models.moeTransformer',
    test: 'test/systems/robustQa.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/robustQa.slow.test.ts',
      figures: 'F1 out of domain 0.99 +- 0.01, less that of the dense twin 0.02 +- 0.05',
      date: '2026-11-29'
    },
    note:
      '{ layers: 3, every: 2, router: routers.switchTop1() } has experts in the middle block. A causal model finds planted spans. Out of ' +
      'domain no difference to the dense twin is made out. Without a balance loss no ' +
      'expert dominates in 60 steps: the largest has 0.43 of the tokens, 0.38 with it. Not covered: DistilBERT, augmentation.'
  }
];
