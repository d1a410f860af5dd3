import type { SystemEntry } from './entry';

/** Systems that search for networks. */
export const searchSystems: readonly SystemEntry[] = [
  {
    id: 'random-sparse-search',
    title: 'Random Search as a Baseline for Sparse Neural Network Architecture Search',
    function: 'nas.study',
    test: 'test/systems/randomSparseSearch.test.ts',
    claim: 'claim not tested',
    note:
      'A study over the seed of a random node mask (prune.structured with prune.random, mode "mask"), scored by the loss of the ' +
      'initial values. Whether the mask that is found trains no better than random ones, as the paper says, is not measured here.'
  },
  {
    id: 'regnet',
    title: 'Designing Network Design Spaces',
    function: 'nas.space.regnet',
    test: 'test/systems/regnet.test.ts',
    note:
      'Stages by the quantised linear rule as data (nas.regnetStages), and nas.edf. The distributions are compared on an error ' +
      'planted in the widths, not on sixty trained networks.'
  },
  {
    id: 'adas-meta-agent-search',
    title: 'Automated Design of Agentic Systems',
    function: 'nas.proposer',
    test: 'test/systems/proposers.test.ts',
    note: 'The proposer is given the whole archive; a function over a language of expressions stands for the agent that writes code.'
  },
  {
    id: 'diffnas',
    title: 'DiffNAS: Bootstrapping Diffusion Models by Prompting for Better Architectures',
    function: 'nas.proposer',
    test: 'test/systems/proposers.test.ts',
    claim: 'claim not tested',
    note: 'The proposer is given the best of its memory; the proxy of rapid training is an evaluation as any other and is not measured.'
  },
  {
    id: 'gradsign',
    title: 'GradSign: Model Performance Inference with Theoretical Insights',
    function: 'nas.proxies.gradSign',
    test: 'test/kernel-lib/search/proxies.test.ts',
    claim: 'claim not tested',
    note: 'Tested by cases worked out by hand; its rank correlation with trained accuracy is not measured.'
  },
  {
    id: 'async-model-based-hyperband',
    title: 'Model-based Asynchronous Hyperparameter and Neural Architecture Search',
    function: 'nas.bayesian',
    test: 'test/systems/modelBasedHyperband.test.ts',
    note:
      'nas.asha({ sampler: nas.bayesian() }): one Gaussian process over candidate and resource, asked about the greatest resource; ' +
      'trials under way count as predicted. On planted learning curves, four simulated workers, ten seeds: ln of the time to within 1 ' +
      '% of the best, model / random, -1.25 +- 0.74 (2026-11-30, slow tier).'
  },
  {
    id: 'damo',
    title: 'DaMo: Data Mixing Optimizer in Fine-tuning Multimodal LLMs for Mobile Phone Agents',
    function: 'nas.predictors.mlp',
    test: 'test/systems/damo.test.ts',
    note:
      'A small network predicts a loss from the weights of a mixture (nas.simplex, encoded as weights), and nas.surrogate searches on ' +
      'it; corpus.mixed trains on a mixture. The benchmark of phone agents is not covered. After 30 pilot trainings of a small language ' +
      'model, ten seeds: loss 0.09 +- 0.036 below that of even shares, 0.005 +- 0.025 below the best of ten drawn mixtures (undecided); of ' +
      'unseen mixtures it explains 0.77 in the median of seeds, and nothing in three of ten (2026-12-01, slow tier).'
  },
  {
    id: 'pp-lcnet',
    title: 'PP-LCNet: A Lightweight CPU Convolutional Neural Network',
    function: 'models.lcnet',
    test: 'test/systems/ppLcnet.test.ts',
    claim: 'claim not tested',
    note:
      'Chosen from the published code, as the abstract names no parts: hard swish, squeeze and excitation in the last two blocks, 5 x ' +
      '5 kernels in the last seven, a wide layer after pooling. Parameters as published; accuracy at equal latency is not measured.'
  },
  {
    id: 'shufflenet-v2',
    title: 'ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design',
    function: 'models.shuffleNetV2',
    test: 'test/systems/shuffleNetV2.test.ts',
    claim: 'claim not tested',
    note:
      'Units and sizes of the paper, parameters exactly those of torchvision; that speed follows memory access more than operations ' +
      'is not measured here.'
  },
  {
    id: 'mobilenetv4',
    title: 'MobileNetV4 -- Universal Models for the Mobile Ecosystem',
    function: 'models.mobileNetV4',
    test: 'test/systems/mobileNetV4.test.ts',
    claim: 'claim not tested',
    note:
      'The bottleneck, its space (nas.space.uib), the small network without attention, and attention with shared keys and values ' +
      '(layers.MultiQueryAttention). The recipe of distillation and the figures on ImageNet and phones are not covered.'
  },
  {
    id: 'tas',
    title: 'Network Pruning via Transformable Architecture Search',
    function: 'nas.widthDepth',
    test: 'test/systems/tas.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/tas.slow.test.ts',
      figures:
        'accuracy on digits of a perceptron at 15 % of the operations, with the values of the same teacher: widths searched and taught ' +
        'less uniform widths trained alone -0.020 +- 0.016; taught less not taught -0.004 +- 0.010',
      date: '2026-11-30'
    },
    note:
      'Distributions over the sizes and depths of an elastic.supernet, Gumbel draws of some, nas.interpolateChannels, and a loss of ' +
      'the cost; then elastic.extract and train.tasks.distillation. Features are interpolated where a matrix gives them, before norm ' +
      'and activation; the expected cost is taken one dimension at a time.'
  },
  {
    id: 'dass',
    title: 'DASS: Differentiable Architecture Search for Sparse neural networks',
    function: 'prune.learnedMasks',
    test: 'test/systems/dass.test.ts',
    claim: 'claim refuted',
    measured: {
      test: 'test/systems/dass.slow.test.ts',
      figures:
        'accuracy on digits at 90 % sparsity, searched with sparse operations less searched whole and then pruned, both trained on as ' +
        'long: -0.017 +- 0.010',
      date: '2026-11-30'
    },
    note:
      'prune.learnedMasks makes the matrices of mixed operations sparse, with scores that learn beside the values, and nas.darts ' +
      'judges them as they are when pruned. Values and scores are trained together, not one after the other, as the abstract does not ' +
      'say. The fast test plants an operation that few weights serve; on digits a search of 100 steps with dense operations ends ' +
      'better.'
  },
  {
    id: 'parzc',
    title: 'ParZC: Parametric Zero-Cost Proxies for Efficient NAS',
    function: 'nas.predictors.parametric',
    test: 'test/systems/parzc.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/parzc.slow.test.ts',
      figures:
        "Kendall's tau of 30 unseen small networks on digits, ten splits of the same 80: less that of sums over nodes (SNIP) 0.112 +- " +
        '0.065, less that of the same mixer trained on squares 0.052 +- 0.047',
      date: '2026-11-30'
    },
    note:
      'nas.proxies.nodeStatistics, a mixer over nodes whose last layer is Bayesian, and ops.diffKendall as its loss. The order of ' +
      'planted networks in the fast test; the tables of NAS-Bench-101, 201 and NDS cannot be had here.'
  },
  {
    id: 'eas',
    title: 'Efficient Architecture Search by Network Transformation',
    function: 'elastic.grow',
    test: 'test/systems/eas.test.ts',
    claim: 'claim not tested',
    note:
      'elastic.grow of elastic.widen and elastic.deepen, nas.space.growth of their lists, and nas.reinforce as the controller: ' +
      'independent distributions instead of a recurrent network that reads the architecture. The return rises on a planted reward; ' +
      'spaces of DenseNets and CIFAR-10 are not covered.'
  },
  {
    id: 'dag-multi-task-nas',
    title: 'Dynamic Neural Network for Multi-Task Learning Searching across Diverse Network Topologies',
    function: 'nas.taskDag',
    test: 'test/systems/dagMultiTask.test.ts',
    claim: 'claim not tested',
    note:
      'nas.taskDag (shared nodes, parts of edges, read-in and read-out for each task), nas.searchDag (warm-up, then weights and parts ' +
      'in turn with the squeeze loss), nas.reduceFlow, and a training. Nodes are residual linear layers, not convolutional backbones; ' +
      'the multi-task data sets are not covered.'
  },
  {
    id: 'auto-gnn',
    title: 'Auto-GNN: Neural Architecture Search of Graph Neural Networks',
    function: 'nas.conservative',
    test: 'test/systems/autoGnn.test.ts',
    note:
      'nas.conservative, a policy that draws one class of components of the best so far anew, and elastic.inherit, which passes ' +
      'values between alike tensors only. On the table of NAS-Bench-Graph (arxiv) instead of networks trained on a small graph: the ' +
      'best hundredth, as the best twentieth is what twenty random draws find.'
  },
  {
    id: 'gnas-mp',
    title: 'Rethinking Graph Neural Architecture Search from Message-passing',
    function: 'nas.messageNetwork',
    test: 'test/systems/gnasMp.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/gnasMp.slow.test.ts',
      figures:
        'labels from three nodes away, 80 steps: depth three found by 8 of 10 seeds; share of variance explained, found less drawn and ' +
        'trained as long 0.16 +- 0.34, before less after settling 0.16 +- 0.27',
      date: '2026-11-30'
    },
    note:
      'Levels of nas.MixedOperation over graph.FeatureFilter and graph.NeighbourAggregation, searched by nas.darts. Levels are a ' +
      'chain, the simplest of the trees of the paper. On a ring whose labels come from three nodes away the depth is found; the data ' +
      'sets of the paper are not covered.'
  },
  {
    id: 'diffusionnag',
    title: 'DiffusionNAG: Predictor-guided Neural Architecture Generation with Diffusion Models',
    function: 'nas.generate.diffusion',
    test: 'test/systems/diffusionNag.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/diffusionNag.slow.test.ts',
      figures:
        'mean of guided cells over that of unguided 2.03 +- 0.18 standard deviations, over that of cells drawn at random 2.08 +- 0.09; of ' +
        'guidance 6 less that of guidance 2 1.20 +- 0.12; share that are graphs, the least of three strengths, 0.895 +- 0.052',
      date: '2026-11-30'
    },
    note:
      'generative.variancePreserving, train.tasks.scoreMatching and generative.reverse over the graphs of nas.space.dag, with a score ' +
      'network of graph network blocks whose nodes know their place in the order; generative.guided adds the gradient of a predictor ' +
      'of noisy graphs. With the exact score more than 99 % are graphs and guidance tilts them as the closed form says; the trained ' +
      'network is held to less in the fast test. Measured on cells of three nodes after 400 steps of either training: that more than nine ' +
      'of ten are graphs is undecided (of points drawn choice by choice 13 % are). Not covered: a ' +
      'predictor that reads data sets, the corrector steps, and the speed on transfer benchmarks.'
  },
  {
    id: 'argnp',
    title: 'Automatic Relation-aware Graph Network Proliferation',
    function: 'nas.proliferate',
    test: 'test/systems/argnp.test.ts',
    claim: 'claim not tested',
    note:
      'nas.relationNetwork of graph.RelationAggregation (nodes hear neighbours by the features of the edge) and ' +
      'graph.RelationLearning (edges learn of their ends), searched by nas.darts, settled and divided in turn; a daughter adds ' +
      'nothing at first, so that a division computes what was computed. Candidates weighed grow with the vertices, those of a search ' +
      'of the whole graph with their pairs. Chosen: a daughter reads its parent and what the parent was added to, and parents keep ' +
      'their operations. Planted edges in a graph of 24 nodes; the data sets of the paper are not covered.'
  }
];
