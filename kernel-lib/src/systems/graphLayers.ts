import type { SystemEntry } from './entry';

/** Systems that are a layer of a graph network, or a network of such layers. */
export const graphLayerSystems: readonly SystemEntry[] = [
  {
    id: 'drew',
    title: 'DRew: Dynamically Rewired Message Passing with Delay',
    function: 'graph.drew',
    test: 'test/systems/drew.test.ts',
    note:
      'graph.shells gives the edges of each distance and neighbourSum passes them; layers are residual graph convolutions with weights of layer and ' +
      'distance. The radius is checked for full delay, none, and nu 2. Not covered: training on the ring transfer, other message functions than GCN.'
  },
  {
    id: 'co-gnn',
    title: 'Cooperative Graph Neural Networks',
    function: 'graph.cooperative',
    test: 'test/systems/coGnn.test.ts',
    note:
      'Actions shut edges through the state edgeGates, which any layer takes that sums or averages over the edges of the pass; loops and attention are refused. ' +
      'All four actions are one choice, as in the paper. Without training the best action is taken, where the paper draws it as well. Not covered: the root-neighbours task.'
  },
  {
    id: 'acm-gnn',
    title: 'Revisiting Heterophily For Graph Neural Networks',
    function: 'graph.adaptiveChannels',
    test: 'test/systems/acmGnn.test.ts',
    measured: {
      test: 'test/systems/acmGnn.slow.test.ts',
      figures: 'accuracy 0.779 +- 0.021, over that of graph convolutions 0.116 +- 0.030',
      date: '2026-12-01'
    },
    note:
      'Channels, scores and mixture are checked by hand. What is trained is a planted task, the sign of what neighbours hide, and no block model: ' +
      'the 15 points asked for on one are not tested. Not covered: the homophily measures after aggregation.'
  },
  {
    id: 'chebgibbsnet',
    title: 'From ChebNet to ChebGibbsNet',
    function: 'graph.chebyshevFilter',
    test: 'test/systems/chebGibbsNet.test.ts',
    note:
      'The response of the layer itself to a step, read off on eigenvectors of a ring of 300: it overshoots by 7 to 11 % undamped, by less than 0.5 % with Jackson and 2 % with ' +
      "Lanczos factors. Not covered: accuracy on heterophilic graphs, and the paper's learnt order."
  },
  {
    id: 'lightgcn',
    title: 'LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation',
    function: 'models.lightGcn',
    test: 'test/systems/lightGcn.test.ts',
    note:
      'Equals the powers of the dense matrix. Recall@20 on noisy blocks is ahead of factors alone (no steps) by more than 0.02 at each of three seeds, 80 steps of BPR each; ' +
      'users and items have one numbering.'
  },
  {
    id: 'mpnn',
    title: 'Neural Message Passing for Quantum Chemistry',
    function: 'graph.messagePassing',
    test: 'test/systems/mpnn.test.ts',
    note: 'GCN and GIN as options equal the layers, a gated network equals that by hand; graph.readout is the readout. Not covered: set2set, molecules.'
  },
  {
    id: 'rni',
    title: 'The Surprising Power of Graph Neural Networks with Random Node Initialization',
    function: 'graph.RandomNodeFeatures',
    test: 'test/systems/rni.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/rni.slow.test.ts',
      figures:
        'three quarters of the features random, 200 steps: right answers by the mean of 16 draws over a half 0.474 +- 0.036, and over those of one draw 0.186 +- 0.061',
      date: '2026-11-30'
    },
    note:
      'A ring of six against two of three: a graph isomorphism network says the same of both to 1e-5, and learns nothing. With random features single draws are right in some 79 % after 200 ' +
      'steps and were in 88 to 95 % after 1,200 of one seed, so that the 95 % asked for of one are not reached. Width and readout were chosen after looking at runs of one seed. ' +
      'Not covered: universality, the data sets EXP and CEXP.'
  },
  {
    id: 'sheaf4rec',
    title: 'Sheaf Neural Networks for Graph-based Recommender Systems',
    function: 'graph.sheaf',
    test: 'test/systems/sheaf4rec.test.ts',
    note:
      'The operator is graph.sheafLaplacian, checked as the coboundary squared. Chosen: maps are diagonal or whole matrices, tanh of what the ends hold; 1 + D scales, by its trace where maps are whole. The two sides of a ' +
      'bipartite graph are told apart with given signs. Not covered: signs that training finds, orthogonal maps, scores of users and items on ratings.'
  },
  {
    id: 'tide',
    title: 'TIDE: Time Derivative Diffusion for Deep Learning on Graphs',
    function: 'graph.timeDiffusion',
    test: 'test/systems/tide.test.ts',
    note:
      'The heat kernel (graph.heatKernel) equals the exponential of the matrix, by a Chebyshev series in place of eigenvectors. Times of two channels are learnt from targets that were made with 0.4 and 6, and come within 5 %. That 32 layers keep ' +
      'differences is a matter of their little time. Not covered: the benchmarks.'
  },
  {
    id: 'sinc-gcn',
    title: 'Enhancing Graph Representations with Neighborhood-Contextualized Message-Passing',
    function: 'graph.contextual',
    test: 'test/systems/sincGcn.test.ts',
    note:
      'With given weights one layer computes what of the neighbours exceeds their mean; of messages of pairs, one layer, it is shown that none can: sums over two pairs of neighbourhoods agree. In place of 95 % after training. The context is the mean of ' +
      'the neighbours. Not covered: other contexts, deeper networks of pairs.'
  },
  {
    id: 'gump',
    title: 'Graph Unitary Message Passing',
    function: 'graph.unitaryWeights',
    test: 'test/systems/gump.test.ts',
    note:
      'The graph is its line digraph (graph.lineDigraph), and graph.neighbourSum passes messages on it by these weights. Chosen: real weights, and blocks of Grover coins plus bounded scores, so that the polar factor is reached in seven steps of Newton and ' +
      'Schulz. Not covered: how scores are learnt of features, a layer with nonlinearities, the benchmarks.'
  },
  {
    id: 'cgs',
    title: 'Convergent Graph Solvers',
    function: 'graph.convergent',
    test: 'test/systems/cgs.test.ts',
    note:
      'graph.neighbourSolve is the fixed point and its implicit gradient. Chosen: a contraction in the maximum norm, by shares that sum to less than 1, and heads that each see a part of the width. In place of a trained comparison: the fixed point hears ' +
      'the whole path, where three layers hear three steps. Not covered: a decoder, learning of stationary values.'
  },
  {
    id: 'tvgnn',
    title: 'Total Variation Graph Neural Networks',
    function: 'graph.totalVariation',
    test: 'test/systems/tvgnn.test.ts',
    note:
      'The layer is a step of descent on graph.pLaplacianWeights at p = 1; the losses are graph.assignmentVariation and graph.assignmentBalance. In place of trained shares: planted blocks are a ' +
      'minimum of the two losses against every swap of two nodes. Not covered: training of clusters (from one-hot features it ends in others), MinCut pooling beside it, pooling of graphs.'
  },
  {
    id: 'plapgnn',
    title: 'Enhancing Robustness of Graph Neural Networks through p-Laplacian',
    function: 'graph.pLaplacianWeights',
    test: 'test/systems/plapGnn.test.ts',
    note:
      'Chosen: weights are those of the p-Laplacian of the features, once. In place of a trained network under attack: the class that the mean of a node and its neighbours is nearest to, with a quarter of edges injected between two classes. Not ' +
      'covered: weights that are learnt with the network, iterations, attacks on features.'
  },
  {
    id: 'ncn-ncnc',
    title: 'Neural Common Neighbor with Completion for Link Prediction',
    function: 'graph.CommonNeighbourScore',
    test: 'test/systems/ncn.test.ts',
    claim: 'claim not tested',
    note:
      'graph.commonNeighbours, eitherNeighbours and withoutPairs give the edges, graph.neighbourSum pools over them. Given weights that count: with 40 % of the edges of blocks hidden, completion is ahead of common neighbours by more than 0.02 of area at ' +
      'each of three seeds; products of convolved random features are as good as common neighbours there, so that the order asked for of these two does not hold untrained. Not covered: training, the third-order completion of the paper.'
  },
  {
    id: 'nbfnet',
    title: 'Neural Bellman-Ford Networks: A General Graph Neural Network Framework for Link Prediction',
    function: 'graph.neuralBellmanFord',
    test: 'test/systems/nbfnet.test.ts',
    claim: 'claim not tested',
    note:
      'graph.bellmanFord is the iteration, exact for shortest paths and Katz; the layer learns the values of each type of edge in each step. Grandparents in a family follow from given values, as the mechanism is inductive. Chosen: values of types do not ' +
      'depend on the query, and there is no normalisation. Not covered: training on a knowledge graph, Hits@1 beside TransE, principal neighbourhood aggregation.'
  },
  {
    id: 'amud-adpa',
    title: 'Breaking the Entanglement of Homophily and Heterophily in Semi-supervised Node Classification',
    function: 'graph.directedPatterns',
    test: 'test/systems/amudAdpa.test.ts',
    claim: 'claim not tested',
    note:
      'With graph.probes.amud, on correlations over all pairs. Chosen: its score is how far the shares of explained variance of the four patterns lie apart, ' +
      'over the largest; scores of patterns and steps are sums of tanh. In place of training: labels that go along one pattern. Not covered: the 14 data ' +
      'sets.'
  },
  {
    id: 'multi-module-gnn',
    title: 'Towards Better Generalization with Flexible Representation of Multi-Module Graph Neural Networks',
    function: 'graph.multiModule',
    test: 'test/systems/multiModuleGnn.test.ts',
    claim: 'claim not tested',
    note:
      'One module is graph.gin to 1e-6. Chosen: a softmax gate on the logarithm of the degree, or on what was aggregated. Given weights make a function of ' +
      'the degree that one module does not have. Not covered: training on other degrees than those of the test.'
  },
  {
    id: 'lcm',
    title: 'Learnable Commutative Monoids for Graph Neural Networks',
    function: 'graph.learnedMonoid',
    test: 'test/systems/lcm.test.ts',
    claim: 'claim not tested',
    note:
      'graph.treeReduce is the balanced tree, of any operation; the operation is the mean of a GRU (the cell of layers.Recurrent) both ways. The loss ' +
      '"associativity" is that by hand. Chosen: no identity element, as a node that none leads to has 0. Not covered: second minima of longer sets, speed.'
  },
  {
    id: 'virgo',
    title: 'On the Initialization of Graph Neural Networks',
    function: 'graph.virgoVariances',
    test: 'test/systems/virgo.test.ts',
    note:
      'Variances for the initializer of graph.gcn. On blocks and a power law, eight layers: the last within a factor of 2 of the first, forward and ' +
      'backward, means over six draws, where Xavier loses more than nine tenths. Not covered: other layers than graph convolutions, accuracy on the 15 data ' +
      'sets.'
  },
  {
    id: 'energy-gnn',
    title: 'Graph Neural Networks Gone Hogwild',
    function: 'graph.energyLayer',
    test: 'test/systems/energyGnn.test.ts',
    note:
      'graph.energyMinimum is the minimum and its implicit gradient, graph.probes.runAsynchronously the late updates in any order. Chosen: log cosh of ' +
      'linear maps of the two ends as the energy of an edge, which is convex. Late updates end within 1e-4 of the layer, those of three graph convolutions ' +
      'more than 10 % away. Not covered: other convex networks of edges, training, the benchmarks.'
  },
  {
    id: 'dgmlp',
    title: 'Evaluating Deep Graph Neural Networks',
    function: 'graph.adaptiveDepth',
    test: 'test/systems/dgmlp.test.ts',
    claim: 'claim not tested',
    note:
      'Chosen: a node mixes its steps by a softmax of scores of tanh, and depths are given, not chosen by sparsity and size. Smoothing by steps alone, what ' +
      'is kept of 64 mixed ones, and gradients through 24 maps with and without ways past them are measured. Not covered: accuracy by depth after training.'
  },
  {
    id: 'pamc',
    title: 'Efficient block contrastive learning via parameter-free meta-node approximation',
    function: 'graph.metaNodeContrast',
    test: 'test/systems/pamc.test.ts',
    claim: 'claim not tested',
    note:
      'A cluster for each node is the loss over all pairs to 1e-5; larger clusters never exceed it, by Jensen, and come nearer the tighter they are. Chosen: ' +
      'cosines, and all pairs, a node with itself among them. Not covered: how assignments are learnt, time and memory.'
  },
  {
    id: 'grit',
    title: 'Graph Inductive Biases in Transformers without Message Passing',
    function: 'graph.PairTransformer',
    test: 'test/systems/grit.test.ts',
    claim: 'claim not tested',
    note:
      'On graph.embed.walkPairs; a layer by hand. Distances of other drawn graphs of at most 16 nodes within 0.1 on average, 0.2 and more with the first step alone; without walks the degree tells nodes apart, without both nothing does. ' +
      'Chosen: layer norms in place of batch norms, a root with a slope at 0. Not covered: the benchmarks.'
  },
  {
    id: 'latte',
    title: 'Layer-stacked Attention for Heterogeneous Network Embedding',
    function: 'graph.MetaRelations',
    test: 'test/systems/latte.test.ts',
    note:
      'On graph.composed. Labels that lie behind two of nine meta-relations: the second order is right above 0.95 on another graph and attends most to these two, the first guesses (below 0.7). Chosen: every order reads what nodes hold at first, means over ' +
      'paths, and one attention over meta-relations; the paper also attends among the neighbours of one. Not covered: its loss on links, the data sets.'
  },
  {
    id: 'spen',
    title: 'Subgraph Permutation Equivariant Networks',
    function: 'graph.SubgraphEquivariant',
    test: 'test/systems/spen.test.ts',
    claim: 'claim not tested',
    note:
      'On graph.nodePairs and graph.pairBasis, whose fifteen maps commute with every order of nodes and are of rank fifteen, so that there are no others. A ring of six and two of three differ, of which GIN says the same; rows are the sum of the squares of ' +
      'the networks. Chosen: all pairs in each layer, means in place of sums, no values of nodes that wander between networks, and groups are those of all orders, of which automorphisms are part. Not covered: other representations, benchmarks, bytes of a GPU.'
  }
];
