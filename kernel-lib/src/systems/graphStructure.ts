import type { SystemEntry } from './entry';

/** Systems of a graph's structure: what its shape says, and how it is rewired. */
export const graphStructureSystems: readonly SystemEntry[] = [
  {
    id: 'total-effective-resistance-rewiring',
    title: 'Understanding Oversquashing in GNNs through the Lens of Effective Resistance',
    function: 'graph.rewire.effectiveResistance',
    test: 'test/systems/overSquashing.test.ts',
    note:
      'graph.probes.effectiveResistance and totalResistance on the pseudoinverse, kept up to date by rank-one changes. In place of accuracy on a barbell, which training decides by luck in seconds: the mean logarithm of the ' +
      'Jacobian between its cliques, of a network of random weights, before, after two greedy edges, and after two drawn ones.'
  },
  {
    id: 'laser',
    title: 'Locality-Aware Graph-Rewiring in GNNs',
    function: 'graph.rewire.laser',
    test: 'test/systems/overSquashing.test.ts',
    claim: 'claim not tested',
    note: 'Chosen: connectivity is the number of walks of at most 8 edges, each node is joined to a share of each shell (one at least), and ties are broken by an order of its own.'
  },
  {
    id: 'over-squashing-theory',
    title: 'On Over-Squashing in Message Passing Neural Networks: The Impact of Width, Depth, and Topology',
    function: 'graph.probes.sensitivity',
    test: 'test/systems/overSquashing.test.ts',
    note:
      'With graph.probes.commuteTime. Graph convolutions of random weights. Width raises sensitivity where single weights keep their size, as the bound has it; with an initialisation that divides by width it would not, ' +
      'and depth makes it vanish where weights are small.'
  },
  {
    id: '1-wl-is-all-you-need',
    title: '1-WL Expressiveness Is (Almost) All You Need',
    function: 'graph.probes.wlAccuracyBound',
    test: 'test/systems/graphShape.test.ts',
    note:
      'Exact colours over several graphs (graph.probes.wlColours), numbered and not hashed. In place of a trained network: the best table on the outputs of one of random weights, which no training exceeds. Not covered: the ' +
      'datasets in which it tells almost all graphs apart.'
  },
  {
    id: 'fastrp',
    title: 'Fast and Accurate Network Embeddings via Very Sparse Random Projection',
    function: 'graph.embed.fastRP',
    test: 'test/systems/graphShape.test.ts',
    claim: 'claim not tested',
    note: 'Chosen: entries of sqrt(s) with probability 1 / 2s, s 3, and degree over twice the edges to the power beta. The probe is the nearest class mean of 240 nodes. Not covered: its time beside DeepWalk and node2vec.'
  },
  {
    id: 'orbit-adjacency-gradco',
    title: 'Graphlets correct for the topological information missed by random walks',
    function: 'graph.probes.orbitAdjacency',
    test: 'test/systems/graphShape.test.ts',
    claim: 'claim not tested',
    note: 'Subgraphs are enumerated (ESU), each once; the 28 are the orbits of ordered pairs under automorphisms. Not covered: factorised embeddings, and networks of 20,000 nodes in minutes.'
  },
  {
    id: 'topological-concentration',
    title: 'A Topological Perspective on Demystifying GNN-Based Link Prediction Performance',
    function: 'graph.probes.topologicalConcentration',
    test: 'test/systems/graphShape.test.ts',
    note:
      'Chosen: overlap over the smaller neighbourhood, the two ends left out; one hop, where random vectors tend to the exact value. Links are ranked by common neighbours, not by a trained network. Not covered: re-weighting ' +
      'of edges.'
  },
  {
    id: 'bemap',
    title: 'BeMap: Balanced Message Passing for Fair Graph Neural Network',
    function: 'graph.samplers.balancedNeighbours',
    test: 'test/systems/graphShape.test.ts',
    claim: 'claim not tested',
    note: 'Even counts where both groups lead to a node. The gap of demographic parity is measured behind one mean over neighbours of a planted feature, without training.'
  },
  {
    id: 'pr-mpnn',
    title: 'Probabilistically Rewired Message-Passing Neural Networks',
    function: 'graph.rewire.probabilistic',
    test: 'test/systems/prMpnn.test.ts',
    claim: 'claim not tested',
    note:
      'Sampler and gradient (SIMPLE) are exact, checked by enumeration. In place of tree-neighbours-match, which takes minutes: a planted task that two edges of 36 candidates solve, which learned scores find and neither the fixed ' +
      'graph nor drawn edges have. Not covered: the network that gives scores, several samples at once, removal of edges.'
  },
  {
    id: 'netinfof',
    title: 'NetInfoF Framework: Measuring and Exploiting Network Usable Information',
    function: 'graph.probes.usableInformation',
    test: 'test/systems/netInfoF.test.ts',
    claim: 'claim not tested',
    note:
      'Classes of nodes: three components (structure, features, features after two steps), cells by k-means, and ridge regression on all of them in closed form. Chosen: as many eigenvectors as classes less one. Not covered: links ' +
      'and the similarity that is adjusted for them, the components of neighbours apart.'
  },
  {
    id: 'rfp',
    title: 'Graph Positional Encoding via Random Feature Propagation',
    function: 'graph.embed.randomFeaturePropagation',
    test: 'test/systems/rfp.test.ts',
    claim: 'claim not tested',
    note:
      'Power iteration with columns made orthonormal. The angle to the leading eigenvectors of three blocks is below 0.01 at step 50, with the lazy operator, as the leading ones of the adjacency may be of eigenvalues below 0. A ring of six and two of ' +
      'three differ in a mean over 200 starts. Not covered: an operator that is learnt, networks on the encodings.'
  },
  {
    id: 'directed-multigraph-gnn',
    title: 'Provably Powerful Graph Neural Networks for Directed Multigraphs',
    function: 'graph.ports',
    test: 'test/systems/directedMultigraph.test.ts',
    claim: 'claim not tested',
    note:
      'With graph.withReverse (ways back as types of their own, for RGCN and its like) and a mark of the ego. In place of trained detection: exact colours, ' +
      'which bound what any network of them tells apart, with each of the three left out; with all of them each node of a connected graph has a colour of ' +
      'its own, on which the proof rests. Not covered: money laundering, phishing.'
  },
  {
    id: 'elene',
    title: 'Improving Subgraph-GNNs via Edge-Level Ego-Network Encodings',
    function: 'graph.embed.egoEdges',
    test: 'test/systems/elene.test.ts',
    claim: 'claim not tested',
    note:
      "Chosen: an edge's encoding counts the nodes in both ego networks by their two distances and their degree among themselves; graph.embed.egoNodes is " +
      'that of nodes alone. Features for graph.gine. Not covered: the learnt variant, the share of memory saved, the benchmarks.'
  },
  {
    id: 'k-l-wl-k-l-gnn',
    title: 'From Relational Pooling to Subgraph GNNs: A Universal Framework for More Expressive Graph Neural Networks',
    function: 'graph.labelled',
    test: 'test/systems/klWl.test.ts',
    note:
      'k is 1: colours of labelled copies are those of graph.probes.wlColours on the batch, and graph.OverLabellings runs any network with a readout on ' +
      'them. Restricted tuples are those within a distance of their first node. Not covered: k of 2 and more, the other restrictions, the benchmarks.'
  },
  {
    id: 'natural-graph-networks',
    title: 'Natural Graph Networks',
    function: 'graph.natural',
    test: 'test/systems/naturalGraph.test.ts',
    note:
      "The local variant with a message network, of any layers, on each edge's neighbourhood with its two ends marked; by hand, edge for edge. Not covered: " +
      'the global variant with kernels that are solved for, the benchmarks.'
  },
  {
    id: 'grafenne',
    title: 'GRAFENNE: Learning on Graphs with Heterogeneous and Dynamic Feature Sets',
    function: 'graph.featureNodes',
    test: 'test/systems/grafenne.test.ts',
    claim: 'claim not tested',
    note:
      'The allotropic graph alone; messages on it are those of any layer that reads features of edges (graph.gine). Chosen: the graph keeps its own edges, ' +
      'of a type of their own, where the paper passes messages in three phases. Not covered: accuracy beside imputation, streams, continual learning.'
  },
  {
    id: 'async-alignment-with-cocycles',
    title: 'Asynchronous Algorithmic Alignment with Cocycles',
    function: 'graph.probes.runOnChange',
    test: 'test/systems/asyncAlignment.test.ts',
    note:
      'Beside graph.probes.runInRounds: shortest paths end alike in any order, with fewer messages, and graph.probes.asynchronyDefects tries the conditions ' +
      '(order, repetition, and that edges go through combination). Chosen: states act as messages, so that the cocycle condition is that of a homomorphism. ' +
      'Not covered: arguments that are not states, learnt networks.'
  },
  {
    id: 'graphsaint',
    title: 'GraphSAINT: Graph Sampling Based Inductive Learning Method',
    function: 'graph.samplers.saint',
    test: 'test/systems/graphSaint.test.ts',
    note:
      'Over the subgraphs that inclusion is counted on, means are those of the whole graph exactly, for each sampler; over 3,000 others within 2 %. Node ' +
      'counts of a subgraph are those of all layers by construction. Not covered: training on PPI and Reddit, the sampler of several walks at once.'
  },
  {
    id: 'rphgnn',
    title: 'Efficient Heterogeneous Graph Learning via Random Projection',
    function: 'graph.embed.relationProjection',
    test: 'test/systems/rphgnn.test.ts',
    claim: 'claim not tested',
    note:
      'Chosen: what a hop collects is divided by its root mean square before it is squashed, by normal matrices; features of all nodes have one width. Gram ' +
      'matrices of later hops agree within a tenth at width 600. What comes out is a table of features, so that no step of training touches the graph. Not ' +
      'covered: the learner on it, accuracy beside RGCN.'
  },
  {
    id: 'hidden-feature-recovery',
    title: 'Graph Neural Networks can Recover the Hidden Features Solely from the Graph Structure',
    function: 'graph.embed.recoverPositions',
    test: 'test/systems/hiddenFeatures.test.ts',
    note:
      'The construction of the proof, on the host: how far edges reach by the stationary walk, shortest paths, and scaling from 40 anchors. 400 points of ' +
      'uneven density come within a tenth of the diameter; with edges of one length the error is a third higher and more. Chosen: an exponent of 1 / (d + ' +
      '2), which holds for k nearest neighbours. Not covered: a network that does it step for step.'
  },
  {
    id: 'gte',
    title: 'How Expressive are Graph Neural Networks in Recommendation?',
    function: 'graph.embed.gte',
    test: 'test/systems/gte.test.ts',
    note:
      'Scores equal powers of the matrix. With graph.metrics.topologicalCloseness, chosen as the order of pairs by steps: 1 on a ring, where graph ' +
      'convolutions of constant features have a half; on a path, a ladder and a tree it is not 1, as asked for, for nodes at the ends have fewer walks. Not ' +
      'covered: training objectives, data of users.'
  },
  {
    id: 'simplicial-closure',
    title: 'Simplicial Closure and higher-order link prediction',
    function: 'graph.probes.simplicialTriangles',
    test: 'test/systems/simplicialClosure.test.ts',
    claim: 'claim not tested',
    note:
      'With graph.probes.closureScores, the p-means of ties. Triples equal those of a search over all; closure that is planted by strength is found by it. ' +
      'Not covered: groups of four, the other scores of the paper, its 19 data sets, and their finding on edge density.'
  },
  {
    id: 'stable',
    title: 'Reliable Representations Make A Stronger Defender: Unsupervised Structure Refinement for Robust GNN',
    function: 'graph.rewire.similarity',
    test: 'test/systems/stable.test.ts',
    measured: {
      test: 'test/systems/stable.slow.test.ts',
      figures:
        'share of the attack in what is dropped over that in all edges 0.54 +- 0.07; accuracy of the refined graph over that of the attacked one 0.087 +- 0.033; of a clean one refined over it as it was 0.002 +- 0.012 (undecided)',
      date: '2026-12-01'
    },
    note:
      'On graph.embed.contrastive (graph.infomax over views that get doubted edges back) and graph.trustedWeights. Of two fifths adversarial edges those dropped are more than 0.85; the attack is dropped, accuracy rises and a ' +
      'clean graph is not spoilt. Chosen: leaky ReLU. Settings of the test, features that tell blocks well among them, were chosen after a look at its numbers: of weaker ones (signal 1.5) refinement did harm. Not covered: attacks by gradients, hardened propagation in training.'
  },
  {
    id: 'gdn',
    title: 'Learning Graph Structure from Convolutional Mixtures',
    function: 'graph.Deconvolution',
    test: 'test/systems/gdn.test.ts',
    measured: {
      test: 'test/systems/gdn.slow.test.ts',
      figures:
        'F1 of edges 0.967 +- 0.018 on 30 nodes and 0.946 +- 0.017 on 90, over the best threshold 0.071 +- 0.015 and 0.065 +- 0.016, over 50 fixed steps on 90 0.196 +- 0.024',
      date: '2026-12-01'
    },
    note:
      'Eight steps of four coefficients each, trained on 16 graphs of 30 points, recover edges behind A + A^2 / 2 on as many nodes and on three times as many; 50 steps of the initial coefficients ' +
      'stay below that. Chosen: cross entropy, one channel. Not covered: several channels, priors, link prediction, real networks.'
  },
  {
    id: 'llm4ng',
    title: 'Leveraging Large Language Models for Node Generation in Few-Shot Learning on Text-Attributed Graphs',
    function: 'graph.rewire.insertNodes',
    test: 'test/systems/llm4ng.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/llm4ng.slow.test.ts',
      figures:
        'accuracy with one known node of each class: with four new nodes of each over without 0.086 +- 0.047, and where the predictor joins them over edges of chance 0.150 +- 0.084',
      date: '2026-12-01'
    },
    note:
      'With graph.edgePredictor, a linear map of both ends, trained on the edges that are there. In place of a language model a stub draws rows about the middle of each class. The density of edges was chosen after a look at a denser graph, where the first ' +
      'was undecided. Not covered: texts, prompts, several known nodes.'
  },
  {
    id: 'mesh-transformer',
    title: 'Training Transformers for Mesh-Based Simulations',
    function: 'graph.attentionMask',
    test: 'test/systems/meshTransformer.test.ts',
    measured: {
      test: 'test/systems/meshTransformer.slow.test.ts',
      figures: 'error over that of convolutions, less 1: -0.53 +- 0.20',
      date: '2026-12-01'
    },
    note:
      'Attention is graph.graphTransformer on the mask, whose edges have their distance one-hot. Heat on grids of 5 x 5, three steps rolled out: half the error of two convolutions of as many parameters. Not covered: encodings of positions, the law of ' +
      'parameters and operations, fluids.'
  },
  {
    id: 'gpa-init-for-embeddings',
    title: 'Initialization for Network Embedding: A Graph Partition Approach',
    function: 'graph.embed.partitionInit',
    test: 'test/systems/gpaInit.test.ts',
    note:
      'With graph.partition and graph.embed.skipGram. A thousand nodes in blocks: an area of 0.85 on hidden links after one epoch, where skip-gram from chance takes eight and nine, at two seeds; settings of the test were chosen after a look at its numbers. Chosen: parts grow and are refined by moves, eigenvectors embed ' +
      'the abstract graph, and contexts begin with what nodes do. Not covered: time, classes of nodes, other algorithms of embedding.'
  },
  {
    id: 'lignn',
    title: 'LiGNN: Graph Neural Networks at LinkedIn',
    function: 'graph.rewire.densify',
    test: 'test/systems/lignn.test.ts',
    claim: 'claim not tested',
    note:
      'With graph.samplers.neighbours, whose weighted sums are right in expectation, and graph.samplers.adaptiveFanOut. On 200 nodes of two blocks, one seed: adaptive training ranks within 0.01 of a fixed eight neighbours over 0.69 of the edges; new nodes rank ' +
      'better by 0.3 of area with their likes, others as before within 0.01, and as many edges by chance do not serve. Chosen: the number of neighbours doubles where the area of validation has not gained. Not covered: temporal layers, embeddings of ids, walks ' +
      'by personalised rank, queues and batches, seconds.'
  },
  {
    id: 'gpn',
    title: 'Graph Parsing Networks',
    function: 'graph.GraphParsing',
    test: 'test/systems/gpn.test.ts',
    note:
      'On graph.parsed (which edge each node follows, and what that joins) and graph.contracted. Waves on a grid come back from the means of clusters with less than a third of the error of as many nodes kept whole, scores being given, not learnt. Chosen: ' +
      'clusters are what edges that are followed connect, scores are of products, layer and scores are those of all levels. Not covered: what training makes of the scores, graph classification, networks that decode.'
  }
];
