import type { SystemEntry } from './entry';

/** Systems that prune. */
export const pruningSystems: readonly SystemEntry[] = [
  {
    id: 'lottery-ticket',
    title: 'The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks',
    function: 'prune.iterative',
    test: 'test/systems/lotteryTicket.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/lotteryTicket.slow.test.ts',
      figures:
        'accuracy on digits of a ticket with 15 % of the weights, less that of the dense network -0.0006 +- 0.0032, less that of its mask on other ' +
        'initial values 0.016 +- 0.007',
      date: '2026-11-29'
    },
    note:
      'models.mlp of 128 and 64 units, four rounds, the last matrix left whole. With half the units, 150 steps and the last matrix pruned as much, ' +
      'the ticket still beats its mask drawn anew (by 0.22 +- 0.09) and is behind the dense network by 0.19 +- 0.05.'
  },
  {
    id: 'sparse-model-soups',
    title: 'Sparse Model Soups: A Recipe for Improved Pruning via Model Averaging',
    function: 'prune.iterative',
    test: 'test/systems/sparseSoups.test.ts',
    claim: 'claim not tested',
    measured: {
      test: 'test/systems/sparseSoups.slow.test.ts',
      figures:
        'validation loss of a member less that of the mean of three, on digits, in three rounds: 0.0013 +- 0.0003, 0.0010 +- 0.0003, ' +
        '0.0004 +- 0.0001 nats',
      date: '2026-11-29'
    },
    note:
      "{ members, rewind: 'none' }: members differ by the seed that `train` gives them. Their mean is better than they are in each " +
      'round; whether rounds of soups end better than rounds of one model that is trained as long is not tested.'
  },
  {
    id: 'finercut',
    title: 'FinerCut: Finer-grained Interpretable Layer Pruning for Large Language Models',
    function: 'prune.layers',
    test: 'test/systems/finercut.test.ts',
    note:
      'Distances of outputs: KL, Jensen-Shannon, squared, angle. Blocks keep their numbers; what is gone is "none" in the spec. The ' +
      'claim is of large models.'
  },
  {
    id: 'dsl',
    title: 'Dynamic Sparse Learning: A Novel Paradigm for Efficient Recommendation',
    function: 'prune.dynamicSparse',
    test: 'test/systems/dsl.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/dsl.slow.test.ts',
      figures:
        'recall at 20 on a planted block matrix at 10 % density, less that of static random masks 0.309 +- 0.016, less that of the ' +
        'dense network 0.021 +- 0.017',
      date: '2026-11-29'
    },
    note: '{ redistribute: true } in train.fit. Significance is magnitude; new values go to layers by the mean magnitude of what they have left.'
  },
  {
    id: 'icbs',
    title: 'Scalable iterative pruning of large language and vision models using block coordinate descent',
    function: 'prune.blockCoordinate',
    test: 'test/systems/icbs.test.ts',
    note:
      'The Hessian is the empirical Fisher matrix of batches; a block of few values is solved exactly, a larger one by best ' +
      'exchanges. Blocks are drawn at random.'
  },
  {
    id: 'chess',
    title: 'CHESS: Optimizing LLM Inference via Channel-Wise Thresholding and Selective Sparsification',
    function: 'prune.activations',
    test: 'test/systems/chess.test.ts',
    note:
      "A gated network's threshold is on the activated gate, so that neither of the other two matrices works on a channel that is " +
      'out; of attention the inputs of queries and output (selective). With `gather` one token multiplies live channels alone, ' +
      'whose rows are read where they lie (`ops.liveInputsMatMul`, `liveOutputsMatMul`; `npm run bench -- --only pruning`). Banks of experts ' +
      'stay whole.'
  },
  {
    id: 'cfsp',
    title: 'CFSP: An Efficient Structured Pruning Framework for LLMs with Coarse-to-Fine Activation Information',
    function: 'prune.coarseToFine',
    test: 'test/systems/cfsp.test.ts',
    note:
      'Importance of a block is the angle that it turns, of a neuron its output, |w| times the norm of its activation. A sigmoid of ' +
      'the importance, scaled to the target, says how much of each block goes. peft.ranksByImportance gives the ranks of LoRA for ' +
      'recovery. That it beats others on large models is not tested.'
  },
  {
    id: 'rnn-sparsity-thesis',
    title: 'Investigating Sparsity in Recurrent Neural Networks',
    function: 'prune.graphMask',
    test: 'test/systems/rnnSparsity.test.ts',
    claim: 'claim not tested',
    note:
      'With models.recurrentNetwork (layers.Recurrent: tanh, ReLU, GRU, LSTM), prune.unstructured of input or recurrent matrices, ' +
      'nas.randomGraph and nas.graphMeasures. Units are nodes, and edges act at the next position, where the thesis makes the graph a ' +
      'stack of layers first. Curves of accuracy and correlations with measures are not measured.'
  },
  {
    id: 'iterative-weight-recycling',
    title: 'Randomly Initialized Subnetworks with Iterative Weight Recycling',
    function: 'prune.edgePopup',
    test: 'test/systems/weightRecycling.test.ts',
    claim: 'claim not tested',
    note:
      '{ recycle }; { binary } is Biprop. Recycled are the values of least score, which become those of highest, the least that of ' +
      'the highest; scores stay. Whether it makes better subnetworks is not tested.'
  },
  {
    id: 'sparsebytenn',
    title: 'SparseByteNN: A Novel Mobile Inference Acceleration Framework Based on Fine-Grained Group Sparsity',
    function: 'prune.groupPattern',
    test: 'test/systems/sparseByteNN.test.ts',
    note:
      'With prune.packGroups. One pattern for linear maps and kernels: so many outputs in turn lose the same inputs. Units are put in ' +
      'order by exchanges of two, over axes, so that the network computes the same. The packed product is one of TensorFlow; the ' +
      'speed of mobile kernels is not measured.'
  },
  {
    id: 'fast-sparse-convnets',
    title: 'Fast Sparse ConvNets',
    function: 'prune.sparseConvolutions',
    test: 'test/systems/fastSparseConvnets.test.ts',
    note:
      'Compressed rows, pixels innermost, in JavaScript, against the same loops over all values. Against the convolution of ' +
      'TensorFlow, which uses all of the processor, they are not compared; masks are those of any pruning.'
  },
  {
    id: 'spatten',
    title: 'SpAtten: Efficient Sparse Attention Architecture with Cascade Token and Head Pruning',
    function: 'prune.cascade',
    test: 'test/systems/spatten.test.ts',
    note:
      'With compress.splitCodes for progressive quantisation, and local pruning of values. Scores are the probability received and ' +
      'the size of outputs, summed over the attentions so far; what is gone is not computed, and what goes past the blocks of it ' +
      'stays. A query, not a whole head, reads the bits that follow. Memory access and speed of its hardware are not measured.'
  },
  {
    id: 'vit-path-ensemble',
    title: 'Revisiting Vision Transformer from the View of Path Ensemble',
    function: 'prune.paths',
    test: 'test/systems/vitPathEnsemble.test.ts',
    claim: 'claim not tested',
    note:
      'models.vit({ ensembleScale: true }), of a scale for each path and channel, with train.tasks.pathDistillation. A path ends in ' +
      'the sum: what it gives to later blocks stays, so that a pruned path saves nothing. Paths go greedily by leave-one-out. An ' +
      'ensemble keeps its blocks: elastic slices leave its depth alone, and prune.layers refuses it. That trained ensembles are more ' +
      'accurate is not tested.'
  },
  {
    id: 'metapruning',
    title: 'Meta Pruning via Graph Metanetworks : A Meta Learning Framework for Network Pruning',
    function: 'prune.meta',
    test: 'test/systems/metaPruning.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/metaPruning.slow.test.ts',
      figures:
        'accuracy on digits that magnitude pruning of 85 % costs a network of held-out initial values, less what it costs the network ' +
        'that the metanetwork made of it: 0.086 +- 0.076',
      date: '2026-11-30'
    },
    note:
      'With prune.metanetwork and train.tasks.metaPruning, for multilayer perceptrons: each weight is an edge, each neuron a node. ' +
      'The loss is that of the pruned network itself, masks taken as they are, where the paper adds a penalty of sparsity. Networks ' +
      'of convolutions are not read.'
  },
  {
    id: 'masked-bnn',
    title: 'Masked Bayesian Neural Networks : Theoretical Guarantee and its Posterior Inference',
    function: 'prune.bayesianMask',
    test: 'test/systems/maskedBnn.test.ts',
    measured: {
      test: 'test/systems/maskedBnn.slow.test.ts',
      figures:
        'over ten teachers of five nodes, students of fifty: share of targets in 90 % intervals 0.878 +- 0.018; nodes that count 5.4 +- 1.4',
      date: '2026-11-30'
    },
    note:
      'Regression by models.mlp, on the host in double precision, a change of a node at the cost of a node. Proposals are random ' +
      'walks of the weights of a node, draws of the prior where it does not count, and flips of its mask; the noise is given. Rates ' +
      'of concentration are not tested.'
  },
  {
    id: 'fedtiny',
    title: 'Distributed Pruning Towards Tiny Neural Networks in Federated Learning',
    function: 'prune.federated',
    test: 'test/systems/fedTiny.test.ts',
    claim: 'claim held',
    measured: {
      test: 'test/systems/fedTiny.slow.test.ts',
      figures:
        'accuracy on four planted classes at 5 % density, four clients, less that of the fixed magnitude mask of the server: 0.164 +- 0.14',
      date: '2026-11-30'
    },
    note:
      'Candidates are any masked models; clients measure batch norms, whose means and variances are pooled with the spread of the ' +
      "means; masks change by prune.dynamicSparse's exchange, one matrix at a time, on the largest gradients that clients send. " +
      'Clients are simulated in this process. How often the choice is the true best is not measured over seeds: the fast test plants ' +
      'one case.'
  }
];
